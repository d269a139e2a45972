// What the client shows to a user interface. Snapshots are immutable: a part that did not change keeps its identity,
// so that a component may compare by reference.
import type {
  AgentProfile, AgentSelf, Author, Colleague, ConversationState, ConversationSummary, EventReason, EventType, Page, QueueEntry,
  QueueSummary, RoutingStatus, ShopperProfile, Site, TeamStatus,
} from '@proto';
import type { Drafts } from './drafts';
import type { Env } from './env';

/** A refusal by the server, or 'disconnected' / 'timeout' when no answer came. message is for people. */
export interface RequestError {
  readonly type: string;
  readonly message: string;
  readonly path?: string;
  readonly retryable: boolean;
  readonly retry_after_ms?: number;
}

/**
 * offline: the device has no network. reconnecting: it has, but the server is not reached. unreachable: nor was it ever
 * since start(), in several attempts; they go on. stopped: stop() or final.
 */
export type ConnectionStatus = 'connecting' | 'ready' | 'reconnecting' | 'unreachable' | 'offline' | 'stopped';

/** Of one's own messages. sent = durable at the server; delivered, seen = by the other side. */
export type MessageStatus = 'sending' | 'sent' | 'delivered' | 'seen' | 'failed';

export interface MessageItem {
  readonly kind: 'message';
  /** Stable for the message's whole life, also from sending to sent. */
  readonly key: string;
  readonly conversation_id?: string;
  /** Absent until the server has it. */
  readonly seq?: number;
  readonly custom_id?: string;
  readonly at: number;
  readonly author: Author;
  readonly agent?: AgentProfile;
  readonly text: string;
  /** Written by this person (in any tab). */
  readonly own: boolean;
  /** Only of own messages. */
  readonly status?: MessageStatus;
  /** With status sending: not on its way now; it is sent by itself as soon as that can be. */
  readonly waiting?: boolean;
  /** With status failed: why. retry(custom_id) or discard(custom_id). */
  readonly error?: RequestError;
}

/** Something that happened: opened, queued, assigned, close_proposed, close_disputed, closed. */
export interface EventItem {
  readonly kind: 'event';
  readonly key: string;
  readonly conversation_id: string;
  readonly seq: number;
  readonly at: number;
  readonly type: Exclude<EventType, 'message'>;
  readonly author: Author;
  readonly agent?: AgentProfile;
  readonly reason?: EventReason;
}

export type TimelineItem = MessageItem | EventItem;

export interface ShopperConversation {
  readonly id: string;
  readonly state: ConversationState;
  readonly team: string;
  readonly opened_at: number;
}

export interface ShopperSnapshot {
  readonly connection: ConnectionStatus;
  /** False while the server cannot store: messages wait in the outbox and go by themselves. */
  readonly serviceWritable: boolean;
  /** Null until the first login (kept from the last visit, if there was one). */
  readonly site: Site | null;
  /** Of the open conversation, else the one that a new one goes to. */
  readonly team: TeamStatus | null;
  readonly teams: readonly TeamStatus[];
  /** The current or the last conversation; null for someone who never wrote. */
  readonly conversation: ShopperConversation | null;
  /** Former conversations, this one, and messages not sent yet, oldest first. */
  readonly timeline: readonly TimelineItem[];
  readonly agent: AgentProfile | null;
  readonly agentPresent: boolean;
  readonly agentTyping: boolean;
  /** The agent for whom alone it waits, the one the shopper had last; null: for anybody, or not queued. */
  readonly adviser: AgentProfile | null;
  /** A message waits here because too many people wait there; it is sent by itself. */
  readonly queueFull: boolean;
  /** 1 is next; null when not queued. */
  readonly queuePosition: number | null;
  /** As likely longer as shorter, from when the place was told; null when nobody can say. */
  readonly queueWaitMs: number | null;
  /** Messages of agents that seen() did not cover yet. */
  readonly unread: number;
  readonly canLoadEarlier: boolean;
  readonly loadingEarlier: boolean;
  readonly shopper: ShopperProfile | null;
  /** Why the server does not want this client (unknown_site, origin_not_allowed ...); then connection is stopped. */
  readonly refused: RequestError | null;
}

export interface ShopperClientOptions {
  /** ws://host/ws or wss://host/ws */
  url: string;
  site: string;
  /** Where token, outbox and history are kept; localStorage when absent, null for memory only. */
  storage?: Storage | null;
  /** The team a new conversation goes to; absent: the server decides. */
  team?: string;
  env?: Env;
}

/** Methods never throw. Those that ask the server resolve to undefined when done, or to why not. */
export interface ShopperClient {
  /** Text typed and not sent; the shopper has one, of ''. */
  readonly drafts: Drafts;
  snapshot(): ShopperSnapshot;
  /** Called after changes, at most once a task. Returns the way out. */
  subscribe(listener: () => void): () => void;
  start(): void;
  /** Nothing is written to storage after this. */
  stop(): void;
  setPage(page: Page): void;
  /** Returns the message's custom_id; undefined when nothing is left of the text after trimming. */
  send(text: string): string | undefined;
  retry(custom_id: string): void;
  discard(custom_id: string): void;
  /** Call it at every keystroke with true; it throttles, and stops by itself after 5 s. */
  typing(is_typing: boolean): void;
  /** The person sees the end of the timeline now: page visible and panel open. Cheap; call it at every change. */
  seen(): void;
  confirmClose(): Promise<RequestError | undefined>;
  disputeClose(): Promise<RequestError | undefined>;
  loadEarlier(): Promise<RequestError | undefined>;
  /** Kept, and told to the server as soon as it is there. */
  updateShopper(who: { name?: string; email?: string }): Promise<RequestError | undefined>;
}

