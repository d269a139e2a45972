// What agents do by hand in the console: take somebody out of the line, transfer, take over.
import type { Screen } from './harness/browser';
import { shoot } from './harness/shots';
import { press, type Shopper } from './harness/shopper';
import { setStage } from './harness/stage';

const stage = setStage({ agents: { maya: 2, jonas: 1 } });

async function someoneAsks(name: string, question: string, screen: Screen = 'desktop'): Promise<Shopper> {
  const shopper = await stage.shopper(name, { screen, known: true });
  await shopper.open();
  await shopper.write(question);
  return shopper;
}

stage.story('an agent who is away takes one from the line, transfers it by key, and takes it over again', async () => {
  const maya = await stage.agent('maya');
  await maya.setAvailable(false);
  const shopper = await someoneAsks('Ingrid Solheim', 'Is the lamp dimmable?');
  await shopper.sees('You are next in line.');
  await press(maya.list.getByRole('button', { name: /^Waiting/ }), maya.person);
  await maya.main.getByRole('button', { name: 'Take Ingrid Solheim' }).waitFor();
  await shoot(maya.page, 'console-queue-take');
  await press(maya.main.getByRole('button', { name: 'Take Ingrid Solheim' }), maya.person);
  await maya.field.waitFor();
  await shopper.sees('Maya joined');

  const jonas = await stage.agent('jonas');
  await maya.page.getByRole('button', { name: 'Transfer' }).waitFor();
  await maya.page.keyboard.press('Escape');
  await maya.page.keyboard.press('t');
  const picker = maya.page.getByRole('dialog', { name: 'Transfer' });
  await picker.getByRole('option', { name: /Jonas/ }).waitFor();
  await shoot(maya.page, 'console-transfer');
  await maya.page.keyboard.type('jon');
  await maya.page.keyboard.press('Enter');
  await shopper.sees('Jonas joined');
  await jonas.openConversation('Ingrid Solheim');
  await jonas.sees('Transferred to you');
  await maya.sees(/not with you any more/);
  await shoot(maya.page, 'console-transferred');

  await press(maya.page.getByRole('button', { name: 'Take over' }), maya.person);
  await maya.field.waitFor();
  await maya.sees('You took over');
  await jonas.sees(/not with you any more/);
  await maya.proposeClose();
  await press(shopper.button('It’s solved'), shopper.person);
  await shopper.sees(/^Solved$/);
});
