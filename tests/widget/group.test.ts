import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupMessages } from '../../web-widget/ui/group';

const NOON = new Date(2025, 2, 14, 12, 0, 0).getTime();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

type Said = { id: string; at: number; sender?: string };
const said = (id: string, sender: string | undefined, after: number): Said => ({ id, at: NOON + after, sender });
const shape = (items: Said[]) => groupMessages(items, (item) => item.id).map((group) => group.items.map((item) => item.id).join(''));

test('one sender within a minute is one group', () => {
  assert.deepEqual(shape([said('a', 'own', 0), said('b', 'own', 20 * SECOND), said('c', 'maya', 30 * SECOND)]), ['ab', 'c']);
});

test('a pause of a minute begins a new group; small gaps go on', () => {
  assert.deepEqual(shape([said('a', 'own', 0), said('b', 'own', 59 * SECOND), said('c', 'own', 118 * SECOND), said('d', 'own', 118 * SECOND + MINUTE)]), ['abc', 'd']);
});

test('a line without a sender stands for itself and parts what is around it', () => {
  assert.deepEqual(shape([said('a', 'own', 0), said('b', undefined, 1), said('c', undefined, 2), said('d', 'own', 3)]), ['a', 'b', 'c', 'd']);
});

test('the first of a day says so, and midnight parts a group', () => {
  const midnight = new Date(2025, 2, 15, 0, 0, 0).getTime() - NOON;
  const groups = groupMessages([said('a', 'own', 0), said('b', 'own', midnight - SECOND), said('c', 'own', midnight + SECOND)], (item) => item.id);
  assert.deepEqual(groups.map((group) => [group.key, group.startsDay]), [['a', true], ['b', false], ['c', true]]);
});

test('nothing makes no group', () => assert.deepEqual(shape([]), []));
