// What a session costs that is only there: memory, and the processor of its log-in.
import { floor, peer, shopbell } from './contenders.ts';
import { median, newOutcome, type Context, type Figure, type Outcome } from './figure.ts';
import { cpuUsPerLogin, kernelPerSocket, rssPerSession } from './load.ts';
import { alternate, once } from './runs.ts';

const FEW = 1000;
const MANY = 19_000;
/** The least that libwebsockets can do with: as much memory as the server gives it for a session's reads (lws_memory.c). */
const READ_BUFFER = 128;

async function idle(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const sessions = context.quick ? 3000 : MANY;
  const options = { scenario: 'idle', sessions, rate: 4000, seconds: 3 };
  const contenders = [shopbell(options), floor(options, { readBuffer: READ_BUFFER, isPlain: true }), peer('socket.io', { ...options, rate: 1000 })];
  const results = await alternate(contenders, { times: 1, fsync: 'always' }, context, outcome);
  const of = (name: string) => results.get(name)![0]!;
  const per = (name: string) => rssPerSession(of(name));
  outcome.rows.push({
    what: `memory of an idle session, logged in, of ${sessions.toLocaleString('en')}`,
    ours: per('shopbell'),
    unit: 'B',
    beside: [
      { name: 'floor', value: per('floor'), atMost: 1.15 },
      { name: 'socket.io', value: per('socket.io'), atMost: 1 / 8 },
    ],
    runs: 1,
    note: `the floor reads ${READ_BUFFER} B at once; the kernel's share, a side: ${Math.round(kernelPerSocket(of('shopbell')))} B`,
  });
  return outcome;
}

async function login(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const times = context.quick ? 1 : 3;
  const many = context.quick ? 5000 : MANY;
  const options = (sessions: number) => ({ scenario: 'idle', sessions, rate: 2000, seconds: 1 });
  const contenders = [shopbell(options(many)), floor(options(many), { isPlain: true })];
  const results = await alternate(contenders, { times, fsync: 'always' }, context, outcome);
  const per = (name: string) => median(results.get(name)!.map((result) => cpuUsPerLogin(result)));
  const few = await once(shopbell(options(FEW)), 'always', context, outcome);
  outcome.rows.push(
    { what: 'processor of a log-in, from connect', ours: per('shopbell'), unit: 'us', beside: [{ name: 'floor', value: per('floor'), atMost: 1.5 }], runs: times },
    {
      what: `the same at ${many.toLocaleString('en')} sessions`,
      ours: per('shopbell'),
      unit: 'us',
      beside: [{ name: `at ${FEW.toLocaleString('en')}`, value: cpuUsPerLogin(few), atMost: 1.2 }],
      runs: times,
    },
  );
  return outcome;
}

export const memoryFigures: Figure[] = [
  { name: 'idle', about: 'memory of a session that is only there', run: idle },
  { name: 'login', about: 'what coming costs the server', run: login },
];
