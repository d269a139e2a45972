// Redis does not answer for a while: both sides are told so in words, and everything written goes out by itself.
import assert from 'node:assert/strict';
import { shoot } from './harness/shots';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const AWAY_MS = 15_000;
const stage = setStage({ agents: { maya: 4 } });

stage.story('messages written while Redis is away go out by themselves, also after a reload', async () => {
  const { server } = stage;
  const agent = await stage.agent('maya');
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  await shopper.open();
  await shopper.write('Do you mend zips?');
  await agent.openConversation(/^Shopper/);
  const id = agent.conversationId();
  await agent.write('We do.');
  await shopper.sees('We do.');

  server.signalRedis('SIGSTOP');
  try {
    await shopper.write('How long does it take?');
    await agent.write('About a week.');
    await shopper.panel.getByText('We can’t send right now. Your message is kept and goes out by itself.').waitFor({ timeout: AWAY_MS });
    await shopper.sees('Goes out by itself');
    await agent.page.getByText('Messages cannot be delivered for the moment.').waitFor({ timeout: AWAY_MS });
    await agent.sees('Waiting to be sent');
    await shoot(shopper.page, 'widget-server-away');
    await shoot(agent.page, 'console-server-away');
    await shopper.page.reload();
    await shopper.sees('How long does it take?');
    await shopper.write('And what does it cost?');
  } finally {
    server.signalRedis('SIGCONT');
  }

  await until(async () => assert.equal((await server.texts(id)).length, 5), AWAY_MS);
  const stored = await server.texts(id);
  await Promise.all([shopper.readsAll(stored), agent.readsAll(stored)]);
  const own = (texts: string[]) => stored.filter((text) => texts.includes(text));
  assert.deepEqual(own(['Do you mend zips?', 'How long does it take?', 'And what does it cost?']).length, 3);
  assert.deepEqual(own(['How long does it take?', 'And what does it cost?']), ['How long does it take?', 'And what does it cost?']);
  await until(async () => assert.equal(await shopper.panel.getByText('We can’t send right now.').count(), 0));
  await until(async () => assert.equal(await agent.page.getByText('Messages cannot be delivered').count(), 0));
  await shopper.sees('Seen');
});
