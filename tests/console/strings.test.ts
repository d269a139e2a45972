import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isStep, parseRoute, routeHash } from '../../web-widget/console/hooks/route';
import { de } from '../../web-widget/console/strings/de';
import { en } from '../../web-widget/console/strings/en';

describe('the words', () => {
  it('are all there in every language, with the same holes', () => {
    assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
    for (const [key, word] of Object.entries(en)) {
      const other = de[key as keyof typeof de];
      assert.equal(typeof other, typeof word, key);
      if (typeof word === 'string') assert.ok((other as string).length > 0, key);
    }
  });
});

describe('the address', () => {
  it('names what is in the middle, and nothing else can get in', () => {
    const id = `c_${'0'.repeat(20)}`;
    assert.deepEqual(parseRoute(`#${id}`), { view: 'conversation', id });
    assert.deepEqual(parseRoute('#waiting'), { view: 'waiting' });
    assert.deepEqual(parseRoute('#colleagues'), { view: 'colleagues' });
    assert.deepEqual(parseRoute('#c_<script>'), { view: 'inbox' });
    for (const hash of ['#', '#waiting', '#colleagues', `#${id}`]) assert.equal(routeHash(parseRoute(hash)), hash);
  });
  it('goes back from a colleague’s conversation to the table it was in, and from all others to the list', () => {
    assert.equal(isStep('colleagues', 'conversation'), true);
    assert.equal(isStep('inbox', 'conversation'), true);
    assert.equal(isStep('conversation', 'conversation'), false);
    assert.equal(isStep('waiting', 'conversation'), false);
  });
});
