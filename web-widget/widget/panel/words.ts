// What happened and what is the case, in words. No markup here.
import type { TeamStatus } from '@proto';
import type { EventItem, ShopperSnapshot, TimelineItem } from '../../client/types';
import type { Strings } from '../strings';
import { firstName } from './context';

const ANSWERS: readonly string[] = ['closed', 'close_disputed'];

/** The line in the timeline for an event; undefined for what needs no line. next: what came right after it. */
export function eventWords(item: EventItem, next: TimelineItem | undefined, t: Strings): string | undefined {
  const name = firstName(item.agent, t.someone);
  switch (item.type) {
    case 'assigned':
      return t.joined(name);
    case 'queued':
      if (item.reason === 'transferred') return t.handedOver(name);
      return item.reason === 'agent_left' || item.reason === 'agent_away' ? t.agentLeft(name) : undefined;
    case 'close_proposed':
      // The question itself stands below while it is open, and the answer says enough once it is there.
      return !next || (next.kind === 'event' && ANSWERS.includes(next.type)) ? undefined : t.proposed(name);
    case 'close_disputed':
      return t.disputed;
    case 'closed':
      return item.reason === 'timed_out' ? t.timedOut : t.confirmed;
    default:
      return undefined;
  }
}

/** Who is there, in one sentence, for someone who has not written yet. */
export function teamWords(team: TeamStatus, t: Strings): string {
  if (team.status === 'busy') return t.allBusy;
  if (team.status === 'away') return t.allAway;
  return t.online(team.agents.slice(0, 3).map((agent) => firstName(agent, t.someone)));
}

export function teamPresence(team: TeamStatus | null): 'here' | 'busy' | 'away' {
  if (team?.status === 'online') return 'here';
  return team?.status === 'busy' ? 'busy' : 'away';
}

/** The short line under the site's name while nobody has joined yet. */
export function headerWords(team: TeamStatus | null, t: Strings): string {
  if (!team) return '';
  return { online: t.headerOnline, busy: t.headerBusy, away: t.headerAway }[team.status];
}

/** Nobody counts on the minute: whole ones, from ten on fives, from an hour and a half on hours. */
export function waitWords(wait_ms: number, t: Strings): string {
  const minutes = Math.round(wait_ms / 60_000);
  if (minutes < 1) return t.waitSoon;
  if (minutes > 90) return t.waitHours(Math.round(minutes / 60));
  return t.waitMinutes(minutes > 10 ? Math.round(minutes / 5) * 5 : minutes);
}

export interface Waiting {
  title: string;
  hint: string;
}

/** For someone in the queue: the place, or, with nobody there, what becomes of the message. */
export function waitingWords(snapshot: ShopperSnapshot, t: Strings): Waiting | undefined {
  if (snapshot.conversation?.state !== 'queued') return undefined;
  if (snapshot.adviser) return { title: t.adviserWait(firstName(snapshot.adviser, t.someone)), hint: t.placeHint };
  const place = snapshot.queuePosition;
  if (snapshot.team?.status === 'away') {
    return { title: t.queuedAway, hint: place === null ? t.queuedAwayHint : `${t.place(place)} ${t.queuedAwayHint}` };
  }
  const wait = snapshot.queueWaitMs === null ? '' : waitWords(snapshot.queueWaitMs, t);
  return { title: place === null ? t.inLine : t.place(place, wait), hint: t.placeHint };
}

/** What stands in the way of sending, if anything does. */
export function troubleWords(snapshot: ShopperSnapshot, isReconnecting: boolean, t: Strings): string | undefined {
  if (snapshot.refused) return t.refused;
  if (snapshot.connection === 'offline') return t.offline;
  if (snapshot.connection === 'unreachable') return t.unreachable;
  if (isReconnecting) return snapshot.connection === 'connecting' ? t.connecting : t.reconnecting;
  if (snapshot.serviceWritable) return snapshot.queueFull ? t.queueFull : undefined;
  const held = snapshot.timeline.some((item) => item.kind === 'message' && item.status === 'sending');
  return held ? t.storeAway : t.storeAwayIdle;
}
