// proto_tables.c: the names of everything, both ways, and the table of actions.
import { banner, enumOf, list, prefixOf, quote, upper } from './c_names.mjs';

export function tables(model) {
  return [
    ...banner('The names of the protocol, both ways, and who may ask for what.'),
    '#include "proto.h"',
    '',
    'const struct proto_action_row proto_actions[PROTO_ACTION_COUNT] = {',
    ...model.actions.map(actionRow),
    '};',
    '',
    ...nameTable('action', 'PROTO', model.actions.map((row) => row.name)),
    ...nameTable('push', 'PROTO_PUSH', model.pushes.map((row) => row.name)),
    ...findAction(model.actions),
    ...switchOf('bool proto_push_is_ephemeral(enum proto_push push)', 'push', model.pushes.filter((push) => push.ephemeral).map((push) => `PROTO_PUSH_${upper(push.name)}`)),
    ...closeCodes(model.closeCodes),
    ...model.enums.flatMap(enumeration),
    ...switchOf('bool proto_error_type_is_retryable(enum proto_error_type type)', 'type', model.retryable.map((name) => `PROTO_ERROR_${upper(name)}`)),
  ].join('\n');
}

function actionRow({ name, roles, cost }) {
  return `    [PROTO_${upper(name)}] = {${quote(name)}, ${roles.map((role) => `PROTO_${upper(role)}`).join(' | ')}, ${cost}},`;
}

/** kind_names[] and proto_kind_str(). */
function nameTable(kind, prefix, values, parameter = kind) {
  return [
    `static const struct str ${kind}_names[] = {`,
    ...values.map((value) => `    [${prefix}_${upper(value)}] = {${quote(value)}, ${value.length}},`),
    '};',
    '',
    `const char *proto_${kind}_str(enum proto_${kind} ${parameter})`,
    '{',
    `    if ((size_t)${parameter} >= sizeof ${kind}_names / sizeof *${kind}_names)`,
    '        return "unknown";',
    kind === 'error_type'
      ? `    return ${parameter} == PROTO_OK ? "ok" : ${kind}_names[${parameter}].data;`
      : `    return ${kind}_names[${parameter}].data;`,
    '}',
    '',
  ];
}

function enumeration(type) {
  const { name } = type;
  return [
    ...nameTable(name, prefixOf(type), type.values, 'value'),
    `bool proto_${name}_parse(struct str text, ${enumOf(type)} *out)`,
    '{',
    `    for (size_t i = ${name === 'error_type' ? 1 : 0}; i < sizeof ${name}_names / sizeof *${name}_names; i++) {`,
    `        if (str_eq(text, ${name}_names[i])) {`,
    `            *out = (${enumOf(type)})i;`,
    '            return true;',
    '        }',
    '    }',
    '    return false;',
    '}',
    '',
  ];
}

function findAction(actions) {
  const order = actions.map((action) => action.name).sort();
  return [
    ...list('static const unsigned char actions_by_name[] = {', order.map((name) => `PROTO_${upper(name)}`), '};'),
    '',
    '/* By binary search. Names are compared as bytes, and a start of a name comes before the name. */',
    'bool proto_action_find(struct str name, enum proto_action *out)',
    '{',
    '    size_t low = 0, high = sizeof actions_by_name;',
    '    while (low < high) {',
    '        size_t middle = (low + high) / 2;',
    '        struct str here = action_names[actions_by_name[middle]];',
    '        size_t shorter = name.len < here.len ? name.len : here.len;',
    '        int order = shorter > 0 ? memcmp(name.data, here.data, shorter) : 0;',
    '        if (order == 0 && name.len == here.len) {',
    '            *out = (enum proto_action)actions_by_name[middle];',
    '            return true;',
    '        }',
    '        if (order < 0 || (order == 0 && name.len < here.len))',
    '            high = middle;',
    '        else',
    '            low = middle + 1;',
    '    }',
    '    return false;',
    '}',
    '',
  ];
}

function switchOf(head, what, cases) {
  return [
    head,
    '{',
    `    switch (${what}) {`,
    ...cases.map((name) => `    case ${name}:`),
    '        return true;',
    '    default:',
    '        return false;',
    '    }',
    '}',
    '',
  ];
}

function closeCodes(codes) {
  return [
    'const char *proto_close_code_str(enum proto_close_code code)',
    '{',
    '    switch (code) {',
    ...codes.flatMap((code) => [`    case PROTO_CLOSE_${upper(code.name)}:`, `        return ${quote(code.name)};`]),
    '    }',
    '    return "unknown";',
    '}',
    '',
  ];
}
