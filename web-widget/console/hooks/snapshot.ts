import { useEffect, useState } from 'preact/hooks';
import type { AgentClient, AgentSnapshot } from '../../client/index';

/** The client's present state; draws again when it changes. */
export function useSnapshot(client: AgentClient): AgentSnapshot {
  const [snap, setSnap] = useState(() => client.snapshot());
  useEffect(() => {
    const update = () => setSnap(client.snapshot());
    update();
    return client.subscribe(update);
  }, [client]);
  return snap;
}
