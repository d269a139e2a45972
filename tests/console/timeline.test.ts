import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formerConversations, lastOwnKey, timelineRows } from '../../web-widget/console/model/timeline';
import { extend, KEPT_AT_END, PAGE, startIndex, trim } from '../../web-widget/console/model/window';
import { event, message } from './samples';

const kinds = (rows: ReturnType<typeof timelineRows>) => rows.map((row) => row.kind);

describe('the rows of a timeline', () => {
  it('keeps one person’s run together and parts two people', () => {
    const rows = timelineRows([message('c', 1), message('c', 2), message('c', 3, { own: true })], 'c');
    assert.deepEqual(kinds(rows), ['day', 'messages', 'messages']);
    assert.equal(rows[1]?.kind === 'messages' && rows[1].items.length, 2);
  });
  it('says on one line what happened at once, and forgets the queue once somebody came', () => {
    const rows = timelineRows([event('c', 1, 'opened'), event('c', 2, 'queued'), event('c', 3, 'assigned')], 'c');
    const system = rows.find((row) => row.kind === 'system');
    assert.deepEqual(system?.kind === 'system' && system.items.map((item) => item.type), ['opened', 'assigned']);
  });
  it('gives what happened later a line and a time of its own', () => {
    const rows = timelineRows([event('c', 1, 'assigned'), event('c', 2, 'close_proposed', { at: 90_000 })], 'c');
    assert.equal(rows.filter((row) => row.kind === 'system').length, 2);
  });
  it('keeps the reason why someone is back in line', () => {
    const rows = timelineRows([event('c', 1, 'queued', { reason: 'agent_left' }), event('c', 2, 'assigned')], 'c');
    const system = rows.find((row) => row.kind === 'system');
    assert.equal(system?.kind === 'system' && system.items.length, 2);
  });
  it('draws a border where the next conversation begins', () => {
    const rows = timelineRows([event('former', 1, 'opened'), message('former', 2), event('c', 1, 'opened'), message('c', 2)], 'c');
    assert.deepEqual(kinds(rows), ['border', 'messages', 'border', 'messages']);
    const borders = rows.flatMap((row) => (row.kind === 'border' ? [row.current] : []));
    assert.deepEqual(borders, [false, true]);
  });
  it('has no border with only one conversation, nor around a message that is still without one', () => {
    const unsent = message('c', 3, { own: true, conversation_id: undefined, seq: undefined });
    assert.ok(!kinds(timelineRows([message('c', 1), unsent], 'c')).includes('border'));
  });
  it('gives every row a key of its own', () => {
    const items = Array.from({ length: 50 }, (_, i) => (i % 7 ? message('c', i + 1, { own: i % 2 === 0 }) : event('c', i + 1, 'assigned')));
    const keys = timelineRows(items, 'c').map((row) => row.key);
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe('the state under the last own message', () => {
  it('skips failed ones, which say it themselves', () => {
    const items = [message('c', 1, { own: true, status: 'seen' }), message('c', 2, { own: true, status: 'failed' }), message('c', 3)];
    assert.equal(lastOwnKey(items), 'c/1');
    assert.equal(lastOwnKey([]), undefined);
  });
});

describe('former conversations', () => {
  it('are listed newest first, without the present one', () => {
    const agent = { id: 'jonas', name: 'Jonas' };
    const items = [message('one', 1), event('two', 1, 'assigned', { agent }), message('c', 1)];
    assert.deepEqual(formerConversations(items, 'c').map((one) => [one.id, one.agent]), [['two', 'Jonas'], ['one', undefined]]);
  });
});

describe('the window on a long timeline', () => {
  const items = Array.from({ length: 500 }, (_, i) => ({ key: String(i) }));
  it('begins with the last page', () => {
    assert.equal(startIndex(items, undefined), 500 - PAGE);
    assert.equal(startIndex(items, 'gone'), 500 - PAGE);
    assert.equal(startIndex(items.slice(0, 3), undefined), 0);
  });
  it('grows by a page until everything is drawn', () => {
    assert.equal(extend(items, 200), String(200 - PAGE));
    assert.equal(extend(items, 10), '0');
    assert.equal(extend(items, 0), undefined);
  });
  it('is trimmed at the end only when it has grown long', () => {
    assert.equal(trim(items, 500 - KEPT_AT_END), String(500 - KEPT_AT_END));
    assert.equal(trim(items, 0), String(500 - PAGE));
    assert.equal(trim([], 0), undefined);
  });
});
