import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { AgentClient, AgentConversation, AgentSnapshot } from '../../client/index';
import type { Action } from '../model/keys';
import type { Route } from './route';

export type Overlay = 'palette' | 'shortcuts' | 'transfer';

/** What every view may read and do. Made once a change by useConsole. */
export interface Console {
  client: AgentClient;
  snap: AgentSnapshot;
  route: Route;
  /** In the order of the list. */
  mine: readonly AgentConversation[];
  selected: AgentConversation | undefined;
  /** The one that is chosen may yet come: it is being opened, or it is not known whether there is one. */
  opening: boolean;
  customerOpen: boolean;
  overlay: Overlay | undefined;
  /** A refused action's reason, for a few seconds. */
  notice: string;

  go(route: Route): void;
  select(id: string): void;
  act(action: Action): void;
  transfer(to: { agent: string } | { team: string }): void;
  pick(conversation_id: string): void;
  /** These two resolve when they are done, or when it was told why not. */
  takeOver(conversation_id: string): Promise<void>;
  setPriority(conversation_id: string, priority: number): Promise<void>;
  setOverlay(overlay: Overlay | undefined): void;
  setNotice(text: string): void;
  logOut(): void;
}

/** Preact draws in a microtask: one that is queued behind a change of state finds it done, and before the next key. */
export const afterRender = queueMicrotask;

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsoleContext(): Console {
  const context = useContext(ConsoleContext);
  if (!context) throw new Error('outside of the console');
  return context;
}
