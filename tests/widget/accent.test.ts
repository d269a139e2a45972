import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accentCss, accentFor, contrast, inkOn, MIN_CONTRAST, onColour } from '../../web-widget/ui/accent';
import { launcherAccent } from '../../web-widget/widget/loader/style';

/** A grid over all colours, corners included. */
function* colours(): Generator<string> {
  const steps = ['00', '33', '66', '80', '99', 'cc', 'ff'];
  for (const r of steps) for (const g of steps) for (const b of steps) yield `#${r}${g}${b}`;
}

test('contrast is the WCAG ratio', () => {
  assert.equal(contrast('#ffffff', '#000000'), 21);
  assert.equal(contrast('#777777', '#777777'), 1);
  assert.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.01);
});

test('whatever colour a site chooses, text on it can be read', () => {
  for (const colour of colours()) {
    assert.ok(contrast(onColour(colour), colour) >= MIN_CONTRAST, colour);
    for (const theme of ['light', 'dark'] as const) {
      const { accent, hover, on } = accentFor(colour, theme);
      assert.ok(contrast(on, accent) >= MIN_CONTRAST, `${colour} ${theme}`);
      assert.ok(contrast(on, hover) >= MIN_CONTRAST, `${colour} ${theme} hover`);
    }
  }
});

test('and text in the colour can be read on the panel', () => {
  for (const colour of colours()) {
    assert.ok(contrast(accentFor(colour, 'light').ink, '#ecedef') >= MIN_CONTRAST, colour);
    assert.ok(contrast(accentFor(colour, 'dark').ink, '#24262a') >= MIN_CONTRAST, colour);
  }
});

test('a colour that is readable already stays as it is', () => {
  assert.equal(inkOn('#0f6b4f', '#ffffff'), '#0f6b4f');
  assert.equal(accentFor('#0f6b4f', 'light').accent, '#0f6b4f');
});

test('the launcher, before the panel has computed anything, can be read too', () => {
  for (const colour of colours()) {
    const on = /--on-accent:(#\w+)/.exec(launcherAccent(colour))![1]!;
    assert.ok(contrast(on === '#fff' ? '#ffffff' : '#000000', colour) >= 4.4, colour);
  }
});

test('what is no colour becomes no style', () => {
  for (const text of ['', 'red', '#fff', '#0f6b4f;}*{display:none', '#gggggg']) {
    assert.equal(accentCss(text), '');
    assert.equal(launcherAccent(text), '');
  }
  assert.equal(launcherAccent(undefined), '');
});
