// One shopper on many pages: two tabs, from page to page, a phone's Back, and a browser that refuses storage.
import assert from 'node:assert/strict';
import { shoot } from './harness/shots';
import { press, Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

/** Ample for what takes milliseconds, and too short for any waiting or backing off. */
const AT_ONCE_MS = 3000;
const stage = setStage({ agents: { maya: 4 } });

/** As where cookies are blocked: the browser throws on the mere mention of it. */
const REFUSE_STORAGE = `for (const kind of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, kind, { get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); } });
}`;

stage.story('two tabs are one conversation', async () => {
  const agent = await stage.agent('maya');
  const here = await stage.shopper('Ingrid Solheim', { known: true });
  await here.open();
  await here.write('Is the tent in stock?');
  await agent.openConversation('Ingrid Solheim');
  const there = await Shopper.visit(here.person, `${stage.server.url}/products/tarn-tent`);
  await agent.sees('On the page · Tarn tent');
  await there.open();
  await there.write('The green one.');
  const said = ['Is the tent in stock?', 'The green one.'];
  await Promise.all([here.readsAll(said), there.readsAll(said), agent.readsAll(said)]);

  // Read in one tab is read in the other.
  await press(there.button('Close chat'), there.person);
  await here.page.bringToFront();
  await press(here.button('Close chat'), here.person);
  await agent.write('Seven of them.');
  await Promise.all([here, there].map(({ page }) => page.getByRole('button', { name: 'Open chat, 1 unread' }).waitFor()));
  await here.open();
  await here.sees('Seven of them.');
  await there.page.getByRole('button', { name: 'Open chat', exact: true }).waitFor();

  // Both write at once, and neither waits for the other.
  await there.page.bringToFront();
  await there.open();
  await Promise.all([here.write('Two for me.'), there.write('By Friday, please.')]);
  await until(async () => assert.equal((await agent.texts()).length, 5), AT_ONCE_MS);
  const all = await stage.server.texts(agent.conversationId());
  await Promise.all([here.readsAll(all), there.readsAll(all), agent.readsAll(all)]);

  // One tab goes: the shopper is still there.
  await there.page.close();
  await here.write('Still here.');
  await agent.sees('Still here.');
  await agent.sees(/^On the page/);
});

stage.story('from page to page the conversation and the panel stay', async () => {
  const agent = await stage.agent('maya');
  const shopper = await stage.shopper('Teodor Nyström', { path: '/', known: true });
  await shopper.open();
  await shopper.write('Which lamp is the warmest?');
  await agent.openConversation('Teodor Nyström');
  await agent.write('The Måne, dimmed.');
  await shopper.sees('The Måne, dimmed.');
  const said = ['Which lamp is the warmest?', 'The Måne, dimmed.'];
  await shopper.page.getByRole('link', { name: /^A teal daypack/ }).click();
  await shopper.page.waitForURL('**/products/fjell-daypack');
  await shopper.readsAll(said);
  await agent.sees('On the page · Fjell daypack');
  // A draft comes along, too.
  await shopper.field.fill('And is there a');
  await shopper.page.getByRole('link', { name: 'Outdoor' }).first().click();
  await shopper.page.waitForURL('**/#outdoor');
  await shopper.readsAll(said);
  assert.equal(await shopper.field.inputValue(), 'And is there a');
  await shopper.write('And is there a smaller one?');
  await agent.sees('And is there a smaller one?');
});

stage.story('on a phone Back closes the panel and not the page', async () => {
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  const address = shopper.page.url();
  await shopper.open();
  await shopper.page.goBack();
  await shopper.panel.waitFor({ state: 'hidden' });
  await shopper.launcher.waitFor();
  assert.equal(shopper.page.url(), address);
  await shopper.open();
  await press(shopper.button('Close chat'), shopper.person);
  await shopper.panel.waitFor({ state: 'hidden' });
  assert.equal(shopper.page.url(), address);
});

stage.story('a browser that refuses storage chats all the same, and is told what that means', async () => {
  const agent = await stage.agent('maya');
  const person = await stage.person('Aisha Bello', 'phone');
  await person.context.addInitScript(REFUSE_STORAGE);
  const shopper = await Shopper.visit(person, `${stage.server.url}/products/ull-blanket`);
  await shopper.isKnownAs('Aisha Bello');
  await shopper.open();
  await shopper.write('Can you hear me?');
  await shopper.sees('Your browser does not let us keep this chat. Leave the page open until it is done.');
  await agent.openConversation('Aisha Bello');
  await agent.write('Loud and clear.');
  await shopper.readsAll(['Can you hear me?', 'Loud and clear.']);
  await shoot(shopper.page, 'widget-storage-refused');
  await stage.whileAway(async () => {
    await stage.server.stop();
    await shopper.write('Even now?');
    await stage.server.start();
    await agent.sees('Even now?');
  });
  await shopper.readsAll(['Can you hear me?', 'Loud and clear.', 'Even now?']);
});
