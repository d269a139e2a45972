// PROTOCOL.md says what the generated tables say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeCodes, limits, max_length } from '@proto';
import { cases, protoDir, pushes, requests } from './schemas';

const text = readFileSync(join(protoDir, 'PROTOCOL.md'), 'utf8');

function closeRow(code: string): string {
  return text.split('\n').find((line) => line.startsWith(`| ${code} |`)) ?? '';
}

for (const [code, { name, reconnect, min_delay_ms }] of Object.entries(closeCodes)) {
  test(`PROTOCOL.md tells what to do after ${code}`, () => {
    const told = { soon: 'soon', later: `later, ${(min_delay_ms ?? 0) / 1000} s`, as_told: 'after the time', never: 'never' };
    assert.ok(closeRow(code).includes(`| ${name} | ${told[reconnect]}`), closeRow(code));
  });
}

test('PROTOCOL.md names every error type that the vectors expect', () => {
  for (const { expect } of cases('invalid')) assert.ok(text.includes(`\`${String(expect.type)}\``), String(expect.type));
});

test('PROTOCOL.md names the limits', () => {
  const { frame_max_bytes, fragment_max_count, errors_in_a_row_max_count, rate_burst_tokens } = limits;
  for (const limit of [frame_max_bytes, fragment_max_count, errors_in_a_row_max_count, rate_burst_tokens, max_length.text]) {
    assert.ok(text.includes(limit.toLocaleString('en')), String(limit));
  }
});

test('PROTOCOL.md speaks of every push and of what must be asked for', () => {
  const told = (name: string) => assert.match(text, new RegExp(`\\b${name}\\b`));
  Object.keys(pushes).forEach(told);
  Object.keys(requests).filter((name) => name !== 'list_conversations').forEach(told);
});
