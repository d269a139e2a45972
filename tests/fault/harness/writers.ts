// Shoppers and agents who write all the time while faults happen, and the account of all they wrote.
import assert from 'node:assert/strict';
import type { Redis } from '../../integration/harness/redis.ts';
import type { Server } from '../../integration/harness/server.ts';
import { pause, until } from '../../integration/harness/until.ts';
import { account, addAccount, closeConversation } from './account.ts';
import type { Trial } from './promise.ts';
import { Talker } from './talker.ts';

const AGENTS = ['maya', 'jonas', 'leila', 'kofi'];
/** People stay for so many faults; then others come, so that nobody has to hold more than some thousand messages. */
const FAULTS_A_ROUND = 50;

/** For a server's `sites`: nobody waits. */
export const writersSites = { shop: { agents: Object.fromEntries(AGENTS.map((name) => [name, { capacity: 50 }])) } };

export interface Plan {
  shoppers: number;
  faults: number;
  /** Acknowledged in all, spread evenly over the faults. */
  messages: number;
  /** Whoever logs in does so there. */
  server: () => Server;
  redis: () => Promise<Redis>;
  /** Makes one fault happen, and end. `acknowledged` says how many messages were, up to now. */
  fault: (acknowledged: () => number) => Promise<void>;
}

async function shop(shopper: Talker, who: number, isOver: () => boolean): Promise<void> {
  await shopper.start(`first-of-${who}`, `Hello from ${who}`);
  for (let i = 0; !isOver(); i++) assert.ok(await shopper.send(`shopper-${who}-${i}`, `Message ${i} of shopper ${who}`));
}

/** Answers here and there, as long as the conversation is theirs. */
async function advise(agent: Talker, who: number, isOver: () => boolean, { random }: Trial<string>): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const conversation_id = random.pick(agent.conversations());
    if (conversation_id) await agent.send(`agent-${who}-${i}`, `Message ${i} of agent ${who}`, { conversation_id });
    await pause(20);
  }
}

async function checked(redis: Redis, shoppers: Talker[], agents: Talker[], trial: Trial<string>): Promise<void> {
  for (const shopper of shoppers) {
    addAccount(trial, await account(redis, 'shop', shopper.conversation_id, [shopper, ...agents]));
    const stored = await redis.events('shop', shopper.conversation_id);
    await until('the shopper holds all of it', () => shopper.seen().length === stored.length, 20_000);
    assert.deepEqual(shopper.seen().map(({ text }) => text), stored.map(({ text }) => text));
    await closeConversation(redis, 'shop', shopper.conversation_id);
  }
  for (const one of [...agents, ...shoppers]) trial.count('resumes', one.resumes);
}

async function round(plan: Plan, trial: Trial<string>): Promise<void> {
  const agents = AGENTS.map((name) => new Talker({ site: 'shop', name }, plan.server));
  const shoppers = Array.from({ length: plan.shoppers }, () => new Talker({ site: 'shop' }, plan.server));
  const everyone = [...agents, ...shoppers];
  let over = false;
  const isOver = () => over;
  trial.t.after(() => everyone.forEach((talker) => talker.leave()));
  await Promise.all(agents.map((one) => one.online()));
  const writing = Promise.all([
    ...shoppers.map((one, who) => shop(one, who, isOver)),
    ...agents.map((one, who) => advise(one, who, isOver, trial)),
  ]);
  const acknowledged = () => everyone.reduce((sum, one) => sum + one.acked.length, 0);
  for (let i = 0; i < plan.faults; i++) {
    const enough = () => acknowledged() >= ((i + 1) / plan.faults) * plan.messages;
    await Promise.race([writing, plan.fault(acknowledged)]);
    trial.count('trials');
    await Promise.race([writing, until('as many messages as there are to be', enough, 120_000)]);
  }
  over = true;
  await writing;
  await checked(await plan.redis(), shoppers, agents, trial);
  everyone.forEach((talker) => talker.leave());
}

export async function write(plan: Plan, trial: Trial<string>): Promise<void> {
  const rounds = Math.ceil(plan.faults / FAULTS_A_ROUND);
  const share = (of: number, i: number) => Math.floor((of * (i + 1)) / rounds) - Math.floor((of * i) / rounds);
  for (let i = 0; i < rounds; i++) {
    await round({ ...plan, faults: share(plan.faults, i), messages: share(plan.messages, i) }, trial);
  }
}
