// Whatever a shopper controls is text in the console, wherever it is shown; and the other way round in the widget.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Agent } from './harness/agent';
import { shoot } from './harness/shots';
import { setStage } from './harness/stage';
import { until } from './harness/until';

/** Each would call this if it ever ran as anything but text. */
const RUN = 'window.__ran=1';
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg onload=${RUN}>`,
  `</textarea><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `<iframe srcdoc="<script>parent.__ran=1</script>"></iframe>`,
  `<a href="javascript:${RUN}">click</a>`,
  `javascript:${RUN}`,
  `[click](javascript:${RUN})`,
  `' onfocus='${RUN}' autofocus='`,
  `{{constructor.constructor('${RUN}')()}}`,
  '${' + RUN + '}',
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  `&lt;img src=x onerror=${RUN}&gt;`,
  `<style>body{display:none!important}</style>`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example/"><input name=password></form>`,
  `http://"onmouseover="${RUN}".example/`,
  `data:text/html,<script>${RUN}</script>`,
  'https://bank.example@evil.example/log-in',
  'right to left \u202e olleh \u2066 and \u200b hidden',
];
const ALL = PAYLOADS.join(' ');
const NAME_MAX = 100;
const LONG = 'W'.repeat(3990);
const stage = setStage({ agents: { maya: 1 } });

