// Everything by keys alone, on both sides. No mouse is touched in here.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Agent } from './harness/agent';
import { PASSWORD } from './harness/server';
import { shoot } from './harness/shots';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const TABS_MAX = 60;
const stage = setStage({ agents: { maya: 4 } });

/** What has the focus, as it is announced: in the page, or in the widget's own part of it. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return (at?.getAttribute('aria-label') ?? at?.textContent ?? '').trim();
  });
}

/** Presses the key until that has the focus, and not for ever. */
async function moveTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let i = 0; i < TABS_MAX; i++) {
    const at = await focused(page);
    if (typeof name === 'string' ? at === name : name.test(at)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not lead to ${name}`);
}

/** The page scrolls smoothly to what has the focus; a picture taken meanwhile is torn. */
async function scrolled(page: Page): Promise<void> {
  let before = -1;
  await until(async () => {
    const now = await page.evaluate(() => scrollY);
    const moved = now !== before;
    before = now;
    assert.equal(moved, false, 'the page still scrolls');
  });
}

stage.story('a conversation without a mouse, from both sides', async () => {
  const agent = await Agent.visit(await stage.person('maya'), stage.server.url);
  const keys = agent.page.keyboard;
  await until(async () => assert.equal(await agent.page.getByLabel('E-mail').evaluate((field) => field === document.activeElement), true));
  await keys.type('maya@nordlicht.example');
  await keys.press('Tab');
  await keys.type(PASSWORD);
  await keys.press('Enter');
  await agent.available.waitFor();

  // The shopper finds the launcher with Tab, and the text box has the focus when it opens.
  const shopper = await stage.shopper('shopper');
  const { page } = shopper;
  await shopper.launcher.waitFor();
  await moveTo(page, 'Open chat');
  await scrolled(page);
  await shoot(page, 'widget-launcher-focused', ['light']);
  await page.keyboard.press('Enter');
  await shopper.field.waitFor();
  await until(async () => assert.equal(await focused(page), 'Your message'));
  await page.keyboard.type('One line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('and another');
  await page.keyboard.press('Enter');
  await shopper.readsAll(['One line\nand another']);
  assert.equal(await focused(page), 'Your message');

  // The agent goes to it with J, answers with R.
  await agent.row(/^Shopper/).waitFor();
  await keys.press('j');
  await agent.sees('and another');
  await keys.press('r');
  await until(async () => assert.match(await focused(agent.page), /^Message to Shopper/));
  await keys.type('Two lines, I see.');
  await keys.press('Enter');
  await shopper.sees('Two lines, I see.');

  // Escape closes the panel and gives the focus back to the launcher.
  await page.keyboard.press('Escape');
  await shopper.panel.waitFor({ state: 'hidden' });
  assert.equal(await focused(page), 'Open chat');
  await page.keyboard.press('Enter');
  await until(async () => assert.equal(await focused(page), 'Your message'));

  // Closing is proposed with E and answered with Tab and Enter.
  await keys.press('Escape');
  await keys.press('e');
  await shopper.sees('Maya asks: is this solved?');
  await moveTo(page, 'Not yet', 'Shift+Tab');
  await shoot(page, 'widget-proposal-focused', ['light']);
  await page.keyboard.press('Enter');
  await shopper.sees('You said: not solved yet');
  await until(async () => assert.equal(await focused(page), 'Your message'));
  await agent.sees('Not solved yet');

  // Away and back with A; palette and shortcuts open and close by keys.
  await keys.press('a');
  await agent.page.getByText('You are away. No new conversations come to you; open ones stay.').waitFor();
  await shoot(agent.page, 'console-away-with-conversation');
  await keys.press('a');
  await agent.page.getByRole('switch', { name: 'Available', checked: true }).waitFor();
  await keys.press('?');
  await agent.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await shoot(agent.page, 'console-shortcuts');
  await keys.press('Escape');
  await agent.page.getByRole('dialog').waitFor({ state: 'detached' });
  await keys.press('Control+k');
  await agent.page.getByRole('dialog', { name: 'Commands' }).waitFor();
  await shoot(agent.page, 'console-palette');
  await keys.type('propose');
  await agent.page.getByRole('option', { name: /^Propose to close/ }).waitFor();
  await keys.press('Enter');
  await moveTo(page, 'It’s solved', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await shopper.sees(/^Solved$/);
  await agent.sees('Solved: the shopper agreed');
  await keys.press('g');
  await keys.press('w');
  await agent.main.getByRole('heading', { name: 'Waiting', exact: true }).waitFor();
});
