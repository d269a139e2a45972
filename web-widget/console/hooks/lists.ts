import { useEffect, useRef } from 'preact/hooks';
import type { Console } from './context';

/** A busy queue changes many times a second; the list of who is in it is asked for no oftener than this. */
const QUEUE_GAP_MS = 1500;
/** What colleagues do is not pushed: the view of it, and a conversation of theirs, are as old as this. */
const ASSIGNED_MS = 4000;
const READ_ALONG_MS = 2500;

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

/** Runs every so often while that is wanted and somebody looks, and at once when they look again. */
function useWhileSeen(wanted: boolean, every_ms: number, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!wanted) return;
    const look = () => document.visibilityState === 'visible' && latest.current();
    const timer = setInterval(look, every_ms);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [wanted, every_ms]);
}

/** What colleagues have: only while it is shown, and once when the address names a conversation that is not known here. */
function useAssigned({ client, snap, route, selected }: Console, ready: boolean, open: string): void {
  const shown = ready && route.view === 'colleagues';
  const list = useThrottled(() => {
    if (shown && document.visibilityState === 'visible') void client.listAssigned();
  }, QUEUE_GAP_MS);
  useEffect(() => {
    if (shown) list();
  }, [shown, snap.queues, open]);
  useWhileSeen(shown, ASSIGNED_MS, list);
  const unknown = ready && route.view === 'conversation' && !selected ? route.id : '';
  useEffect(() => {
    if (unknown) void client.listAssigned();
  }, [unknown]);
}

/** Of a conversation that is somebody else's nothing comes by itself. */
function useReadAlong({ client, selected }: Console, ready: boolean): void {
  const theirs = selected !== undefined && !selected.mine && selected.state !== 'closed';
  const refresh = () => selected && client.refresh(selected.id);
  useEffect(() => {
    if (ready && theirs && selected.timeline.length) refresh(); // opened before, it may be old
  }, [ready, theirs, selected?.id]);
  useWhileSeen(ready && theirs, READ_ALONG_MS, refresh);
}

/** The lists: each asked for anew whenever a push says that it has changed, or where none would say so, every so often. */
export function useLists(state: Console): void {
  const { client, snap } = state;
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
  useAssigned(state, ready, open);
  useReadAlong(state, ready);
}
