// The widget on pages that are not ours: under a strict policy, and where the site does not want it.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { openSite, type Site } from './harness/site';
import { shoot } from './harness/shots';
import { Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { bounded, PATIENCE_MS, until } from './harness/until';

let listed: Site;
let unlisted: Site;
let others: Site;

const OTHER_SITE = (origin: string) => `
[site other]
name = Other
origins = ${origin}
[team other/support]
name = Support
`;

const stage = setStage(async () => {
  [listed, unlisted, others] = await Promise.all([openSite(), openSite(), openSite()]);
  return { agents: { maya: 4 }, origins: [listed.origin], more: OTHER_SITE(others.origin) };
});
after(() => Promise.all([listed, unlisted, others].map((site) => site?.close())));

async function visit(site: Site, id = 'demo'): Promise<Shopper> {
  site.embed(stage.server.url, id);
  return Shopper.visit(await stage.person('shopper'), site.origin);
}

/** What the page's own listeners, queued before the widget was there, were told. */
const seen = (shopper: Shopper) => shopper.page.evaluate(() => (window as unknown as { seen: string[] }).seen);

stage.story('a page with a strict policy of its own embeds the widget by its tag only', async () => {
  const agent = await stage.agent('maya');
  const shopper = await visit(listed);
  await shopper.open();
  await shopper.write('Does this work over here?');
  await agent.openConversation(/^Shopper/);
  await agent.sees('On the page · Somebody else’s shop');
  await agent.write('It does.');
  await shopper.readsAll(['Does this work over here?', 'It does.']);
  await shoot(shopper.page, 'widget-third-party');
  const face = shopper.panel.locator('img').first();
  await until(async () => assert.ok(await face.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)));
  await shopper.page.reload();
  await shopper.readsAll(['Does this work over here?', 'It does.']);
  await agent.proposeClose();
  await shopper.button('It’s solved').click();
  await shopper.sees(/^Solved$/);
});

stage.story('the page’s own interface: queued calls, events, hide and show, shutdown', async () => {
  const shopper = await visit(listed);
  await until(async () => assert.deepEqual(await seen(shopper), ['ready']));
  const { page } = shopper;
  const call = (...args: string[]) => page.evaluate((given) => window.shopbell?.(...given), args);
  await call('hide');
  await shopper.launcher.waitFor({ state: 'hidden' });
  await call('show');
  await call('open');
  await shopper.field.waitFor();
  assert.equal(await call('get', 'open'), true);
  await call('close');
  await shopper.panel.waitFor({ state: 'hidden' });
  assert.deepEqual(await seen(shopper), ['ready', 'open', 'close']);
  await call('shutdown');
  await shopper.launcher.waitFor({ state: 'detached' });
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('shopbell:demo:shopper'))), []);
  await page.getByRole('heading', { name: 'Somebody else’s shop' }).waitFor();
});

stage.story('a page that no site lists keeps a calm widget', async () => {
  const person = await stage.person('shopper');
  // The browser reports the refused handshake by itself; nothing else may be said.
  person.watch.allow(/WebSocket connection to '.*' failed/);
  unlisted.embed(stage.server.url, 'demo');
  const page = await person.context.newPage();
  const refused = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('socketerror'));
  await page.goto(unlisted.origin);
  const shopper = new Shopper(page, person);
  await shopper.open();
  await bounded(refused, PATIENCE_MS, () => 'the handshake to be refused');
  await shopper.write('Hello?');
  await shopper.panel.getByText('Chat is not available here right now.').first().waitFor();
  await shopper.readsAll(['Hello?']);
  await shoot(page, 'widget-unlisted-origin', ['light']);
  await page.getByRole('heading', { name: 'Somebody else’s shop' }).waitFor();
});

stage.story('a page that only another site lists is told so, and the launcher goes', async () => {
  const person = await stage.person('shopper');
  person.watch.allow(/^warning: shopbell: /);
  others.embed(stage.server.url, 'demo');
  const page = await person.context.newPage();
  const warned = page.waitForEvent('console', (message) => message.text().startsWith('shopbell: '));
  await page.goto(others.origin);
  await bounded(warned, PATIENCE_MS, () => 'a warning for the developer of the page');
  await new Shopper(page, person).launcher.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'Somebody else’s shop' }).waitFor();
});

stage.story('every page that we serve has a strict policy', async () => {
  for (const path of ['/', '/products/fjell-daypack', '/console/']) {
    const response = await fetch(stage.server.url + path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const csp = response.headers.get('content-security-policy') ?? '';
    assert.equal(response.status, 200, path);
    assert.match(csp, /default-src 'none'/, path);
    assert.match(csp, /script-src 'self'/, path);
    if (path === '/console/') assert.match(csp, /require-trusted-types-for 'script'; trusted-types 'none'/, path);
    assert.doesNotMatch(csp, /unsafe|\*|https?:/, path);
  }
});
