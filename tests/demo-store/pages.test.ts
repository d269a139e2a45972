// The demo store's pages hold up by themselves: links lead somewhere, and the strict Content-Security-Policy holds.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { storePages } from '../../web-widget/demo-store/pages.mjs';

const dir = 'web-widget/demo-store';
const products = JSON.parse(readFileSync(`${dir}/products.json`, 'utf8'));
const names = readdirSync(`${dir}/art`).map((name) => name.replace('.svg', ''));
const art = Object.fromEntries(names.map((name) => [name, `/demo/art/${name}.svg`]));
const links = { style: '/demo/store.css', script: '/demo/store.js', art };
const pages = storePages(products, links);
const elsewhere = ['/console/', '/shopbell.js', links.style, links.script, ...Object.values(art)];

for (const { path, html } of pages) {
  test(`every link and picture of ${path} exists`, () => {
    const targets = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
    assert.ok(targets.length > 0);
    for (const target of targets) {
      const [page = '', anchor] = target.split('#');
      const found = pages.find((other) => other.path === (page || path));
      assert.ok(found ?? elsewhere.includes(page), `${target} leads nowhere`);
      if (anchor) assert.ok(found?.html.includes(`id="${anchor}"`), `${target} has no anchor`);
    }
  });

  test(`${path} has nothing inline, and the widget by its public tag only`, () => {
    assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=|<script>|javascript:/);
    assert.equal(html.split('<script async src="/shopbell.js" data-site="demo"></script>').length, 2);
  });
}

test('what is put into a page is escaped', () => {
  const odd = { ...products[0], slug: 'odd', name: '<b>&"', lead: '<script>' };
  const page = storePages([odd], links).find(({ path }) => path === '/products/odd');
  assert.ok(page?.html.includes('<h1>&lt;b&gt;&amp;&quot;</h1>'));
  assert.ok(!page?.html.includes('<script>'));
});
