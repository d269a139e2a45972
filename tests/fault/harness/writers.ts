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
  /** Who is there to answer, when not all of them. */
  agents?: string[];
  /** Of each, between two messages. */
  pause_ms?: number;
  /** What gets lost is offered again; how much that was is counted. */
  repairs?: boolean;
  faultsARound?: number;
  /** Whoever logs in does so there. */
  server: () => Server;
  redis: () => Promise<Redis>;
  /** Makes one fault happen, and end. `acknowledged` says how many messages were, up to now. */
  fault: (acknowledged: () => number, everyone: Talker[]) => Promise<void>;
}

async function shop(shopper: Talker, who: number, isOver: () => boolean, { pause_ms }: Plan): Promise<void> {
  await shopper.start(`first-of-${who}`, `Hello from ${who}`);
  for (let i = 0; !isOver(); i++) {
    assert.ok(await shopper.send(`shopper-${who}-${i}`, `Message ${i} of shopper ${who}`));
    if (pause_ms) await pause(pause_ms);
  }
}

/** Answers here and there, as long as the conversation is theirs. */
async function advise(agent: Talker, who: number, isOver: () => boolean, { pause_ms }: Plan, { random }: Trial<string>): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const conversation_id = random.pick(agent.conversations());
    if (conversation_id) await agent.send(`agent-${who}-${i}`, `Message ${i} of agent ${who}`, { conversation_id });
    await pause(pause_ms ?? 20);
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
  for (const one of [...agents, ...shoppers]) {
    trial.count('resumes', one.resumes);
    if (one.lost) trial.count('raw_lost', one.lost);
  }
}

async function round(plan: Plan, trial: Trial<string>): Promise<void> {
  const person = (name?: string) => new Talker({ site: 'shop', name, repairs: plan.repairs }, plan.server);
  const agents = (plan.agents ?? AGENTS).map(person);
  const shoppers = Array.from({ length: plan.shoppers }, () => person());
  const everyone = [...agents, ...shoppers];
  let over = false;
  const isOver = () => over;
  trial.t.after(() => everyone.forEach((talker) => talker.leave()));
  await Promise.all(agents.map((one) => one.online()));
  const writing = Promise.all([
    ...shoppers.map((one, who) => shop(one, who, isOver, plan)),
    ...agents.map((one, who) => advise(one, who, isOver, plan, trial)),
  ]);
  const acknowledged = () => everyone.reduce((sum, one) => sum + one.acked.length, 0);
  for (let i = 0; i < plan.faults; i++) {
    const enough = () => acknowledged() >= ((i + 1) / plan.faults) * plan.messages;
    await Promise.race([writing, plan.fault(acknowledged, everyone)]);
    trial.count('trials');
    await Promise.race([writing, until('as many messages as there are to be', enough, 120_000)]);
  }
  over = true;
  await writing;
  if (plan.repairs) for (const one of everyone) await one.repaired();
  await checked(await plan.redis(), shoppers, agents, trial);
  everyone.forEach((talker) => talker.leave());
}

export async function write(plan: Plan, trial: Trial<string>): Promise<void> {
  const rounds = Math.ceil(plan.faults / (plan.faultsARound ?? FAULTS_A_ROUND));
  const share = (of: number, i: number) => Math.floor((of * (i + 1)) / rounds) - Math.floor((of * i) / rounds);
  for (let i = 0; i < rounds; i++) {
    await round({ ...plan, faults: share(plan.faults, i), messages: share(plan.messages, i) }, trial);
  }
}
