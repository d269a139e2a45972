import { useEffect, useState } from 'preact/hooks';
import type { Format } from './format';

/** Now, renewed every interval_ms while anyone looks. */
export function useNow(interval_ms = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval_ms);
    return () => clearInterval(timer);
  }, [interval_ms]);
  return now;
}

export interface TimeProps {
  at: number;
  format: Format;
  now?: number;
}

/** "4 min ago" under a day, the date after it; the full moment on hover. */
export function Time({ at, format, now }: TimeProps) {
  const ticking = useNow();
  return (
    <time class="time" dateTime={new Date(at).toISOString()} title={format.absolute(at)}>
      {format.relative(at, now ?? Math.max(ticking, Date.now()))}
    </time>
  );
}
