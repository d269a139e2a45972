// What agents do by hand in the console: take somebody out of the line, transfer, take over, look at what colleagues have.
import assert from 'node:assert/strict';
import type { Agent } from './harness/agent';
import type { Screen } from './harness/browser';
import { shoot } from './harness/shots';
import { press, type Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

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

/** The rows under a colleague's name in the view of what colleagues have. */
const has = (agent: Agent, colleague: string) => agent.main.getByRole('region', { name: colleague }).getByRole('row');

stage.story('an agent reads along in a colleague’s conversation, takes it over, and writes in it', async () => {
  const jonas = await stage.agent('jonas');
  await jonas.setAvailable(false);
  await press(jonas.list.getByRole('button', { name: /^With colleagues/ }), jonas.person);
  await jonas.sees('Nothing is with colleagues right now.');
  await shoot(jonas.page, 'console-colleagues-none');
  const maya = await stage.agent('maya');
  await maya.setAvailable(true);
  const shopper = await someoneAsks('Ingrid Solheim', 'Is the lamp dimmable?');
  await someoneAsks('Teodor Nyström', 'Which wick fits the Lykta, and do you post single ones?', 'phone');
  await maya.openConversation('Teodor Nyström');

  // It comes by itself while the view is shown.
  const rows = has(jonas, 'Maya Lindqvist');
  await rows.filter({ hasText: 'Ingrid Solheim' }).filter({ hasText: 'Is the lamp dimmable?' }).waitFor();
  await rows.filter({ hasText: 'Teodor Nyström' }).waitFor();
  await maya.proposeClose(); // no push tells Jonas
  await rows.filter({ hasText: 'Close proposed' }).waitFor();
  await jonas.list.getByRole('button', { name: 'With colleagues 2' }).waitFor();
  await shoot(jonas.page, 'console-colleagues');
  await jonas.page.setViewportSize({ width: 1280, height: 800 });
  await shoot(jonas.page, 'console-colleagues');

  // Open, it grows with what the others write; nothing of it is told to the shopper.
  await press(jonas.main.getByRole('link', { name: /^Ingrid Solheim/ }), jonas.person);
  await jonas.readsAll(['Is the lamp dimmable?']);
  await jonas.sees('Maya Lindqvist has this conversation. You can read along, or take it over.');
  await maya.openConversation('Ingrid Solheim');
  await maya.write('Let me look.');
  await jonas.readsAll(['Is the lamp dimmable?', 'Let me look.']);
  await shoot(jonas.page, 'console-read-along');
  const asked: string[] = [];
  jonas.page.once('websocket', (socket) => socket.on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)).action)));
  await jonas.page.reload();
  await jonas.readsAll(['Is the lamp dimmable?', 'Let me look.']);

  await jonas.page.keyboard.press('o');
  await jonas.sees('You took over');
  await jonas.write('Jonas here: it is.');
  await shopper.sees('Jonas here: it is.');
  await maya.sees(/not with you any more/);
  assert.equal(asked.filter((action) => action === 'list_assigned').length, 1, 'what is not shown is not asked for again and again');

  // Back leads to the table, where Maya has one left.
  await jonas.page.goBack();
  await rows.filter({ hasText: 'Teodor Nyström' }).waitFor();
  await until(async () => assert.equal(await rows.filter({ hasText: 'Ingrid Solheim' }).count(), 0));
  await jonas.openConversation('Ingrid Solheim');
  await jonas.proposeClose();
  await press(shopper.button('It’s solved'), shopper.person);
  await shopper.sees(/^Solved$/);
});

stage.story('on a phone: what a colleague has, a conversation of it, back, and taking it over from there', async () => {
  const maya = await stage.agent('maya');
  const jonas = await stage.agent('jonas', 'phone');
  await jonas.setAvailable(false);
  const shopper = await someoneAsks('Aisha Bello', 'Can I wash the Ull blanket?');
  await maya.openConversation('Aisha Bello');
  await press(jonas.list.getByRole('button', { name: /^With colleagues/ }), jonas.person);
  const row = has(jonas, 'Maya Lindqvist').filter({ hasText: 'Aisha Bello' });
  await row.waitFor();
  await shoot(jonas.page, 'console-colleagues');
  await press(jonas.main.getByRole('link', { name: /^Aisha Bello/ }), jonas.person);
  await jonas.readsAll(['Can I wash the Ull blanket?']);
  await jonas.backToList();
  await row.waitFor();
  await jonas.backToList();
  await jonas.available.waitFor();
  await jonas.page.keyboard.press('g');
  await jonas.page.keyboard.press('o');
  await press(jonas.main.getByRole('button', { name: 'Take over Aisha Bello' }), jonas.person);
  await jonas.field.waitFor();
  await shopper.sees('Jonas joined');
  await maya.sees(/not with you any more/);
});
