// Nobody is free: shoppers see their place in line, it moves, and each gets an agent when it is their turn.
import assert from 'node:assert/strict';
import type { Screen } from './harness/browser';
import { shoot } from './harness/shots';
import { press, type Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

/** A short grace, so that nobody waits long for the agent who vanished. */
const stage = setStage({ agents: { maya: 1, jonas: 1 }, agentGraceMs: 1500 });

async function someoneAsks(name: string, question: string, path: string, screen: Screen = 'desktop'): Promise<Shopper> {
  const shopper = await stage.shopper(name, { path, screen, known: true });
  await shopper.open();
  await shopper.write(question);
  return shopper;
}

async function solve(agent: { proposeClose(): Promise<void> }, shopper: Shopper): Promise<void> {
  await agent.proposeClose();
  await press(shopper.button('It’s solved'), shopper.person);
  await shopper.sees(/^Solved$/);
}

stage.story('with the only agent at capacity the others see their place, and it moves', async () => {
  const maya = await stage.agent('maya');
  const first = await someoneAsks('Ingrid Solheim', 'Is the Måne lamp dimmable?', '/products/mane-lamp');
  await maya.openConversation('Ingrid Solheim');
  const second = await someoneAsks('Teodor Nyström', 'Which wick fits the Lykta?', '/products/lykta-lantern', 'phone');
  await second.sees('You are next in line.');
  await second.sees('Sent');
  const third = await someoneAsks('Aisha Bello', 'Can I wash the Ull blanket?', '/products/ull-blanket');
  await third.sees('You are second in line.');
  await shoot(second.page, 'widget-waiting');
  await shoot(third.page, 'widget-waiting');
  assert.equal(await stage.server.queueLength('support'), 2);

  await press(maya.list.getByRole('button', { name: /^Waiting/ }), maya.person);
  await maya.page.getByRole('table').getByRole('row', { name: /1 Teodor Nyström Which wick fits the Lykta\? Lykta lantern/ }).waitFor();
  await maya.page.getByRole('table').getByRole('row', { name: /2 Aisha Bello/ }).waitFor();
  await shoot(maya.page, 'console-queue');
  await maya.openConversation('Ingrid Solheim');
  await shoot(maya.page, 'console-at-capacity');

  await solve(maya, first);
  await second.sees('Maya joined');
  await third.sees('You are next in line.');
  await maya.openConversation('Teodor Nyström');

  // Away, the next one is not sent to her; available again, they are.
  await maya.setAvailable(false);
  await shoot(maya.page, 'console-away');
  await solve(maya, second);
  await third.sees('Nobody is here right now.');
  await third.sees('You are next in line.');
  await shoot(third.page, 'widget-waiting-away');
  await maya.setAvailable(true);
  await third.sees('Maya joined');
  await until(async () => assert.equal(await stage.server.queueLength('support'), 0));
  await maya.openConversation('Aisha Bello');
  await solve(maya, third);
});

stage.story('an agent who vanishes gives the conversation back, and the next one goes on with it', async () => {
  const maya = await stage.agent('maya');
  const shopper = await someoneAsks('Mikael Roos', 'My kettle drips.', '/products/kanna-kettle', 'phone');
  await maya.openConversation('Mikael Roos');
  await maya.write('Let me look.');
  await shopper.sees('Let me look.');
  await stage.browsing.dismiss(maya.person);
  await shopper.sees(/· away$/);
  await shopper.sees('Maya had to go.');
  await shoot(shopper.page, 'widget-agent-left');
  await shopper.write('Hello?');
  const jonas = await stage.agent('jonas', 'phone');
  await shopper.sees('Jonas joined');
  await jonas.openConversation('Mikael Roos');
  await jonas.readsAll(['My kettle drips.', 'Let me look.', 'Hello?']);
  await shoot(jonas.page, 'console-taken-over');
  await solve(jonas, shopper);
});
