import { useEffect, useState } from 'preact/hooks';

// One timer for all the clocks on the page; it rests while there are none or nobody looks.

const listeners = new Set<(now: number) => void>();
let timer: number | undefined;

function tick(): void {
  if (document.visibilityState === 'hidden') return;
  const now = Date.now();
  for (const listener of [...listeners]) listener(now);
}

function listen(listener: (now: number) => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

document.addEventListener('visibilitychange', tick);

/** Now, renewed every second. */
export function useSecond(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => listen(setNow), []);
  return now;
}
