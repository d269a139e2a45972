// proto_encode.c: one write_<thing>() for every object that the server sends, and one function a frame.
// Required fields come first, so that every comma is known here and nothing is decided at run time but what is optional.
import { banner, hasFlag, isEmpty, prefixOf, quote, signature, structOf, upper } from './c_names.mjs';
import { encodePush, encodeResponse } from './c_header.mjs';
import { reachable } from './load.mjs';

export function encode(model) {
  const errorType = model.objects.find((type) => type.name === 'error');
  const sent = [...model.actions.map((action) => action.response), ...model.pushes.map((push) => push.payload), errorType];
  return [
    ...banner('Responses and pushes, from typed structs to JSON. Required fields are written first.'),
    '#include "base/buf.h"',
    '#include "proto.h"',
    '#include "writer.h"',
    '',
    ...enumsOf(reachable(sent)).flatMap(enumTable),
    ...reachable(sent).filter((type) => !isEmpty(type)).flatMap(writeObject),
    ...model.actions.filter((action) => !isEmpty(action.response)).flatMap(response),
    ...model.pushes.flatMap(push),
    ERROR,
  ].join('\n');
}

const enumsOf = (objects) => [
  ...new Set(objects.flatMap((type) => type.fields.map((field) => field.type)).filter((type) => type.kind === 'enum')),
];

function enumTable(type) {
  return [
    `static const struct str ${type.name}_json[] = {`,
    ...type.values.map((value) => `    [${prefixOf(type)}_${upper(value)}] = {${quote(quote(value))}, ${value.length + 2}},`),
    '};',
    '',
  ];
}

function writeObject(type) {
  const required = type.fields.filter((field) => field.required);
  const optional = type.fields.filter((field) => !field.required);
  if (!required.length) throw new Error(`${type.name}: an object that is sent needs a required field`);
  return [
    signature(`static void write_${type.name}(`, ['struct buf *out', `const ${structOf(type)} *it`]),
    '{',
    ...required.flatMap((field, i) => [literal(`${i ? ',' : '{'}"${field.name}":`), ...value(field)]),
    ...optional.flatMap(writeOptional),
    literal('}'),
    '}',
    '',
  ];
}

const literal = (text, indent = '    ') => `${indent}writer_literal(out, ${quote(text)});`;

function value(field, indent = '    ') {
  const { name, type, required } = field;
  switch (type.kind) {
    case 'text':
      return [`${indent}writer_text(out, it->${name});`];
    case 'integer':
      return [`${indent}buf_append_i64(out, it->${name});`];
    case 'boolean':
      return [`${indent}writer_bool(out, it->${name});`];
    case 'enum':
      return [`${indent}buf_append_str(out, ${type.name}_json[it->${name}]);`];
    case 'object':
      return [`${indent}write_${type.name}(out, ${required ? '&' : ''}it->${name});`];
    case 'array':
      return [
        literal('[', indent),
        `${indent}for (size_t i = 0; i < it->${name}_count; i++) {`,
        `${indent}    if (i > 0)`,
        literal(',', `${indent}        `),
        type.items.kind === 'text'
          ? `${indent}    writer_text(out, it->${name}[i]);`
          : `${indent}    write_${type.items.name}(out, &it->${name}[i]);`,
        `${indent}}`,
        literal(']', indent),
      ];
  }
}

function writeOptional(field) {
  const present = hasFlag(field) ? `it->has_${field.name}` : field.type.kind === 'text' ? `it->${field.name}.data` : `it->${field.name}`;
  return [`    if (${present}) {`, literal(`,"${field.name}":`, '        '), ...value(field, '        '), '    }'];
}

function response({ name, response: type }) {
  return [
    encodeResponse(name, type),
    '{',
    literal('{"type":"response","request_id":'),
    '    writer_text(out, request_id);',
    literal(`,"action":"${name}","success":true,"payload":`),
    `    write_${type.name}(out, response);`,
    literal('}'),
    '}',
    '',
  ];
}

function push({ name, payload: type }) {
  return [
    encodePush(name, type),
    '{',
    literal(`{"type":"push","action":"${name}","payload":`),
    `    write_${type.name}(out, push);`,
    literal('}'),
    '}',
    '',
  ];
}

const ERROR = `void proto_encode_empty_response(struct buf *out, struct str request_id, enum proto_action action)
{
    writer_literal(out, "{\\"type\\":\\"response\\",\\"request_id\\":");
    writer_text(out, request_id);
    writer_literal(out, ",\\"action\\":\\"");
    buf_append_cstr(out, proto_action_str(action));
    writer_literal(out, "\\",\\"success\\":true,\\"payload\\":{}}");
}

void proto_encode_error(struct buf *out, struct str request_id, struct str action,
                        const struct proto_error *error)
{
    writer_literal(out, "{\\"type\\":\\"response\\",");
    if (request_id.len > 0) {
        writer_literal(out, "\\"request_id\\":");
        writer_text(out, request_id);
        writer_literal(out, ",");
    }
    if (action.len > 0) {
        writer_literal(out, "\\"action\\":");
        writer_text(out, action);
        writer_literal(out, ",");
    }
    writer_literal(out, "\\"success\\":false,\\"error\\":");
    write_error(out, error);
    writer_literal(out, "}");
}
`;
