// Waiting, always with an end.

const STEP_MS = 40;
export const PATIENCE_MS = 10_000;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The promise, or an error that says what did not come in time. */
export async function bounded<T>(promise: Promise<T>, ms: number, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`waited ${ms} ms for ${what()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the check until it throws no more; in the end what it throws is the test's failure. */
export async function until<T>(check: () => Promise<T> | T, ms = PATIENCE_MS): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(STEP_MS);
    }
  }
}
