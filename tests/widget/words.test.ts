import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TeamStatus } from '@proto';
import type { EventItem, ShopperSnapshot, TimelineItem } from '../../web-widget/client/types';
import { makeFormat, pickLanguage } from '../../web-widget/ui/format';
import { eventWords, teamWords, troubleWords, waitingWords } from '../../web-widget/widget/panel/words';
import { de } from '../../web-widget/widget/strings/de';
import { en } from '../../web-widget/widget/strings/en';

const english = en(makeFormat('en-GB'));
const german = de(makeFormat('de'));
const maya = { id: 'maya', name: 'Maya Lindqvist' };
const jonas = { id: 'jonas', name: 'Jonas Petersen' };

const team = (status: TeamStatus['status'], agents = [maya, jonas]): TeamStatus => ({ team: 'support', name: 'Support', status, agents });

const snapshot = (part: Partial<ShopperSnapshot>): ShopperSnapshot => ({
  connection: 'ready', serviceWritable: true, site: null, team: team('busy'), teams: [], conversation: null, timeline: [], agent: null,
  agentPresent: false, agentTyping: false, adviser: null, queueFull: false, queuePosition: null, queueWaitMs: null, unread: 0, canLoadEarlier: false, loadingEarlier: false, shopper: null,
  refused: null, ...part,
});
const queued = { id: 'c', state: 'queued' as const, team: 'support', opened_at: 0 };
const event = (type: EventItem['type'], part: Partial<EventItem> = {}): EventItem => ({
  kind: 'event', key: 'k', conversation_id: 'c', seq: 1, at: 0, type, author: { role: 'system' }, ...part,
});

const message: TimelineItem = {
  kind: 'message', key: 'm', at: 0, author: { role: 'shopper' }, text: 'x', own: true, status: 'sending',
};

test('a place in line is a word up to ten and a number after', () => {
  assert.equal(english.place(1), 'You are next in line.');
  assert.equal(english.place(3), 'You are third in line.');
  assert.equal(english.place(10), 'You are tenth in line.');
  assert.deepEqual([11, 12, 13, 21, 22, 23, 111, 1002].map((n) => /\S+(st|nd|rd|th)/.exec(english.place(n))![0]), [
    '11th', '12th', '13th', '21st', '22nd', '23rd', '111th', '1,002nd',
  ]);
  assert.equal(german.place(1), 'Sie sind als Nächstes an der Reihe.');
  assert.equal(german.place(3), 'Sie sind an dritter Stelle.');
  assert.equal(german.place(12), 'Sie sind an 12. Stelle.');
});

test('how long it will be is said in whole words, and not at all where nobody can say', () => {
  const title = (queueWaitMs: number | null, words = english) =>
    waitingWords(snapshot({ conversation: queued, queuePosition: 3, queueWaitMs }), words)?.title;
  assert.equal(title(null), 'You are third in line.');
  assert.equal(title(20_000), 'You are third in line, less than a minute.');
  assert.equal(title(70_000), 'You are third in line, about 1 minute.');
  assert.equal(title(120_000), 'You are third in line, about 2 minutes.');
  assert.equal(title(33 * 60_000), 'You are third in line, about 35 minutes.');
  assert.equal(title(3 * 3_600_000), 'You are third in line, about 3 hours.');
  assert.equal(title(120_000, german), 'Sie sind an dritter Stelle, etwa 2 Minuten.');
});

test('counts take the right form', () => {
  assert.equal(english.unread(1), '1 new message');
  assert.equal(english.unread(2), '2 new messages');
  assert.equal(german.unread(1), '1 neue Nachricht');
  assert.equal(english.left(0), '0 characters left');
});

test('who waits hears the place, or the truth when nobody is there', () => {
  assert.equal(waitingWords(snapshot({ conversation: queued, queuePosition: 2 }), english)?.title, 'You are second in line.');
  assert.equal(waitingWords(snapshot({ conversation: queued }), english)?.title, 'You are in line.');
  const away = waitingWords(snapshot({ conversation: queued, queuePosition: 2, team: team('away') }), english);
  assert.equal(away?.title, 'Nobody is here right now.');
  assert.equal(waitingWords(snapshot({ conversation: { ...queued, state: 'assigned' } }), english), undefined);
});

test('who waits for the one they know hears that, and who finds no room hears that too', () => {
  const waits = waitingWords(snapshot({ conversation: queued, adviser: maya }), english);
  assert.equal(waits?.title, 'Maya, who helped you before, will be with you as soon as possible.');
  assert.match(troubleWords(snapshot({ queueFull: true }), false, english)!, /Too many people are waiting/);
  assert.equal(troubleWords(snapshot({}), false, english), undefined);
});

test('the team is told by first names', () => {
  assert.equal(teamWords(team('online'), english), 'Maya and Jonas are here now');
  assert.equal(teamWords(team('online', [maya]), english), 'Maya is here now');
  assert.equal(teamWords(team('online', []), english), 'We are here');
  assert.match(teamWords(team('away'), german), /niemand da/);
});

test('what happened has a line where it matters', () => {
  const line = (item: EventItem, next?: TimelineItem) => eventWords(item, next, english);
  assert.equal(line(event('assigned', { agent: maya })), 'Maya joined');
  assert.equal(line(event('queued')), undefined);
  assert.equal(line(event('queued', { agent: maya, reason: 'agent_left' })), 'Maya had to go.');
  assert.equal(line(event('closed', { reason: 'confirmed' })), 'Solved');
  assert.notEqual(line(event('closed', { reason: 'timed_out' })), 'Solved');
});

test('a question has a line only when something else than its answer follows', () => {
  const proposed = event('close_proposed', { agent: maya });
  assert.equal(eventWords(proposed, undefined, english), undefined);
  assert.equal(eventWords(proposed, event('closed'), english), undefined);
  assert.equal(eventWords(proposed, event('close_disputed'), english), undefined);
  assert.equal(eventWords(proposed, message, english), 'Maya asked whether this is solved');
});

test('trouble is told by what becomes of the message', () => {
  assert.equal(troubleWords(snapshot({}), false, english), undefined);
  assert.equal(troubleWords(snapshot({ connection: 'reconnecting' }), true, english), english.reconnecting);
  assert.equal(troubleWords(snapshot({ connection: 'unreachable' }), false, english), english.unreachable);
  assert.equal(troubleWords(snapshot({ connection: 'offline', serviceWritable: false }), false, english), english.offline);
  assert.equal(troubleWords(snapshot({ serviceWritable: false }), false, english), english.storeAwayIdle);
  assert.equal(troubleWords(snapshot({ serviceWritable: false, timeline: [message] }), false, english), english.storeAway);
});

test('German has every word that English has', () => {
  assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
  for (const [name, word] of Object.entries(german)) assert.equal(typeof word, typeof english[name as keyof typeof english], name);
});

test('the language is the first wanted one that there is', () => {
  assert.equal(pickLanguage(['en', 'de'], ['fr', 'de-AT', 'en']), 'de');
  assert.equal(pickLanguage(['en', 'de'], [undefined, 'ja', '']), 'en');
  assert.equal(pickLanguage(['en', 'de'], ['de_DE']), 'de');
  for (const tag of ['not a tag', '', 'x', 'de_DE', '%']) assert.ok(makeFormat(tag).number(1));
});
