// asyncapi.yaml is a valid AsyncAPI document, and says all that schemas/ says.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromFile, Parser } from '@asyncapi/parser';
import { asyncapi, protoDir, pushes, requests } from './schemas';

test('the official parser finds no error', async () => {
  const { document, diagnostics } = await fromFile(new Parser(), join(protoDir, 'asyncapi.yaml')).parse();
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  assert.deepEqual(errors.map(({ message, path }) => `${path.join('.')}: ${message}`), []);
  assert.ok(document);
});

for (const action of Object.keys(requests)) {
  test(`${action} is an operation with a reply`, () => {
    assert.deepEqual(asyncapi.operations[action]?.action, 'receive');
    assert.ok(asyncapi.operations[action]?.reply);
    assert.ok(asyncapi.components.messages[`${action}_request`]);
    assert.ok(asyncapi.components.messages[`${action}_response`]);
  });
}

for (const push of Object.keys(pushes)) {
  test(`${push} is an operation of the server`, () => {
    assert.equal(asyncapi.operations[push]?.action, 'send');
    assert.ok(asyncapi.components.messages[push]);
  });
}

test('nothing else is in the document', () => {
  const names = [...Object.keys(requests), ...Object.keys(pushes)];
  assert.deepEqual(Object.keys(asyncapi.operations).sort(), names.sort());
});
