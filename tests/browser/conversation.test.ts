// The main job, on a phone and on a desktop: from the first word to the end, and on into the next conversation.
import assert from 'node:assert/strict';
import { Agent } from './harness/agent';
import type { Screen } from './harness/browser';
import { shoot } from './harness/shots';
import { press } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const SHOPPER = /^Shopper \w{4}/;
// What the first story leaves open stays with whoever has it.
const stage = setStage({ agentGraceMs: 600_000 });

async function logInAfterAMistake(name: string, screen: Screen): Promise<Agent> {
  const agent = await Agent.visit(await stage.person(name, screen), stage.server.url);
  await agent.page.getByRole('heading', { name: 'Log in to your console' }).waitFor();
  await shoot(agent.page, 'console-log-in');
  await agent.fillLogIn(name, 'not-the-password');
  await agent.page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
  await shoot(agent.page, 'console-log-in-refused');
  await agent.logIn(name);
  return agent;
}

async function conversation(screen: Screen, name: string, fullName: string): Promise<void> {
  const firstName = fullName.split(' ')[0]!;
  const said: string[] = [];
  const agent = await logInAfterAMistake(name, screen);
  await (screen === 'phone' ? agent.list : agent.main).getByText('Nobody is waiting').waitFor();
  await shoot(agent.page, 'console-inbox-empty');

  const shopper = await stage.shopper('shopper', { screen });
  await shopper.launcher.waitFor();
  await shoot(shopper.page, 'widget-launcher');
  await shopper.open();
  await shopper.panel.getByRole('heading', { name: /How can we help/ }).waitFor();
  await shopper.sees(`${firstName} is here now`);
  await shoot(shopper.page, 'widget-home');

  // The first word: at once in the console, with the page that the shopper looks at.
  said.push('Hello! Does the Fjell take a 15-inch laptop?');
  await shopper.write(said[0]!);
  await agent.row(SHOPPER).getByText('Fjell daypack').waitFor();
  await agent.row(SHOPPER).getByText(said[0]!).waitFor();
  await agent.row(SHOPPER).getByText('1 new message').waitFor();
  await shopper.sees(`${firstName} joined`);
  await shopper.panel.getByRole('heading', { name: fullName }).waitFor();
  await shopper.sees(/· here$/);
  await shopper.sees('Delivered');
  await shoot(shopper.page, 'widget-delivered');
  await shoot(agent.page, 'console-unread');
  await agent.openConversation(SHOPPER);
  const first = agent.conversationId();
  await agent.sees('On the page · Fjell daypack');
  await shopper.sees('Seen');

  // Both ways: typing, the answer, and what became of it.
  await agent.field.pressSequentially('It does', { delay: 20 });
  await shopper.sees(`${firstName} is writing`);
  await shoot(shopper.page, 'widget-typing');
  said.push('It does, in its sleeve. The back panel keeps it dry.');
  await agent.write(said[1]!);
  await shopper.sees(said[1]!);
  await until(async () => assert.equal(await shopper.panel.getByText(`${firstName} is writing`).count(), 0));
  await agent.sees('Seen');
  await shopper.field.pressSequentially('And in', { delay: 20 });
  await agent.sees(/Shopper \w{4} is typing/);
  await shoot(agent.page, 'console-conversation');
  said.push('And in the rain, an hour by bike?');
  await shopper.write(said[2]!);
  await agent.sees(said[2]!);

  // With the panel closed an answer is delivered, counted on the launcher, and seen once it is opened.
  await press(shopper.button('Close chat'), shopper.person);
  said.push('Waxed cotton: an hour is fine. For a day take the rain cover, https://nordlicht.example/rain-cover');
  await agent.write(said[3]!);
  await agent.sees('Delivered');
  await shopper.page.getByRole('button', { name: 'Open chat, 1 unread' }).waitFor();
  await shoot(shopper.page, 'widget-launcher-unread');
  await press(shopper.launcher, shopper.person);
  await shopper.readsAll(said);
  await agent.sees('Seen');
  await shoot(shopper.page, 'widget-conversation');

  // Presence: the shopper leaves the page and comes back on another one.
  const { page } = shopper;
  const { url } = stage.server;
  await page.goto('about:blank');
  await agent.sees('Left the page');
  await shoot(agent.page, 'console-shopper-left');
  await page.goto(`${url}/products/tarn-tent`);
  await agent.sees('On the page · Tarn tent');
  await shopper.readsAll(said);
  await shopper.panel.getByRole('heading', { name: 'You are writing with Nordlicht' }).waitFor();

  // The end: asked, not yet, asked again, agreed.
  await agent.proposeClose();
  await agent.sees('Waiting for the shopper’s word');
  await shopper.sees(`${firstName} asks: is this solved?`);
  await shoot(page, 'widget-proposal');
  await shoot(agent.page, 'console-close-proposed');
  await press(shopper.button('Not yet'), shopper.person);
  await shopper.sees('You said: not solved yet');
  await agent.sees('Not solved yet');
  await shoot(page, 'widget-disputed');
  await shoot(agent.page, 'console-close-disputed');
  said.push('Which colours are there?');
  await shopper.write(said[4]!);
  await agent.sees(said[4]!);
  said.push('Teal and ochre this autumn.');
  await agent.write(said[5]!);
  await shopper.sees(said[5]!);
  await shopper.sees('Seen');
  await agent.proposeClose();
  await press(shopper.button('It’s solved'), shopper.person);
  await shopper.sees(/^Solved$/);
  await agent.sees('This conversation is closed. A new message from the shopper opens the next one.');
  await shoot(page, 'widget-closed');
  await shoot(agent.page, 'console-closed');
  await agent.backToList();

  // The next conversation, with the same history in view on both sides.
  said.push('Me again: do you wrap it as a gift?');
  await shopper.write(said[6]!);
  await agent.row(SHOPPER).getByText(said[6]!).waitFor();
  await agent.openConversation(SHOPPER);
  const second = agent.conversationId();
  assert.notEqual(second, first);
  said.push('Gladly, in wool paper.');
  await agent.write(said[7]!);
  await Promise.all([shopper.readsAll(said), agent.readsAll(said)]);
  await agent.sees('This conversation · Today');
  await shoot(page, 'widget-next-conversation');
  await shoot(agent.page, 'console-next-conversation');

  // And the same in Redis: two streams, dense from 1, the second person's words included.
  const { server } = stage;
  const types = (await server.stream(first)).map(({ type }) => type).filter((type) => type !== 'message');
  assert.deepEqual(types, ['opened', 'assigned', 'close_proposed', 'close_disputed', 'close_proposed', 'closed']);
  assert.deepEqual([...(await server.texts(first)), ...(await server.texts(second))], said);
  for (const id of [first, second]) {
    const seqs = (await server.stream(id)).map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1));
  }
}

stage.story('a shopper and an agent talk from the first word to the next conversation, on desktops', () =>
  conversation('desktop', 'maya', 'Maya Lindqvist'));

stage.story('a shopper and an agent talk from the first word to the next conversation, on phones', () =>
  conversation('phone', 'jonas', 'Jonas Petersen'));