export interface AgentConversation {
  readonly id: string;
  readonly state: ConversationState;
  readonly team: string;
  readonly opened_at: number;
  /** Of this agent, and open. */
  readonly mine: boolean;
  /** present and page tell where the shopper is now. */
  readonly shopper: ShopperProfile | null;
  readonly agent: AgentProfile | null;
  readonly shopperTyping: boolean;
  /** The newest message, own ones not sent yet included. */
  readonly lastMessage: MessageItem | null;
  /** Shopper's messages that seen() did not cover yet. */
  readonly unread: number;
  /** Time of the first shopper's message that nobody answered; null when it is the shopper's turn. */
  readonly waitingSince: number | null;
  /** The shopper's former conversations as far as loaded, and this one, oldest first. */
  readonly timeline: readonly TimelineItem[];
  readonly canLoadEarlier: boolean;
  readonly loadingEarlier: boolean;
}

/** signing_in: also while a kept token is tried after a reload. */
export type AuthStatus = 'signed_out' | 'signing_in' | 'signed_in';

export interface AgentSnapshot {
  readonly auth: AuthStatus;
  /** Why the last login failed, or why one was signed out (token revoked). */
  readonly authError: RequestError | null;
  readonly connection: ConnectionStatus;
  readonly serviceWritable: boolean;
  readonly site: Site | null;
  readonly self: AgentSelf | null;
  /** What was chosen, at once; goes back if the server refuses. */
  readonly routingStatus: RoutingStatus;
  readonly teams: readonly TeamStatus[];
  readonly queues: readonly QueueSummary[];
  /** Mine, oldest first. Sorting by need is for the view. */
  readonly conversations: readonly AgentConversation[];
  /** Every conversation that is loaded, mine or not, by id: also one that was just closed or lost. */
  readonly views: ReadonlyMap<string, AgentConversation>;
  /** Filled by listQueue(); ask again when queues changes. */
  readonly queue: readonly QueueEntry[];
  /** Filled by listAssigned(): what colleagues have in this agent's teams, the oldest first, at most 100. Null: not asked yet. */
  readonly assigned: readonly ConversationSummary[] | null;
  /** Filled by listClosed(): closed by this agent, newest first. */
  readonly closed: readonly ConversationSummary[];
  /** Filled by listAgents(): whom a conversation could be transferred to. */
  readonly colleagues: readonly Colleague[];
}

export interface AgentClientOptions {
  url: string;
  site: string;
  /** Where token, outbox and drafts are kept; localStorage when absent, null for memory only. */
  storage?: Storage | null;
  env?: Env;
}

/** As ShopperClient: methods never throw, and those that ask the server resolve to undefined or to why not. */
export interface AgentClient {
  /** Text typed and not sent, by conversation id. */
  readonly drafts: Drafts;
  snapshot(): AgentSnapshot;
  subscribe(listener: () => void): () => void;
  /** Tries the kept token, if there is one (auth goes to signing_in), else stays signed_out. */
  start(): void;
  stop(): void;
  login(email: string, password: string): Promise<RequestError | undefined>;
  logout(): Promise<void>;
  setRoutingStatus(status: RoutingStatus): Promise<RequestError | undefined>;
  send(conversation_id: string, text: string): string | undefined;
  retry(custom_id: string): void;
  discard(custom_id: string): void;
  typing(conversation_id: string, is_typing: boolean): void;
  /** The agent sees the end of this conversation now. */
  seen(conversation_id: string): void;
  proposeClose(conversation_id: string): Promise<RequestError | undefined>;
  /** To a colleague or a team; refused as agent_unavailable when there is no room. */
  transfer(conversation_id: string, to: { agent: string } | { team: string }): Promise<RequestError | undefined>;
  takeOver(conversation_id: string): Promise<RequestError | undefined>;
  /** Out of the queue; it comes like any that is assigned. */
  pick(conversation_id: string): Promise<RequestError | undefined>;
  /** Of one in line, 0 to 9; queue is as it is then by the time this resolves. */
  setPriority(conversation_id: string, priority: number): Promise<RequestError | undefined>;
  listAgents(): Promise<RequestError | undefined>;
  /** Loads a conversation that is not in views yet (from closed or assigned). */
  open(summary: ConversationSummary): Promise<RequestError | undefined>;
  /** Asks for what is new in a conversation that is somebody else's: nothing of it comes by itself. */
  refresh(conversation_id: string): void;
  loadEarlier(conversation_id: string): Promise<RequestError | undefined>;
  listQueue(): Promise<RequestError | undefined>;
  listAssigned(): Promise<RequestError | undefined>;
  listClosed(): Promise<RequestError | undefined>;
}
