import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { AgentProfile } from '@proto';
import type { ShopperClient, ShopperSnapshot } from '../../client/types';
import type { Format } from '../../ui/format';
import type { Strings } from '../strings';

/** What every part of the panel may need and none of it changes while the panel lives. */
export interface Surroundings {
  client: ShopperClient;
  t: Strings;
  format: Format;
  storageKept: boolean;
  /** The absolute address of a path on the chat server. */
  address(path: string | undefined): string | undefined;
  close(): void;
}

export const SurroundingsContext = createContext<Surroundings>(undefined as never);
export const useSurroundings = () => useContext(SurroundingsContext);

export function useSnapshot(client: ShopperClient): ShopperSnapshot {
  const [snapshot, setSnapshot] = useState(() => client.snapshot());
  useEffect(() => {
    const renew = () => setSnapshot(client.snapshot());
    renew();
    return client.subscribe(renew);
  }, [client]);
  return snapshot;
}

/** True once value has been true for delay_ms; false at once. So a short hiccup shows nothing. */
export function useLasting(value: boolean, delay_ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), delay_ms);
    return () => clearTimeout(timer);
  }, [value, delay_ms]);
  return value && lasting;
}

/** People are addressed by their first name. */
export function firstName(agent: AgentProfile | null | undefined, otherwise: string): string {
  return agent?.name.trim().split(/\s+/u)[0] || otherwise;
}
