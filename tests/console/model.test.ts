import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitLevel, waitText } from '../../web-widget/console/model/clock';
import { byColleague } from '../../web-widget/console/model/colleagues';
import { isSendKey, MAX_TEXT, textState } from '../../web-widget/console/model/composer';
import { closeState, neighbour, queueTotals, shopperName, sortMine, unreadTotal, wasMine } from '../../web-widget/console/model/inbox';
import { pageHint, pageText } from '../../web-widget/console/model/link';
import { best, score } from '../../web-widget/console/model/match';
import { known, news } from '../../web-widget/console/model/news';
import { conversation, event, message, summary } from './samples';

describe('the waiting clock', () => {
  it('turns amber at 75 % of the promise and red past it', () => {
    assert.equal(waitLevel(0, 89_999, 120_000), 'calm');
    assert.equal(waitLevel(0, 90_000, 120_000), 'soon');
    assert.equal(waitLevel(0, 120_000, 120_000), 'soon');
    assert.equal(waitLevel(0, 120_001, 120_000), 'late');
  });
  it('reads as a clock, also when the other machine is ahead', () => {
    assert.equal(waitText(0, 7_400), '0:07');
    assert.equal(waitText(0, 12 * 60_000 + 40_000), '12:40');
    assert.equal(waitText(0, 62 * 60_000), '1:02 h');
    assert.equal(waitText(0, 3 * 86_400_000), '3 d');
    assert.equal(waitText(5_000, 0), '0:00');
  });
});

describe('the composer', () => {
  it('counts code points and ignores space around the text', () => {
    assert.deepEqual(textState('  '), { sendable: false, over: 0, left: null });
    assert.equal(textState('😀'.repeat(MAX_TEXT)).sendable, true);
    assert.deepEqual(textState('😀'.repeat(MAX_TEXT + 2)), { sendable: false, over: 2, left: null });
    assert.equal(textState(`  ${'x'.repeat(MAX_TEXT)}\n`).left, 0);
  });
  it('sends on Enter alone, and never while an input method composes', () => {
    const press = { key: 'Enter', shiftKey: false, altKey: false, isComposing: false, keyCode: 13 };
    assert.equal(isSendKey(press), true);
    assert.equal(isSendKey({ ...press, shiftKey: true }), false);
    assert.equal(isSendKey({ ...press, isComposing: true }), false);
    assert.equal(isSendKey({ ...press, keyCode: 229 }), false);
  });
});

describe('the list', () => {
  it('puts who needs an answer first, the longest wait on top, then the latest', () => {
    const order = sortMine([
      conversation('old', { lastMessage: message('old', 1, { at: 10 }) }),
      conversation('new', { lastMessage: message('new', 1, { at: 20 }) }),
      conversation('short', { waitingSince: 90 }),
      conversation('long', { waitingSince: 50 }),
    ]);
    assert.deepEqual(order.map((one) => one.id), ['long', 'short', 'new', 'old']);
  });
  it('counts nobody as waiting who was asked whether it is solved', () => {
    const order = sortMine([conversation('asked', { state: 'closing', waitingSince: 1 }), conversation('waits', { waitingSince: 2 })]);
    assert.deepEqual(order.map((one) => one.id), ['waits', 'asked']);
  });
  it('steps to the neighbour and stops at the ends', () => {
    assert.equal(neighbour(['a', 'b', 'c'], 'b', 1), 'c');
    assert.equal(neighbour(['a', 'b', 'c'], 'c', 1), 'c');
    assert.equal(neighbour(['a', 'b', 'c'], undefined, -1), 'a');
    assert.equal(neighbour([], 'a', 1), undefined);
  });
  it('adds up what is unread and who waits', () => {
    assert.equal(unreadTotal({ conversations: [conversation('a', { unread: 2 }), conversation('b', { unread: 1 })] }), 3);
    const queues = [
      { team: 'a', name: 'A', length: 2, oldest_at: 70 },
      { team: 'b', name: 'B', length: 1, oldest_at: 50 },
      { team: 'c', name: 'C', length: 0, oldest_at: 1 },
    ];
    assert.deepEqual(queueTotals({ queues }), { length: 3, oldestAt: 50 });
  });
  it('names a shopper without a name by the end of the id', () => {
    assert.equal(shopperName({ id: 's_0000abcd', name: ' ' }, 'Shopper'), 'Shopper abcd');
    assert.equal(shopperName({ id: 's_0000abcd', name: 'Anna' }, 'Shopper'), 'Anna');
    assert.equal(shopperName(null, 'Shopper'), 'Shopper');
  });
});

