// What the server sends: golden frames and everything the C encoders make, against the schemas and the client's check.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseServerFrame } from '@proto';
import { cases, parseFrame, pushes, requests, whyNotServerFrame } from './schemas';

const samples = execFileSync(process.env.ENCODE_SAMPLES!, { encoding: 'utf8' }).trimEnd().split('\n');

function named(text: string): string {
  const { type, action, success, error } = JSON.parse(text);
  return [type, action, success === false ? error.type : undefined].filter(Boolean).join(' ');
}

for (const { name, bytes } of cases('server/valid')) {
  test(`server/valid/${name}`, () => {
    const frame = parseFrame(bytes);
    assert.equal(whyNotServerFrame(frame), undefined);
    assert.deepEqual(parseServerFrame(bytes.toString()), frame);
  });
}

for (const { name, bytes } of cases('server/invalid')) {
  test(`server/invalid/${name}`, () => {
    assert.equal(parseServerFrame(bytes.toString()), undefined);
    assert.notEqual(whyNotServerFrame(parseFrame(bytes)), undefined);
  });
}

for (const [i, text] of samples.entries()) {
  test(`encoded ${i + 1}: ${named(text)}`, () => {
    assert.equal(whyNotServerFrame(JSON.parse(text)), undefined);
    assert.deepEqual(parseServerFrame(text), JSON.parse(text));
  });
}

test('there is an encoded sample of every response and push', () => {
  const seen = new Set(samples.map(named));
  for (const action of Object.keys(requests)) assert.ok(seen.has(`response ${action}`), action);
  for (const push of Object.keys(pushes)) assert.ok(seen.has(`push ${push}`), push);
});

test('text arrives as it was given to the encoder', () => {
  const pushed = samples.map((text) => parseServerFrame(text)).filter((frame) => frame?.type === 'push');
  const texts = pushed.flatMap((frame) => (frame.action === 'incoming_event' ? [frame.payload.event.text] : []));
  assert.deepEqual(texts, [undefined, '</script> \u2028 \x7f 😀']);
});

test('a field that this client does not know is let through', () => {
  const frame = '{"type":"push","action":"routing_status_updated","payload":{"status":"away","since":1}}';
  assert.notEqual(parseServerFrame(frame), undefined);
});
