// proto_decode.c: one read_<thing>() for every object that a request can hold, and the step from action to payload.
import { banner, enumOf, hasFlag, isEmpty, quote, signature, structOf, upper } from './c_names.mjs';
import { reachable } from './load.mjs';
import { pattern } from './pattern.mjs';

const AT = ['struct reader *reader', 'const struct reader_at *at'];
const VALUE_IN = 'const struct value *value';

export function decode(model) {
  const objects = reachable(model.actions.map((action) => action.request));
  return [
    ...banner('Request payloads, from values to typed structs. What is checked is what the schemas say.'),
    '#include "proto.h"',
    '#include "reader.h"',
    '',
    '/* Of the envelope, which frame.c reads. */',
    ...rule('reader_request_id_rule', model.texts.find((type) => type.name === 'request_id'), ''),
    '',
    ...rules(objects),
    ...enumsOf(objects).flatMap(readEnum),
    ...objects.filter((type) => !isEmpty(type)).flatMap(readObject),
    ...payloadSwitch(model.actions),
  ].join('\n');
}

const ruleName = (type) => `${type.name ?? `text_${type.min}_to_${type.max}`}_rule`;

/** The distinct rules of texts. */
function rules(objects) {
  const texts = objects.flatMap((type) => type.fields.map((field) => field.type)).filter((type) => type.kind === 'text');
  const byName = new Map(texts.map((type) => [ruleName(type), type]));
  return [...byName].flatMap(([name, type]) => [...rule(name, type), '']);
}

function rule(name, type, linkage = 'static ') {
  if (!type.pattern) return [`${linkage}const struct reader_text_rule ${name} = {.min_length = ${type.min}, .max_length = ${type.max}};`];
  const form = pattern(type.pattern);
  return [
    `${linkage}const struct reader_text_rule ${name} = {`,
    ...(form.prefix ? [`    .prefix = ${quote(form.prefix)},`] : []),
    `    .characters = {${form.characters.join(', ')}},`,
    `    .min_length = ${form.min},`,
    `    .max_length = ${form.max},`,
    `    .words = ${quote(form.words)},`,
    '};',
  ];
}

function readObject(type) {
  const { name, fields } = type;
  return [
    ...readArrays(type),
    signature(`static bool read_${name}(`, [...AT, VALUE_IN, `${structOf(type)} *out`]),
    '{',
    '    static const struct reader_field fields[] = {',
    ...fields.map((field) => `        {${quote(field.name)}, ${field.required}},`),
    '    };',
    `    const struct value *values[${fields.length}];`,
    `    if (!reader_object(reader, at, value, fields, ${fields.length}, values))`,
    '        return false;',
    ...fields.flatMap((field, i) => readField(field, `values[${i}]`, type)),
    '    return true;',
    '}',
    '',
  ];
}

function readField(field, value, owner) {
  const { name, type, required } = field;
  const at = `reader, at, ${quote(name)}, ${value}`;
  const read = (call) => [`    if (${required ? '' : `${value} && `}!${call})`, '        return false;'];
  const flag = hasFlag(field) ? [`    out->has_${name} = ${value} != NULL;`] : [];
  switch (type.kind) {
    case 'text':
      return read(`reader_text(${at}, &${ruleName(type)}, &out->${name})`);
    case 'integer':
      return [...read(`reader_integer(${at}, ${type.min}, ${type.max}, &out->${name})`), ...flag];
    case 'boolean':
      return [...read(`reader_boolean(${at}, &out->${name})`), ...flag];
    case 'enum':
      return [...read(`read_${type.name}(${at}, &out->${name})`), ...flag];
    case 'object':
      return readMember(field, value);
    case 'array':
      return [...read(`read_${owner.name}_${name}(reader, &(struct reader_at){at, ${quote(name)}, 0}, ${value}, out)`), ...flag];
  }
}

function readMember({ name, type, required }, value) {
  const at = `&(struct reader_at){at, ${quote(name)}, 0}`;
  if (required) return [`    if (!read_${type.name}(reader, ${at}, ${value}, &out->${name}))`, '        return false;'];
  return [
    `    if (${value}) {`,
    `        ${structOf(type)} *${name} = reader_alloc(reader, 1, sizeof *${name});`,
    `        if (!${name} || !read_${type.name}(reader, ${at}, ${value}, ${name}))`,
    '            return false;',
    `        out->${name} = ${name};`,
    '    }',
  ];
}

function readArrays(owner) {
  return owner.fields.filter((field) => field.type.kind === 'array').flatMap((field) => readArray(owner, field));
}

function readArray(owner, { name, type }) {
  const { items, max } = type;
  if (items.kind !== 'object') throw new Error(`${owner.name}.${name}: arrays of ${items.kind} in a request are not generated yet`);
  return [
    signature(`static bool read_${owner.name}_${name}(`, [...AT, VALUE_IN, `${structOf(owner)} *out`]),
    '{',
    `    ${structOf(items)} *items = reader_array(reader, at, value, ${max}, sizeof *items, &out->${name}_count);`,
    '    if (!items)',
    '        return false;',
    '    size_t i = 0;',
    '    for (const struct value *item = value->as.in.first; item; item = item->next, i++) {',
    `        if (!read_${items.name}(reader, &(struct reader_at){at, NULL, i}, item, &items[i]))`,
    '            return false;',
    '    }',
    `    out->${name} = items;`,
    '    return true;',
    '}',
    '',
  ];
}

const enumsOf = (objects) => [
  ...new Set(objects.flatMap((type) => type.fields.map((field) => field.type)).filter((type) => type.kind === 'enum')),
];

function readEnum(type) {
  return [
    signature(`static bool read_${type.name}(`, [...AT, 'const char *name', VALUE_IN, `${enumOf(type)} *out`]),
    '{',
    '    struct str text;',
    '    if (!reader_word(reader, at, name, value, &text))',
    '        return false;',
    `    if (!proto_${type.name}_parse(text, out))`,
    `        return reader_not_one_of(reader, at, name, ${quote(type.values.join(', '))});`,
    '    return true;',
    '}',
    '',
  ];
}

function payloadSwitch(actions) {
  return [
    'static bool read_payload(struct reader *reader, const struct reader_at *at, const struct value *value,',
    '                         struct proto_request *out)',
    '{',
    '    switch (out->action) {',
    ...actions
      .filter((action) => !isEmpty(action.request))
      .flatMap(({ name }) => [`    case PROTO_${upper(name)}:`, `        return read_${name}_request(reader, at, value, &out->as.${name});`]),
    ...actions.filter((action) => isEmpty(action.request)).map(({ name }) => `    case PROTO_${upper(name)}:`),
    '        return reader_object(reader, at, value, NULL, 0, NULL);',
    '    }',
    '    return false;',
    '}',
    '',
    'bool proto_decode_payload(const struct proto_frame_in *frame, struct arena *arena, struct proto_request *out,',
    '                          struct proto_fault *fault)',
    '{',
    '    struct reader reader = {.arena = arena, .fault = fault, .action = proto_action_str(frame->action)};',
    '    *fault = (struct proto_fault){.type = PROTO_OK};',
    '    *out = (struct proto_request){.action = frame->action, .request_id = frame->request_id};',
    '    return read_payload(&reader, &(struct reader_at){NULL, "payload", 0}, frame->payload, out);',
    '}',
    '',
  ];
}
