// The server restarted, cleanly and by kill -9, while both sides are writing: nothing lost, nothing doubled, one order.
import assert from 'node:assert/strict';
import type { Agent } from './harness/agent';
import { shoot } from './harness/shots';
import type { Shopper } from './harness/shopper';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const EACH = 16;
/** Backing off while the server was away, a client may take some seconds to come back. */
const BACK_MS = 25_000;
const stage = setStage();

interface Writer {
  write(text: string): Promise<void>;
}

/** Writes them one after the other, and lets the middle be known. */
function writing(who: Writer, name: string): { texts: string[]; middle: Promise<void>; all: Promise<void> } {
  const texts = Array.from({ length: EACH }, (_, i) => `${name} ${i + 1}`);
  let inTheMiddle = () => {};
  const middle = new Promise<void>((done) => (inTheMiddle = done));
  const write = async () => {
    for (const [i, text] of texts.entries()) {
      await who.write(text);
      if (i === EACH / 2 - 1) inTheMiddle();
    }
  };
  return { texts, middle, all: write() };
}

/** Each shopper by their own name: the conversation of the story before may be this agent's by now. */
async function meet(agentName: string, shopperName: string): Promise<{ shopper: Shopper; agent: Agent; id: string }> {
  const agent = await stage.agent(agentName);
  const shopper = await stage.shopper(shopperName, { screen: 'phone', known: true });
  await shopper.open();
  await shopper.write('Is anybody there?');
  await agent.openConversation(new RegExp(`^${shopperName}`));
  return { shopper, agent, id: agent.conversationId() };
}

/** Both screens and Redis tell the same story, and everybody's words are in it once and in the order they were written. */
async function agree({ shopper, agent, id }: Awaited<ReturnType<typeof meet>>, written: string[][]): Promise<void> {
  const expected = 1 + written.reduce((sum, texts) => sum + texts.length, 0);
  await until(async () => assert.equal((await stage.server.texts(id)).length, expected), BACK_MS);
  const stored = await stage.server.texts(id);
  await Promise.all([shopper.readsAll(stored), agent.readsAll(stored)]);
  for (const texts of written) assert.deepEqual(stored.filter((text) => texts.includes(text)), texts);
  const seqs = (await stage.server.stream(id)).map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.map((_, i) => i + 1));
}

async function restartInTheMiddle(who: [agent: string, shopper: string], end: () => Promise<void>, pictures: boolean): Promise<void> {
  const talk = await meet(...who);
  const { shopper, agent } = talk;
  await stage.whileAway(async () => {
    const sides = [writing(shopper, 'shopper says'), writing(agent, 'agent says')];
    await Promise.race(sides.map(({ middle }) => middle));
    await end();
    await Promise.all(sides.map(({ all }) => all));
    await shopper.sees('Connecting again…');
    await agent.page.getByText('Reconnecting. Keep writing: your messages are sent when we are back.').waitFor();
    if (pictures) await Promise.all([shoot(shopper.page, 'widget-reconnecting'), shoot(agent.page, 'console-reconnecting')]);
    await stage.server.start();
    await agree(talk, sides.map(({ texts }) => texts));
  });
  await until(async () => assert.equal(await shopper.panel.getByText('Connecting again…').count(), 0));
  await shopper.sees('Seen');
  await shopper.write('Still there?');
  await agent.sees('Still there?');
}

stage.story('a clean restart in the middle of a conversation loses and doubles nothing', () =>
  restartInTheMiddle(['maya', 'Ingrid Solheim'], () => stage.server.stop(), true));

stage.story('kill -9 in the middle of a conversation loses and doubles nothing', () =>
  restartInTheMiddle(['jonas', 'Teodor Nyström'], () => stage.server.kill(), false));

stage.story('the page reloaded in the middle of sending sends the rest, once', async () => {
  const talk = await meet('amira', 'Aisha Bello');
  const { shopper, agent } = talk;
  const texts = Array.from({ length: 6 }, (_, i) => `before the reload ${i + 1}`);
  for (const text of texts) await shopper.write(text);
  await shopper.page.reload();
  await agree(talk, [texts]);
  await agent.write('All six are here.');
  await shopper.sees('All six are here.');
});
