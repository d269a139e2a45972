// The frames of asyncapi.yaml as JSON Schema validators, and the folders of proto/vectors.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

export const protoDir = process.env.PROTO_DIR!;

interface Message {
  payload: object;
}

export const asyncapi = load('asyncapi.yaml') as {
  components: { messages: Record<string, Message> };
  operations: Record<string, { action: string; reply?: object }>;
};
export const requests = load('schemas/requests.yaml') as Record<string, object>;
export const pushes = load('schemas/pushes.yaml') as Record<string, object>;

function load(file: string): unknown {
  return parse(readFileSync(join(protoDir, file), 'utf8'));
}

const ajv = new Ajv({ strict: false });
for (const name of ['model', 'errors', 'requests', 'pushes']) {
  ajv.addSchema(load(`schemas/${name}.yaml`) as object, `proto:/schemas/${name}.yaml`);
}
const validators = new Map<string, ValidateFunction>();

function validator(message: string): ValidateFunction | undefined {
  const payload = asyncapi.components.messages[message]?.payload;
  if (!payload) return undefined;
  let validate = validators.get(message);
  if (!validate) validators.set(message, (validate = ajv.compile({ $id: `proto:/${message}`, ...payload })));
  return validate;
}

/** Why a frame is not this message; undefined when it is. */
function whyNot(message: string, frame: unknown): string | undefined {
  const validate = validator(message);
  if (!validate) return `${message}: no such message`;
  return validate(frame) ? undefined : ajv.errorsText(validate.errors);
}

type Loose = { type?: unknown; action?: unknown; success?: unknown } | null;

export function whyNotRequest(frame: unknown): string | undefined {
  return whyNot(`${String((frame as Loose)?.action)}_request`, frame);
}

export function whyNotServerFrame(frame: unknown): string | undefined {
  const { type, action, success } = (frame as Loose) ?? {};
  if (type === 'push') return whyNot(String(action), frame);
  return whyNot(success === false ? 'error_response' : `${String(action)}_response`, frame);
}

/** Each case of a folder with its frame's bytes. */
export function cases(folder: string): { name: string; bytes: Buffer; expect: Record<string, unknown> }[] {
  const dir = join(protoDir, 'vectors', folder);
  return readdirSync(dir).map((name) => {
    const files = readdirSync(join(dir, name));
    const read = (file: string) => readFileSync(join(dir, name, file));
    return {
      name,
      bytes: read(files.includes('frame.bin') ? 'frame.bin' : 'frame.json'),
      expect: files.includes('expect.json') ? JSON.parse(read('expect.json').toString()) : {},
    };
  });
}

/** The JSON value of a frame, or undefined where the bytes are not UTF-8 or not JSON. */
export function parseFrame(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
