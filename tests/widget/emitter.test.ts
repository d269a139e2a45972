import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEmitter } from '../../web-widget/widget/loader/emitter';

test('listeners hear what they asked for, in order, until they are taken away', () => {
  const { on, once, off, emit } = createEmitter();
  const heard: string[] = [];
  const second = () => heard.push('second');
  on('open', () => heard.push('first'));
  on('open', second);
  once('open', () => heard.push('once'));
  on('close', () => heard.push('close'));
  emit('open');
  off('open', second);
  emit('open');
  off('open');
  emit('open');
  assert.deepEqual(heard, ['first', 'second', 'once', 'first']);
});

test('a listener that throws, or is none, harms nobody', (t) => {
  const logged = t.mock.method(console, 'error', () => undefined);
  const { on, emit } = createEmitter();
  const heard: unknown[] = [];
  on('unread', () => {
    throw new Error('the page');
  });
  on('unread', undefined as never);
  on('unread', (count) => heard.push(count));
  emit('unread', 3);
  assert.deepEqual(heard, [3]);
  assert.equal(logged.mock.callCount(), 2);
});
