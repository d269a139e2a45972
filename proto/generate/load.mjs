// Reads asyncapi.yaml and schemas/ into the model that the other files here print:
//   { enums, objects, texts, actions, pushes, limits, closeCodes, retryable }
// A type is one of
//   {kind: 'text', name?, min, max, pattern?}   {kind: 'integer', name?, min, max}   {kind: 'boolean'}
//   {kind: 'enum', name, values}   {kind: 'object', name, fields}   {kind: 'array', items, max}
// and a field is {name, type, required, description}. Named types are shared: the same object wherever they are used.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const inputs = ['asyncapi.yaml', 'schemas/model.yaml', 'schemas/errors.yaml', 'schemas/requests.yaml', 'schemas/pushes.yaml'];

export function load(dir) {
  const [asyncapi, ...schemas] = inputs.map((file) => parse(readFileSync(join(dir, file), 'utf8')));
  const [model, errors, requests, pushes] = schemas;
  const files = { 'model.yaml': model, 'errors.yaml': errors };
  const named = new Map();

  function resolve(ref, home) {
    const [file, name] = ref.split('#/');
    const key = `${file || home}#${name}`;
    if (!named.has(key)) {
      const schema = files[file || home]?.[name];
      if (!schema) throw new Error(`${ref}: no such schema`);
      named.set(key, typeOf(schema, file || home, name));
    }
    return named.get(key);
  }

  function typeOf(schema, home, name) {
    if (schema.$ref) return resolve(schema.$ref, home);
    const { description } = schema;
    if (schema.enum) return { kind: 'enum', name: named_(name, schema), values: schema.enum, description };
    switch (schema.type) {
      case 'string':
        return { kind: 'text', name, min: schema.minLength ?? 0, max: schema.maxLength, pattern: schema.pattern, description };
      case 'integer':
        return { kind: 'integer', name, min: schema.minimum, max: schema.maximum, description };
      case 'boolean':
        return { kind: 'boolean' };
      case 'array':
        return { kind: 'array', items: typeOf(schema.items, home), max: schema.maxItems };
      case 'object':
        return { kind: 'object', name: named_(name, schema), fields: fieldsOf(schema, home), description };
      default:
        throw new Error(`${home}: cannot read ${JSON.stringify(schema)}`);
    }
  }

  function named_(name, schema) {
    if (!name) throw new Error(`an enum or object must be a named schema of its own: ${JSON.stringify(schema)}`);
    return name;
  }

  function fieldsOf(schema, home) {
    if (schema.additionalProperties !== false) throw new Error(`${home}: an object without additionalProperties: false`);
    return Object.entries(schema.properties).map(([name, value]) => ({
      name,
      type: typeOf(value, home),
      required: schema.required?.includes(name) ?? false,
      description: value.description,
    }));
  }

  for (const [file, schema] of Object.entries(files)) {
    for (const name of Object.keys(schema)) resolve(`#/${name}`, file);
  }
  const actions = Object.entries(requests).map(([name, action]) => ({
    name,
    summary: action.summary,
    roles: action['x-roles'],
    cost: action['x-cost'],
    request: typeOf(action.request, 'requests.yaml', `${name}_request`),
    response: typeOf(action.response, 'requests.yaml', `${name}_response`),
  }));
  const pushList = Object.entries(pushes).map(([name, push]) => ({
    name,
    summary: push.summary,
    to: push['x-to'],
    ephemeral: push['x-ephemeral'] ?? false,
    payload: typeOf(push.payload, 'pushes.yaml', `${name}_push`),
  }));
  const all = [...named.values()];
  return {
    enums: all.filter((type) => type.kind === 'enum'),
    objects: sorted(all.filter((type) => type.kind === 'object')),
    texts: all.filter((type) => type.kind === 'text'),
    integers: all.filter((type) => type.kind === 'integer'),
    actions,
    pushes: pushList,
    retryable: errors.error_type['x-retryable'],
    limits: entries(asyncapi['x-limits']),
    closeCodes: entries(asyncapi['x-close-codes']),
  };
}

const entries = (map) => Object.entries(map).map(([name, row]) => ({ name, ...row }));

/** Objects in an order in which each comes after those it holds by value. */
function sorted(objects) {
  const done = new Set();
  const visit = (type) => {
    if (type.kind === 'array') return visit(type.items);
    if (type.kind !== 'object' || done.has(type)) return;
    type.fields.forEach((field) => visit(field.type));
    if (objects.includes(type)) done.add(type);
  };
  objects.forEach(visit);
  return [...done];
}

/** Every object type that can be met below these, the innermost first. */
export function reachable(types) {
  const done = new Set();
  const visit = (type) => {
    if (type.kind === 'array') return visit(type.items);
    if (type.kind !== 'object' || done.has(type)) return;
    type.fields.forEach((field) => visit(field.type));
    done.add(type);
  };
  types.forEach(visit);
  return [...done];
}
