// Waiting: always for something, always with an end.

type Truthy<T> = Exclude<T, false | null | undefined | '' | 0>;

/** Asks again and again until the answer is neither false nor empty, and returns it. */
export async function until<T>(what: string, ask: () => T | Promise<T>, withinMs = 8000): Promise<Truthy<T>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Truthy<T>;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(15);
  }
}

/** The promise's value, or an error that says what did not come. */
export async function within<T>(what: string, promise: Promise<T>, ms = 8000): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
