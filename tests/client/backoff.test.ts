import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, fullJitter } from '../../web-widget/client/backoff';

test('full jitter stays between nothing and a doubling bound', () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
    assert.equal(fullJitter(attempt, 0), 0);
    assert.ok(fullJitter(attempt, 0.999999) < bound);
    assert.ok(fullJitter(attempt, 0.999999) > bound * 0.99);
  }
});

test('full jitter is even over its whole range', () => {
  const buckets = new Array<number>(10).fill(0);
  const count = 20_000;
  for (let i = 0; i < count; i++) buckets[Math.floor((fullJitter(3, Math.random()) / 4000) * 10)]!++;
  for (const bucket of buckets) assert.ok(Math.abs(bucket - count / 10) < count / 50, String(buckets));
});
