// A master, its replica and three Sentinels: the server finds the master, and finds the next one.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { agent, Client, shopper } from './harness/client.ts';
import { redisGroup, type Group, type RedisServer } from './harness/redis_servers.ts';
import { startServer, type Server } from './harness/server.ts';
import { pause, until } from './harness/until.ts';

interface Sent {
  custom_id: string;
  text: string;
  seq: number;
}

/** One who goes on writing, comes back when the socket is closed, and sends again what was refused for now. */
class Writer {
  readonly acked: Sent[] = [];
  refusals = 0;
  resumes = 0;
  private stopped = false;
  private writing?: Promise<void>;

  constructor(
    readonly server: Server,
    public client: Client,
    readonly conversation_id: string,
  ) {}

  private async resume(): Promise<void> {
    this.resumes++;
    const last = this.client.lines(this.conversation_id).length;
    const cursors = [{ conversation_id: this.conversation_id, seq: last }];
    this.client = await shopper(this.server, 'shop', { token: this.client.token, cursors });
  }

  private async send(number: number): Promise<void> {
    const message = { conversation_id: this.conversation_id, custom_id: `message-${number}`, text: `Message ${number}` };
    for (;;) {
      const outcome = await this.client.ask('send_event', message).catch(() => undefined);
      if (outcome?.success) {
        this.acked.push({ ...message, seq: outcome.payload.seq });
        return;
      }
      if (!outcome) await this.resume();
      else assert.ok(outcome.error.retryable, outcome.error.type);
      this.refusals++;
      await pause(30);
    }
  }

  start(): this {
    this.writing = (async () => {
      for (let number = 0; !this.stopped; number++) await this.send(number);
    })();
    return this;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.writing;
  }

  async more(count: number): Promise<void> {
    const goal = this.acked.length + count;
    await until(`${count} more acks`, () => this.acked.length >= goal, 10_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.server.log().split('\n').slice(-40).join('\n')}`);
    });
  }
}

async function started(t: TestContext): Promise<{ group: Group; server: Server; writer: Writer; maya: Client }> {
  const group = await redisGroup(t);
  const server = await startServer({ flags: ['--redis', group.url] });
  t.after(() => server.close());
  const maya = await agent(server, 'shop', 'maya');
  const anna = await shopper(server, 'shop');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const writer = new Writer(server, anna, id).start();
  t.after(() => writer.stop());
  return { group, server, maya, writer };
}

/** What the stream has of what was acknowledged. It must be dense, and each acknowledged message is in it at most once. */
async function account(master: RedisServer, writer: Writer): Promise<{ lost: Sent[]; stored: Record<string, string>[] }> {
  const stored = await (await master.client()).events('shop', writer.conversation_id);
  assert.deepEqual(stored.map(({ id }) => id), stored.map((_, i) => `0-${i + 1}`), 'the stream has a gap');
  const ids = stored.flatMap(({ custom_id }) => custom_id ?? []);
  assert.equal(new Set(ids).size, ids.length, 'a message is there twice');
  return { stored, lost: writer.acked.filter(({ custom_id }) => !ids.includes(custom_id)) };
}

const failoverMs = (from: number) => `${Date.now() - from} ms`;

describe('Sentinel', { concurrency: true }, () => {
  test('a failover by hand: sockets stay, sends are refused for now and then go through on the new master', async (t) => {
    const { group, server, writer, maya } = await started(t);
    const old = await group.master();
    await writer.more(5);
    const begin = Date.now();
    await group.sentinels[0]!.call('SENTINEL', 'FAILOVER', 'shop-main');
    await until('the Sentinels agree on the new master', async () => ((await group.master()) ?? old) !== old, 15_000);
    const master = await group.master();
    assert.equal(await master.role(), 'master');
    for (const link of ['feed', 'commands']) {
      const moved = new RegExp(`event=redis_up link=${link} .*port=${master.port}`);
      await until(`the link for ${link} is there`, () => moved.test(server.log()));
    }
    await writer.more(10);
    t.diagnostic(`writing to the new master ${failoverMs(begin)} after SENTINEL FAILOVER`);
    await writer.stop();
    const { lost, stored } = await account(master, writer);
    t.diagnostic(`raw loss: ${lost.length} of ${writer.acked.length} acknowledged, ${writer.refusals} refused for now`);
    if (lost.length === 0) {
      assert.equal(writer.resumes, 0);
      await until('the agent holds all', () => maya.lines(writer.conversation_id).length === stored.length);
      assert.deepEqual(maya.lines(writer.conversation_id), writer.client.lines(writer.conversation_id));
    }
  });

  test('a master that is killed: the next one is found, every acknowledged message is accounted for', async (t) => {
    const { group, server, writer } = await started(t);
    const old = await group.master();
    await group.sentinels[1]!.kill(); // the other two are enough
    await writer.more(20);
    const begin = Date.now();
    await old.kill();
    await writer.more(10);
    t.diagnostic(`writing again ${failoverMs(begin)} after kill -9 of the master`);
    await writer.stop();
    const master = group.servers.find((one) => one !== old)!;
    assert.equal(await master.role(), 'master');
    const { lost } = await account(master, writer);
    t.diagnostic(`raw loss: ${lost.length} of ${writer.acked.length} acknowledged, ${writer.refusals} refused for now`);
    const from = lost[0] ? writer.acked.indexOf(lost[0]) : 0;
    assert.deepEqual(lost, writer.acked.slice(from, from + lost.length), 'only the end of what was acknowledged may be lost');
    assert.ok(writer.refusals > 0);
    const late = await shopper(server, 'shop');
    assert.equal((await late.start('Hello')).conversation.state, 'assigned', 'routing goes on');
  });
});
