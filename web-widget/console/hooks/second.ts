import { useEffect, useState } from 'preact/hooks';

// One timer for all the clocks on the page; it rests while there are none or nobody looks.

const listeners = new Set<(now: number) => void>();
let timer: number | undefined;
/** What all of them show, also one that joins between two ticks. */
let now = 0;

/** Without a timer, the first clock sets the time for those that are drawn with it. */
function current(): number {
  if (timer === undefined && Date.now() - now >= 1000) now = Date.now();
  return now;
}

function tick(): void {
  if (document.visibilityState === 'hidden') return;
  now = Date.now();
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
  const [shown, show] = useState(current);
  useEffect(() => listen(show), []);
  return shown;
}
