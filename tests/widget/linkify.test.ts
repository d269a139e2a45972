import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmojiOnly, linkify, safeHref } from '../../web-widget/ui/linkify';

const links = (text: string) => linkify(text).flatMap(({ text: shown, href }) => (href ? [[shown, href]] : []));

test('every character of the text comes back, in order', () => {
  const texts = ['', 'plain', 'https://a.example', ' x https://a.example/?q=1#f, y www.b.example. me@c.example! ', 'a\n\n  b', '<b>&amp;'];
  for (const text of texts) assert.equal(linkify(text).map((piece) => piece.text).join(''), text);
});

test('http, https, www and mail become links', () => {
  assert.deepEqual(links('see https://a.example/x?y=1#z'), [['https://a.example/x?y=1#z', 'https://a.example/x?y=1#z']]);
  assert.deepEqual(links('http://a.example'), [['http://a.example', 'http://a.example/']]);
  assert.deepEqual(links('www.a.example/x'), [['www.a.example/x', 'https://www.a.example/x']]);
  assert.deepEqual(links('write me@shop.example'), [['me@shop.example', 'mailto:me@shop.example']]);
  assert.deepEqual(links('HTTPS://A.EXAMPLE/X'), [['HTTPS://A.EXAMPLE/X', 'https://a.example/X']]);
});

test('the sentence keeps its punctuation, the link its own brackets', () => {
  assert.deepEqual(links('(https://a.example/b_(c)).')[0]![0], 'https://a.example/b_(c)');
  assert.deepEqual(links('Go to https://a.example/x, now!')[0]![0], 'https://a.example/x');
  assert.deepEqual(links('https://a.example/?')[0]![0], 'https://a.example/');
});

test('no other scheme and no half address is a link', () => {
  const texts = [
    'javascript:alert(1)', 'JaVaScRiPt://a.example/%0aalert(1)', 'data:text/html,<script>', 'vbscript:x', 'file:///etc/passwd',
    'blob:https://x', 'https://', 'http://localhost', 'https://user:pass@evil.example/', 'https://bank.example@evil.example',
    'xhttps://a.example', '//a.example', 'a@b', '@a.example', 'https://[::1', 'https://%zz.example',
  ];
  for (const text of texts) {
    for (const [, href] of links(text)) assert.match(href!, /^(https?:|mailto:)/, text);
    assert.deepEqual(links(text).filter(([, href]) => !href!.startsWith('mailto:')), [], text);
  }
});

test('markup in a link or around it stays text', () => {
  assert.deepEqual(links('https://a.example/"onmouseover="alert(1)'), [['https://a.example/', 'https://a.example/']]);
  assert.deepEqual(links('<a href=https://a.example>x</a>'), [['https://a.example', 'https://a.example/']]);
});

test('characters that turn or hide text end a link', () => {
  assert.deepEqual(links('https://a.example/\u202egpj.exe'), [['https://a.example/', 'https://a.example/']]);
  assert.deepEqual(links('https://a.example/\u200bx'), [['https://a.example/', 'https://a.example/']]);
});

test('a name in other letters is opened as what it is', () => {
  assert.equal(safeHref('https://аpple.example'), 'https://xn--pple-43d.example/');
});

// Twenty-five times the longest message: what took a time of the second power would not end before the suite's limit.
test('long hostile text comes to an end', () => {
  const repeated: [string, string, number][] = [['', 'a', 100_000], ['', 'a@', 50_000], ['', 'www.', 25_000], ['', 'https://', 12_500], ['https://a.example/', '(', 100_000], ['a@', 'a.', 50_000], ['https://a.example/', ')', 100_000]];
  for (const [start, again, times] of repeated) {
    const text = start + again.repeat(times);
    assert.equal(linkify(text).map((piece) => piece.text).join(''), text);
  }
});

test('one to three emoji stand alone; text, digits and more do not', () => {
  for (const text of ['🎉', ' ❤️ ', '👍🏽👩‍🚀🇩🇪', '🙂 🙃 🙂']) assert.equal(isEmojiOnly(text), true, text);
  for (const text of ['', ' ', '1', '123', '#', 'ok 🎉', '🎉🎉🎉🎉', '🎉'.repeat(1000)]) assert.equal(isEmojiOnly(text), false, text);
});