describe('what colleagues have', () => {
  const maya = { id: 'maya', name: 'Maya' };
  const amira = { id: 'zoe', name: 'Amira' };
  it('stands by colleague, these by name and not by who has the oldest, and in the order it came', () => {
    const parts = byColleague([summary('a', { agent: maya }), summary('b', { agent: amira }), summary('c', { agent: maya })]);
    assert.deepEqual(parts.map(({ agent, conversations }) => [agent?.name, conversations.map(({ id }) => id)]), [['Amira', ['b']], ['Maya', ['a', 'c']]]);
    assert.deepEqual(byColleague([]), []);
  });
  it('keeps two of one name apart, and loses nothing of somebody without one', () => {
    const parts = byColleague([summary('a', { agent: { id: 'm2', name: 'Maya' } }), summary('b', { agent: maya }), summary('c', { agent: undefined })]);
    assert.deepEqual(parts.map(({ id }) => id), ['', 'm2', 'maya']);
  });
  it('was one’s own only if it was assigned to oneself, in this conversation', () => {
    const to = (agent: typeof maya, id = 'c') => conversation('c', { timeline: [event(id, 1, 'assigned', { agent })] });
    assert.equal(wasMine(to(maya), 'maya'), true);
    assert.equal(wasMine(to(amira), 'maya'), false);
    assert.equal(wasMine(to(maya, 'former'), 'maya'), false);
  });
});

describe('the question whether it is solved', () => {
  it('knows a dispute until it is asked again', () => {
    const asked = event('c', 2, 'close_proposed');
    const disputed = event('c', 3, 'close_disputed');
    assert.equal(closeState(conversation('c', { timeline: [asked, disputed, message('c', 4)] })), 'disputed');
    assert.equal(closeState(conversation('c', { timeline: [disputed, asked] })), 'open');
    assert.equal(closeState(conversation('c', { state: 'closing', timeline: [asked] })), 'proposed');
  });
  it('does not inherit the dispute of a former conversation', () => {
    assert.equal(closeState(conversation('c', { timeline: [event('former', 9, 'close_disputed'), event('c', 1, 'opened')] })), 'open');
  });
});

describe('a page', () => {
  it('is a link only when it is http(s)', () => {
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', ' nonsense', 'JaVaScRiPt://x/%0aalert(1)']) {
      assert.equal(pageText({ url, title: 'Sale' }).href, undefined, url);
      assert.equal(pageText({ url, title: 'Sale' }).title, 'Sale');
    }
    assert.equal(pageText({ url: 'https://shop.example/a?b' }).href, 'https://shop.example/a?b');
  });
  it('shows its path where it has no title, also one that is badly escaped', () => {
    assert.equal(pageText({ url: 'https://shop.example/st%C3%BChle' }).title, '/stühle');
    assert.equal(pageText({ url: 'https://shop.example/%E0%A4%A' }).title, '/%E0%A4%A');
  });
  it('is called by the first part of its title in a list', () => {
    assert.equal(pageHint({ url: 'https://x.example/', title: 'Oak stool – Fern & Oak' }), 'Oak stool');
    assert.equal(pageHint({ url: 'https://x.example/', title: 'T-shirt' }), 'T-shirt');
  });
});

describe('the palette', () => {
  it('prefers a beginning, then the beginning of a word, then anything', () => {
    assert.ok(score('pro', 'Propose to close') > score('clo', 'Propose to close'));
    assert.ok(score('clo', 'Propose to close') > score('pose', 'Propose to close'));
    assert.ok(score('ptc', 'Propose to close') > 0);
    assert.equal(score('xyz', 'Propose to close'), 0);
  });
  it('finds names without their accents', () => {
    assert.deepEqual(best('bjorn', ['Anna', 'Björn Ek'], (name) => name, 5), ['Björn Ek']);
  });
});

describe('news', () => {
  const first = conversation('a', { lastMessage: message('a', 1) });
  it('is a conversation that was not there before, and a new message of the shopper', () => {
    const before = known([first]);
    const grown = conversation('a', { lastMessage: message('a', 2) });
    const list = news(before, [grown, conversation('b')]);
    assert.deepEqual(list.map((one) => [one.conversation.id, one.kind]), [['a', 'message'], ['b', 'assigned']]);
  });
  it('is neither what was known nor what one wrote oneself', () => {
    const answered = conversation('a', { lastMessage: message('a', 2, { own: true }) });
    assert.deepEqual(news(known([first]), [first]), []);
    assert.deepEqual(news(known([first]), [answered]), []);
  });
});
