import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIONS, BINDINGS, capsOf, keyCaps, Keyboard, type KeyPress } from '../../web-widget/console/model/keys';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change,
});
const nowhere = { typing: false, onControl: false };
const inField = { typing: true, onControl: false };

describe('the keyboard', () => {
  it('gives every action a key and no key two actions', () => {
    assert.deepEqual(ACTIONS.filter((action) => !BINDINGS.some((b) => b.action === action)), []);
    assert.equal(new Set(BINDINGS.map((b) => b.keys)).size, BINDINGS.length);
    const firsts = BINDINGS.filter((b) => b.keys.includes(' ')).map((b) => b.keys.split(' ')[0]);
    assert.deepEqual(BINDINGS.filter((b) => firsts.includes(b.keys)), []);
  });
  it('knows single keys, in either case', () => {
    assert.equal(new Keyboard().press(press('j'), nowhere, 0), 'next');
    assert.equal(new Keyboard().press(press('J', { shiftKey: true }), nowhere, 0), 'next');
    assert.equal(new Keyboard().press(press('?', { shiftKey: true }), nowhere, 0), 'shortcuts');
  });
  it('leaves letters to whoever is typing, but not Escape and Ctrl+K', () => {
    assert.equal(new Keyboard().press(press('j'), inField, 0), undefined);
    assert.equal(new Keyboard().press(press('Escape'), inField, 0), 'leave');
    assert.equal(new Keyboard().press(press('k', { ctrlKey: true }), inField, 0), 'palette');
    assert.equal(new Keyboard().press(press('k', { metaKey: true }), inField, 0), 'palette');
  });
  it('leaves Enter to a button', () => {
    assert.equal(new Keyboard().press(press('Enter'), { typing: false, onControl: true }, 0), undefined);
    assert.equal(new Keyboard().press(press('Enter'), nowhere, 0), 'reply');
  });
  it('leaves the browser its own keys', () => {
    assert.equal(new Keyboard().press(press('r', { ctrlKey: true }), nowhere, 0), undefined);
    assert.equal(new Keyboard().press(press('c', { metaKey: true }), nowhere, 0), undefined);
    assert.equal(new Keyboard().press(press('k', { ctrlKey: true, shiftKey: true }), nowhere, 0), undefined);
    assert.equal(new Keyboard().press(press('e', { altKey: true }), nowhere, 0), undefined);
  });
  it('takes two keys in a row, for a moment', () => {
    const keyboard = new Keyboard();
    assert.equal(keyboard.press(press('g'), nowhere, 0), undefined);
    assert.equal(keyboard.press(press('w'), nowhere, 500), 'go_waiting');
    assert.equal(keyboard.press(press('w'), nowhere, 600), undefined);
    keyboard.press(press('g'), nowhere, 1000);
    assert.equal(keyboard.press(press('w'), nowhere, 4000), undefined);
    keyboard.press(press('g'), nowhere, 4500);
    assert.equal(keyboard.press(press('o'), nowhere, 4600), 'go_colleagues');
    assert.equal(keyboard.press(press('o'), nowhere, 4700), 'take_over');
    keyboard.press(press('g'), nowhere, 5000);
    assert.equal(keyboard.press(press('c'), nowhere, 5100), 'go_closed');
    assert.equal(keyboard.press(press('c'), nowhere, 5200), 'toggle_customer');
  });
  it('names keys as the keyboard does', () => {
    assert.deepEqual(keyCaps('palette', false), ['Ctrl', 'K']);
    assert.deepEqual(keyCaps('palette', true), ['⌘', 'K']);
    assert.deepEqual(capsOf('ArrowDown', false), ['↓']);
  });
});
