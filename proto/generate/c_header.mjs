// proto.h: what the server knows of the wire protocol.
import { comment, banner, enumOf, hasFlag, isEmpty, prefixOf, signature, structOf, upper } from './c_names.mjs';

export function header(model) {
  return [
    ...banner('The wire protocol: limits, names, and the typed form of every frame.'),
    OPENING,
    '/* Limits of one socket. */',
    'enum {',
    ...model.limits.flatMap((limit) => constant(`PROTO_${upper(limit.name)}`, limit.value, limit.description)),
    '};',
    '',
    '/* Longest texts, in code points, and longest arrays. */',
    'enum {',
    ...model.texts.filter((text) => text.max).map((text) => `    PROTO_${upper(text.name)}_MAX_LENGTH = ${text.max},`),
    ...arrayLimits(model).map(([name, max]) => `    PROTO_${upper(name)}_MAX_COUNT = ${max},`),
    '};',
    '',
    'enum proto_close_code {',
    ...model.closeCodes.flatMap((code) => constant(`PROTO_CLOSE_${upper(code.name)}`, code.code, code.description)),
    '};',
    'const char *proto_close_code_str(enum proto_close_code code);',
    '',
    '/* printf format of the reason that goes with PROTO_CLOSE_DRAINING: when to come back. */',
    '#define PROTO_DRAINING_REASON_FMT "retry_after_ms=%u"',
    '',
    ...names('action', 'PROTO', model.actions),
    ...names('push', 'PROTO_PUSH', model.pushes),
    ACTIONS,
    ...model.enums.flatMap(enumeration),
    'bool proto_error_type_is_retryable(enum proto_error_type type);',
    '',
    '/* What the protocol talks about. Everything that is pointed to is borrowed. */',
    '',
    ...model.objects.flatMap(struct),
    '/* Payloads of requests, responses and pushes. Where a payload has no field there is no struct. */',
    '',
    ...payloads(model).flatMap(struct),
    ...request(model),
    DECODING,
    ...encoders(model),
    '',
  ].join('\n');
}

const OPENING = `#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

struct arena;
struct buf;

/* Once, at start-up and before any thread: seeds the hashes of the JSON parser, sets LC_NUMERIC. */
void proto_init(void);
`;

const ACTIONS = `/* Who may ask for an action. */
enum { PROTO_ANONYMOUS = 1, PROTO_SHOPPER = 2, PROTO_AGENT = 4 };

struct proto_action_row {
    const char *name;
    uint8_t roles; /* bits of who may */
    uint8_t cost;  /* tokens of the session's rate */
};
extern const struct proto_action_row proto_actions[PROTO_ACTION_COUNT];

bool proto_action_find(struct str name, enum proto_action *out);

/* May be dropped for a reader who is behind. */
bool proto_push_is_ephemeral(enum proto_push push);
`;

const DECODING = `/* Why a frame was refused. The texts are valid UTF-8 and never quote what a field held. */
enum { PROTO_FAULT_PATH_BYTES = 101, PROTO_FAULT_MESSAGE_BYTES = 301 };

struct proto_fault {
    enum proto_error_type type; /* PROTO_OK: nothing is wrong */
    char path[PROTO_FAULT_PATH_BYTES];
    char message[PROTO_FAULT_MESSAGE_BYTES];
};

/* As an error to encode, borrowing from the fault. */
struct proto_error proto_fault_error(const struct proto_fault *fault);

/* A frame whose envelope was read and whose payload was not yet looked at. */
struct proto_frame_in {
    enum proto_action action;
    struct str request_id; /* data NULL: could not be read */
    struct str action_name; /* data NULL: could not be read; at most PROTO_REQUEST_ID_MAX_LENGTH long */
    const struct value *payload; /* NULL: left out. Lives until the next frame is decoded */
};

/* Decoding is in two steps, so that who may do what, and how often, is checked before the payload is looked at.
 * All texts are NUL-terminated copies in the arena; running out of it is PROTO_ERROR_INTERNAL.
 *
 * proto_decode_frame: bad_json, bad_frame, unknown_action. Also after a false, request_id and action_name are set as
 * far as they could be read, for the error response. bytes are borrowed until the payload is decoded.
 * proto_decode_payload: invalid_payload; before the next frame is decoded. Leaves the frame as it was. */
bool proto_decode_frame(struct str bytes, struct arena *arena, struct proto_frame_in *out,
                        struct proto_fault *fault);
bool proto_decode_payload(const struct proto_frame_in *frame, struct arena *arena, struct proto_request *out,
                          struct proto_fault *fault);

/* Encoding appends one whole frame. Running out of memory sticks to the buf: ask buf_ok(). */
void proto_encode_error(struct buf *out, struct str request_id, struct str action,
                        const struct proto_error *error);

/* A response without a payload's fields, for the actions that have none. */
void proto_encode_empty_response(struct buf *out, struct str request_id, enum proto_action action);
`;