/** Nothing ran, and what is shown inside is text and honest links only. */
async function onlyText(page: Page, inside: Locator): Promise<void> {
  assert.equal(await page.evaluate(() => '__ran' in window), false, 'a payload ran');
  const strange = await inside.evaluateAll((roots) =>
    roots.flatMap((root) =>
      [...root.querySelectorAll('script, iframe, style, base, form[action], math, object, embed, img[src="x"], [onerror], [onload], [onfocus], [onmouseover]')]
        .map((element) => element.outerHTML)
        .concat([...root.querySelectorAll('a[href]')].map((link) => link.getAttribute('href')!).filter((href) => !/^(https?:|mailto:|#|\/)/.test(href))),
    ),
  );
  assert.deepEqual(strange, []);
}

async function noScrollSideways(page: Page): Promise<void> {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page scrolls sideways');
}

const whole = (agent: Agent) => agent.page.locator('#app');

stage.story('messages, names, addresses and titles are never markup in the console', async () => {
  const agent = await stage.agent('maya');
  const shopper = await stage.shopper('shopper');
  await shopper.isKnownAs(PAYLOADS[1]!, `"${PAYLOADS[0]!}"@x.example`);
  await shopper.page.evaluate((title) => {
    document.title = title;
    history.pushState(null, '', `#${encodeURIComponent(title)}`);
  }, ALL.slice(0, 290));
  await shopper.open();
  for (const text of PAYLOADS) await shopper.write(text);
  const bare = PAYLOADS.map((text) => text.trim());

  // In the list, the conversation, the customer's panel and the commands.
  await agent.openConversation(/onerror/);
  await until(async () => assert.equal((await agent.texts()).length, PAYLOADS.length));
  assert.deepEqual(await stage.server.texts(agent.conversationId()), bare);
  assert.deepEqual(await agent.messages.locator('.bubble').evaluateAll((all) => all.map((one) => one.textContent)), bare);
  assert.deepEqual(await shopper.messages.locator('.bubble').evaluateAll((all) => all.map((one) => one.textContent)), bare);
  await agent.page.getByRole('complementary', { name: 'Customer' }).getByText('<script>').first().waitFor();
  await onlyText(agent.page, whole(agent));
  await onlyText(shopper.page, shopper.panel);
  const links = await agent.messages.getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.ok(links.every((href) => !href!.includes('bank.example')), `no link that shows one name and opens another: ${links.join(' ')}`);
  await shoot(agent.page, 'console-hostile');
  await shoot(shopper.page, 'widget-hostile');
  await agent.page.keyboard.press('Control+k');
  await agent.page.getByRole('dialog', { name: 'Commands' }).getByText('<img src=x').first().waitFor();
  await onlyText(agent.page, whole(agent));
  await agent.page.keyboard.press('Escape');

  // In line, and in the queue's own view.
  const second = await stage.shopper('second');
  await second.isKnownAs(PAYLOADS[2]!);
  await second.page.evaluate((title) => {
    document.title = title;
    history.pushState(null, '', '#x');
  }, PAYLOADS[0]!);
  await second.open();
  await second.write(PAYLOADS[3]!);
  await second.sees('You are next in line.');
  await agent.list.getByRole('button', { name: /^Waiting/ }).click();
  await agent.page.getByRole('table').getByText('<svg onload').waitFor();
  await agent.page.getByRole('table').getByText('</textarea>').waitFor();
  await onlyText(agent.page, whole(agent));
  await shoot(agent.page, 'console-hostile-queue');

  // What an agent writes is text for the shopper, and closed it is still text.
  await agent.openConversation(/onerror/);
  await agent.write(ALL.slice(0, 2000));
  await shopper.sees(/evil\.example/);
  await onlyText(shopper.page, shopper.panel);
  await agent.proposeClose();
  await shopper.button('It’s solved').click();
  await agent.list.getByRole('region', { name: 'Recently closed' }).getByRole('link', { name: /onerror/ }).waitFor();
  await onlyText(agent.page, whole(agent));
  await agent.openConversation(/svg onload/);
  await agent.proposeClose();
  await second.button('It’s solved').click();
  await second.sees(/^Solved$/);
});

stage.story('an address that is no web page is shown and not linked', async () => {
  const agent = await stage.agent('maya');
  const person = await stage.person('forger');
  const page = await person.context.newPage();
  await page.goto(stage.server.url);
  // Not by the widget, which tells the page it is on: by hand, as a forger would.
  await page.evaluate((name) => {
    const socket = new WebSocket(`ws://${location.host}/ws`, 'shopbell.v1');
    const ask = (action: string, payload: object) => socket.send(JSON.stringify({ request_id: action, action, payload }));
    const where = { url: 'javascript:window.__ran=1', title: 'A fine page' };
    socket.onopen = () => ask('login', { role: 'shopper', site: 'demo', page: where });
    socket.onmessage = ({ data }: { data: string }) => {
      const { action, success, payload } = JSON.parse(data);
      if (payload?.event?.type === 'close_proposed') ask('confirm_close', { conversation_id: payload.conversation_id });
      if (action === 'login' && success) ask('update_shopper', { name });
      if (action === 'update_shopper') ask('start_conversation', { custom_id: 'forged-0001', text: 'Look at my page', page: where });
    };
  }, 'Forger');
  await agent.openConversation('Forger');
  const customer = agent.page.getByRole('complementary', { name: 'Customer' });
  await customer.getByText('A fine page').waitFor();
  assert.equal(await customer.getByRole('link').count(), 0);
  await onlyText(agent.page, whole(agent));
  await agent.proposeClose();
  await agent.sees('Solved: the shopper agreed');
});

stage.story('very long words and names break no layout', async () => {
  const agent = await stage.agent('maya');
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  await shopper.isKnownAs('N'.repeat(NAME_MAX));
  await shopper.open();
  await shopper.write(LONG);
  await shopper.write('👍');
  await agent.row(/^N{20}/).waitFor({ timeout: 20_000 });
  await agent.openConversation(/^N{20}/);
  await until(async () => assert.deepEqual(await agent.texts(), [LONG, '👍']));
  await Promise.all([noScrollSideways(agent.page), noScrollSideways(shopper.page)]);
  for (const box of [shopper.messages, agent.messages]) {
    assert.ok(await box.evaluate((element) => element.scrollWidth <= element.clientWidth), 'the messages scroll sideways');
  }
  await shoot(agent.page, 'console-long-words');
  await shoot(shopper.page, 'widget-long-words');
});
