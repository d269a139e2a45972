// The model test can fail: the library broken on purpose, one way a time, and each found. Run by MODEL_FULL=1 only, as the
// functions are given new shapes often: a text that is no longer there is a failure here, and its line is to be rewritten.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PROFILES } from '../harness/generator.ts';
import { libraryText, startRedis } from '../harness/library.ts';
import { MUTATIONS } from './mutations.ts';
import { firstFailure, isTally } from '../harness/run.ts';

const STEPS = 4000;
const TRIES = 3 * PROFILES.length;

const bench = await startRedis();
after(() => bench.close());

for (const [what, text, broken] of MUTATIONS) {
  test(`found: ${what}`, async (t) => {
    const library = libraryText();
    assert.equal(library.split(text).length, 2, `this must stand in the library once:\n${text}`);
    for (let seed = 0; seed < TRIES; seed++) {
      const profile = PROFILES[seed % PROFILES.length]!;
      const failure = await firstFailure(bench, library.replace(text, () => broken), { seed, profile, steps: STEPS });
      if (isTally(failure)) continue;
      return t.diagnostic(`SEED=${seed}, step ${failure.step}: ${failure.why.slice(0, 200)}`);
    }
    assert.fail(`not found in ${TRIES} runs of ${STEPS} steps`);
  });
}