function constant(name, value, description) {
  const line = `    ${name} = ${value},`;
  const note = description && ` /* ${description} */`;
  if (note && line.length + note.length <= 110) return [line + note];
  return [...comment(description, '    '), line];
}

function names(kind, prefix, rows) {
  return [
    `enum proto_${kind} {`,
    ...rows.flatMap((row) => [...comment(row.summary, '    '), `    ${prefix}_${upper(row.name)},`]),
    '};',
    `enum { PROTO_${upper(kind)}_COUNT = ${rows.length} };`,
    `const char *proto_${kind}_str(enum proto_${kind} ${kind});`,
    '',
  ];
}

function enumeration(type) {
  const values = type.values.map((value) => `    ${prefixOf(type)}_${upper(value)},`);
  const isError = type.name === 'error_type';
  return [
    ...comment(type.description),
    `${enumOf(type)} {`,
    ...(isError ? ['    PROTO_OK, /* never on the wire */'] : []),
    ...values,
    '};',
    `enum { PROTO_${upper(type.name)}_COUNT = ${type.values.length + (isError ? 1 : 0)} };`,
    `const char *proto_${type.name}_str(${enumOf(type)} value);`,
    `bool proto_${type.name}_parse(struct str text, ${enumOf(type)} *out);`,
    '',
  ];
}

export const payloads = (model) =>
  [...model.actions.flatMap((action) => [action.request, action.response]), ...model.pushes.map((push) => push.payload)].filter(
    (type) => !isEmpty(type),
  );

function arrayLimits(model) {
  return [...model.objects, ...payloads(model)].flatMap((type) =>
    type.fields.filter((field) => field.type.kind === 'array').map((field) => [`${type.name}_${field.name}`, field.type.max]),
  );
}

function struct(type) {
  return [...comment(type.description), `${structOf(type)} {`, ...type.fields.flatMap(member), '};', ''];
}

function member(field) {
  const lines = declaration(field);
  if (hasFlag(field)) lines.unshift(`bool has_${field.name};`);
  const note = field.description && ` /* ${field.description} */`;
  if (note && lines.length === 1 && !lines[0].includes('/*') && lines[0].length + note.length <= 106) return [`    ${lines[0]}${note}`];
  return [...comment(field.description, '    '), ...lines.map((line) => `    ${line}`)];
}

function declaration({ name, type, required }) {
  switch (type.kind) {
    case 'text':
      return [`struct str ${name};${required ? '' : ' /* data NULL: absent */'}`];
    case 'integer':
      return [`int64_t ${name};`];
    case 'boolean':
      return [`bool ${name};`];
    case 'enum':
      return [`${enumOf(type)} ${name};`];
    case 'object':
      return [required ? `${structOf(type)} ${name};` : `const ${structOf(type)} *${name}; /* NULL: absent */`];
    case 'array':
      return [`const ${type.items.kind === 'text' ? 'struct str' : structOf(type.items)} *${name};`, `size_t ${name}_count;`];
  }
}

function request(model) {
  return [
    '/* A request, decoded. Its texts and arrays live as long as the arena they were decoded into. */',
    'struct proto_request {',
    '    enum proto_action action;',
    '    struct str request_id;',
    '    union {',
    ...model.actions
      .filter((action) => !isEmpty(action.request))
      .map((action) => `        ${structOf(action.request)} ${action.name};`),
    '    } as;',
    '};',
    '',
  ];
}

function encoders(model) {
  const lines = [];
  for (const { name, response } of model.actions) {
    lines.push(
      isEmpty(response)
        ? `static inline void proto_encode_${name}_response(struct buf *out, struct str request_id)\n{\n    proto_encode_empty_response(out, request_id, PROTO_${upper(name)});\n}`
        : `${encodeResponse(name, response)};`,
    );
  }
  for (const { name, payload } of model.pushes) lines.push(`${encodePush(name, payload)};`);
  return lines;
}

export const encodeResponse = (name, type) =>
  signature(`void proto_encode_${name}_response(`, ['struct buf *out', 'struct str request_id', `const ${structOf(type)} *response`]);
export const encodePush = (name, type) =>
  signature(`void proto_encode_${name}_push(`, ['struct buf *out', `const ${structOf(type)} *push`]);
