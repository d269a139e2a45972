// What clients send: the JSON Schemas say the same of each golden frame as the C decoder does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '@proto';
import { cases, parseFrame, requests, whyNotRequest } from './schemas';

const valid = cases('valid');
const invalid = cases('invalid');

for (const { name, bytes } of valid) {
  test(`the schemas accept valid/${name}`, () => {
    assert.equal(whyNotRequest(parseFrame(bytes)), undefined);
  });
}

// schema_accepts: what a JSON parser has lost (keys twice) or a schema cannot say (lone surrogates, NUL).
for (const { name, bytes, expect } of invalid) {
  test(`the schemas ${expect.schema_accepts ? 'cannot see' : 'refuse'} invalid/${name}`, () => {
    const frame = parseFrame(bytes);
    const accepted = frame !== undefined && whyNotRequest(frame) === undefined;
    assert.equal(accepted, expect.schema_accepts ?? false);
  });
}

test('every action has a minimal, a full and a refused case', () => {
  for (const action of Object.keys(requests)) {
    assert.ok(valid.some(({ name }) => name === `${action}-full`), action);
    assert.ok(invalid.some(({ name }) => name === `${action}-extra-field`), action);
  }
});

test('every case fits into a frame', () => {
  for (const { name, bytes } of [...valid, ...invalid]) assert.ok(bytes.length <= limits.frame_max_bytes, name);
});
