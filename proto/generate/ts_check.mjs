// The check of server frames in protocol.ts: tables of what each payload holds, and the few lines that walk them.
// A field is name:kind or name?:kind; kinds are s (text), n (whole number from 0), b (boolean) or a table's name, and []
// follows for an array. Fields that are not known here are let through: a newer server may have more.
import { reachable } from './load.mjs';
import { quote } from './ts.mjs';

export function checker(model) {
  const responses = model.actions.map((action) => action.response);
  const pushes = model.pushes.map((push) => push.payload);
  const error = model.objects.find((type) => type.name === 'error');
  const objects = reachable([...responses, ...pushes, error]).filter((type) => model.objects.includes(type));
  const enums = new Set(objects.concat(responses, pushes).flatMap((type) => type.fields.map((field) => field.type)));
  return [
    'const words: Table = /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries({',
    ...[...enums].filter((type) => type.kind === 'enum').map((type) => `  ${type.name}: ${quote(type.values.join(' '))},`),
    '}));',
    '',
    'const shapes: Table = /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries({',
    ...objects.map((type) => `  ${type.name}: ${quote(shape(type))},`),
    '}));',
    '',
    'const responses: Table = /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries({',
    ...model.actions.map((action) => `  ${action.name}: ${quote(shape(action.response))},`),
    '}));',
    '',
    'const pushes: Table = /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries({',
    ...model.pushes.map((push) => `  ${push.name}: ${quote(shape(push.payload))},`),
    '}));',
    WALK,
  ];
}

const shape = (type) => type.fields.map((field) => `${field.name}${field.required ? '' : '?'}:${kind(field.type)}`).join(' ');

function kind(type) {
  if (type.kind === 'array') return `${kind(type.items)}[]`;
  return { text: 's', integer: 'n', boolean: 'b' }[type.kind] ?? type.name;
}

const WALK = `
type Table = ReadonlyMap<string, string>;
type Fields = readonly (readonly [name: string, kind: string, optional: boolean])[];

const parsed = /* @__PURE__ */ new Map<string, Fields>();

function fieldsOf(text: string): Fields {
  let fields = parsed.get(text);
  if (!fields) {
    fields = text.match(/\\S+/g)?.map((field) => {
      const [name = '', kind = ''] = field.split(':');
      return [name.replace('?', ''), kind, name.endsWith('?')] as const;
    }) ?? [];
    parsed.set(text, fields);
  }
  return fields;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const holds = (fields: string | undefined, value: unknown): boolean =>
  fields !== undefined &&
  isObject(value) &&
  fieldsOf(fields).every(([name, kind, optional]) => (value[name] === undefined ? optional : is(kind, value[name])));

function is(kind: string, value: unknown): boolean {
  if (kind.endsWith('[]')) return Array.isArray(value) && value.every((item) => is(kind.slice(0, -2), item));
  if (kind === 's') return typeof value === 'string';
  if (kind === 'n') return Number.isSafeInteger(value) && (value as number) >= 0;
  if (kind === 'b') return typeof value === 'boolean';
  const allowed = words.get(kind);
  if (allowed !== undefined) return typeof value === 'string' && allowed.split(' ').includes(value);
  return holds(shapes.get(kind), value);
}

function isServerFrame(frame: unknown): frame is ServerFrame {
  if (!isObject(frame)) return false;
  const action = String(frame.action);
  if (frame.type === 'push') return holds(pushes.get(action), frame.payload);
  if (frame.type !== 'response') return false;
  if (frame.success === false) return holds('request_id?:s action?:s error:error', frame);
  return frame.success === true && is('s', frame.request_id) && holds(responses.get(action), frame.payload);
}

/** The frame, or undefined if it is not one that this client knows: ignore it then. */
export function parseServerFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return isServerFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}`;
