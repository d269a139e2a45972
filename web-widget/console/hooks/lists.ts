import { useEffect, useRef } from 'preact/hooks';
import type { AgentClient, AgentSnapshot } from '../../client/index';

/** A busy queue changes many times a second; the list of who is in it is asked for no oftener than this. */
const QUEUE_GAP_MS = 1500;

/** Runs at once, and then once more at the end of a gap in which it was asked for again. */
function useThrottled(run: () => void, gap_ms: number): () => void {
  const state = useRef<{ timer?: number; again: boolean; run: () => void }>({ again: false, run });
  state.current.run = run;
  useEffect(() => () => clearTimeout(state.current.timer), []);
  const call = (): void => {
    const held = state.current;
    if (held.timer !== undefined) return void (held.again = true);
    held.run();
    held.timer = window.setTimeout(() => {
      held.timer = undefined;
      if (!held.again) return;
      held.again = false;
      call();
    }, gap_ms);
  };
  return call;
}

/** Who is in line and what was closed last: asked for anew whenever a push says that it has changed. */
export function useLists(client: AgentClient, snap: AgentSnapshot): void {
  const ready = snap.connection === 'ready' && snap.auth === 'signed_in';
  const anyone = snap.queues.some((queue) => queue.length > 0);
  const listQueue = useThrottled(() => void client.listQueue(), QUEUE_GAP_MS);
  useEffect(() => {
    if (ready && (anyone || snap.queue.length > 0)) listQueue();
  }, [ready, snap.queues]);
  const open = snap.conversations.map((one) => one.id).join();
  useEffect(() => {
    if (ready) void client.listClosed();
  }, [client, ready, open]);
}
