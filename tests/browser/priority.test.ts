// The line by hand: an agent gives somebody in it another priority.
import assert from 'node:assert/strict';
import type { Screen } from './harness/browser';
import { shoot } from './harness/shots';
import { press, type Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const stage = setStage({ agents: { maya: 1 } });

async function someoneAsks(name: string, question: string, path: string, screen: Screen = 'desktop'): Promise<Shopper> {
  const shopper = await stage.shopper(name, { path, screen, known: true });
  await shopper.open();
  await shopper.write(question);
  return shopper;
}

stage.story('an agent moves somebody up the line by another priority, and hears it when that cannot be', async () => {
  const maya = await stage.agent('maya');
  await someoneAsks('Ingrid Solheim', 'Is the Måne lamp dimmable?', '/products/mane-lamp');
  await maya.row('Ingrid Solheim').waitFor();
  await someoneAsks('Teodor Nyström', 'Which wick fits the Lykta?', '/products/lykta-lantern');
  const urgent = await someoneAsks('Aisha Bello', 'The tent’s pole broke, and we leave tonight.', '/products/tarn-tent', 'phone');
  await urgent.sees('You are second in line.');
  await press(maya.list.getByRole('button', { name: /^Waiting/ }), maya.person);
  const rows = maya.page.getByRole('table').getByRole('row');
  const priority = maya.page.getByRole('combobox', { name: 'Priority of Aisha Bello' });
  await rows.nth(2).filter({ hasText: 'Aisha Bello' }).waitFor();
  assert.equal(await priority.inputValue(), '0');
  await priority.focus();
  await priority.selectOption('3');
  await rows.nth(1).filter({ hasText: 'Aisha Bello' }).waitFor();
  await rows.nth(2).filter({ hasText: 'Teodor Nyström' }).waitFor();
  await urgent.sees('You are next in line.');
  await until(async () => assert.equal(await priority.evaluate((field) => field === document.activeElement), true, 'the focus stays where it was'));
  assert.equal(await priority.inputValue(), '3');
  await maya.list.getByText('Priority 3').waitFor();
  for (const [width, height] of [[1440, 900], [1280, 800], [390, 844]] as const) {
    await maya.page.setViewportSize({ width, height });
    await priority.waitFor();
    await shoot(maya.page, 'console-priority');
  }
  await maya.page.setViewportSize({ width: 1440, height: 900 });

  await stage.whileAway(async () => {
    await maya.person.context.setOffline(true);
    await priority.selectOption('0');
    await maya.page.getByRole('alert').getByText('The priority was not changed. You are not connected.').waitFor();
    await until(async () => assert.deepEqual([await priority.inputValue(), await priority.isEnabled()], ['3', true]));
    await maya.person.context.setOffline(false);
    await maya.list.getByText('Connected', { exact: true }).waitFor();
  });
});
