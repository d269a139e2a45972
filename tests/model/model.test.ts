// The Redis functions against a reference model: whatever shoppers, agents and nodes do, and however nodes fail, every
// answer, every key written and every hint sent is what the state table says (harness/transitions.ts, harness/checks.ts).
//
//   ./dev test model                 a few seeds, new ones each time, in about ten seconds
//   MODEL_FULL=1 ./dev test model    many seeds, and the library broken on purpose in many ways, each of them found
//   SEED=n ./dev test model          that seed again, exactly: the clock and the order of sets are the test's own
//   STEPS=n                          of each seed
//
// The seed also chooses what kind of site it is (PROFILES). A failure tells seed, step, the last steps, and a short list
// of steps that fails too.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { PROFILES } from './harness/generator.ts';
import { libraryText, startRedis } from './harness/library.ts';
import { run } from './harness/run.ts';

const full = process.env['MODEL_FULL'] === '1';
const given = process.env['SEED'];
const steps = Number(process.env['STEPS'] ?? (full ? 10_000 : 2500));
const rounds = full ? 24 : PROFILES.length;

const first = given ? Number(given) : Math.floor(Math.random() * 1e9);
const seeds = given ? [first] : Array.from({ length: rounds }, (_, i) => first + i);

// Over all seeds each of these must have happened, or the runs show nothing.
const MUST_HAPPEN = `
  event opened, event assigned, event queued agent_left, event close_proposed, event close_disputed,
  event closed confirmed, event closed timed_out, open ok, open exists, open duplicate, append taken, append refused,
  append first, first generation, generation, generation after a loss,
  propose_close ok, propose_close not_found, propose_close not_yours, propose_close wrong_state,
  confirm_close ok, confirm_close not_found, confirm_close wrong_state, dispute_close ok, dispute_close not_found,
  dispute_close wrong_state, pick ok, pick not_found, pick wrong_state, pick agent_away, pick agent_full,
  event assigned picked, open queue_full, opened in the other team, event queued overflowed, the other team is full,
  event queued reserved, event queued released, event queued prioritized, adviser came, adviser preferred, manual, set_team ok, set_priority ok, set_priority not_found, set_priority wrong_state,
  take_over ok, take_over not_found, take_over wrong_state, take_over agent_away, take_over agent_full,
  event assigned taken_over, transfer_to_agent ok, transfer_to_agent not_found, transfer_to_agent not_yours,
  transfer_to_agent wrong_state, transfer_to_agent agent_away, transfer_to_agent agent_full, transfer_to_team ok,
  transfer_to_team not_found, transfer_to_team not_yours, transfer_to_team agent_away,
  event assigned transferred, event queued transferred, agent_connected ok,
  agent_signed_out ok, set_routing_status ok, view ok, unview ok, tick ok,
  node_left ok, node buried, count_try ok, snapshot ok, load_conversation ok, load_shopper ok, list_of_shopper ok, list_closed_by ok,
  list_queue ok, list_assigned ok, more in hand than is looked at`;

const bench = await startRedis();
after(() => bench.close());

describe('whatever happens, in any order', () => {
  const all = new Map<string, number>();
  const profileOf = (seed: number) => PROFILES[seed % PROFILES.length]!;
  const missing = () => MUST_HAPPEN.split(',').map((what) => what.trim()).filter((what) => !all.has(what));
  async function play(seed: number): Promise<void> {
    const tally = await run(bench, libraryText(), { seed, profile: profileOf(seed), steps });
    for (const [what, times] of tally) all.set(what, (all.get(what) ?? 0) + times);
  }
  for (const seed of seeds) {
    test(`seed ${seed}: ${profileOf(seed).name}`, async (t) => {
      const started = Date.now();
      await play(seed);
      const rate = Math.round((steps / (Date.now() - started)) * 1000);
      t.diagnostic(`note: SEED=${seed} ${profileOf(seed).name}: ${steps} steps, ${rate} a second`);
    });
  }
  // Some of it is rare: a few seeds more, if need be. One that was given is not asked for all.
  test('everything happened', async (t) => {
    for (let more = 0; !given && missing().length > 0 && more < 2 * PROFILES.length; more++) await play(first + rounds + more);
    t.diagnostic([...all].sort().map(([what, times]) => `${what} ${times}`).join(', '));
    if (!given) assert.deepEqual(missing(), []);
  });
});
