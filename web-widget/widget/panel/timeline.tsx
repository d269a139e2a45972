import { useMemo } from 'preact/hooks';
import type { AgentProfile } from '@proto';
import type { EventItem, MessageItem, ShopperSnapshot } from '../../client/types';
import { Avatar } from '../../ui/avatar';
import { groupMessages, type Group } from '../../ui/group';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { Skeleton } from '../../ui/loading';
import { useNow } from '../../ui/time';
import type { Strings } from '../strings';
import { firstName, useSurroundings } from './context';
import { MessageGroup } from './message_group';
import { eventWords } from './words';

interface Entry {
  at: number;
  sender?: string;
  item: MessageItem | EventItem;
  /** Of an event: its line. */
  words?: string;
}

/** Whoever has been seen by profile, by id: a message need not carry its sender's. */
function peopleOf({ timeline, agent, team }: ShopperSnapshot): Map<string, AgentProfile> {
  const all = [...(team?.agents ?? []), ...timeline.map((item) => item.agent), agent];
  return new Map(all.flatMap((profile) => (profile ? [[profile.id, profile]] : [])));
}

function entriesOf(snapshot: ShopperSnapshot, t: Strings): Entry[] {
  const people = peopleOf(snapshot);
  return snapshot.timeline.flatMap((item, i, all): Entry[] => {
    const { at } = item;
    const agent = item.agent ?? people.get(item.author.id ?? '');
    if (item.kind === 'message') {
      const sender = item.own ? 'own' : `agent ${item.author.id ?? ''}`;
      return [{ at, sender, item: agent && !item.own ? { ...item, agent } : item }];
    }
    const words = eventWords({ ...item, agent }, all[i + 1], t);
    return words ? [{ at, item, words }] : [];
  });
}

function EventLine({ item, words }: { item: EventItem; words?: string }) {
  const { format } = useSurroundings();
  const solved = item.type === 'closed' && item.reason !== 'timed_out';
  return (
    <p class={item.type === 'closed' ? 'line line-end' : 'line'} title={format.absolute(item.at)}>
      <span>
        {solved && <Icon path={icons.checkCircle} size={16} />}
        {words}
      </span>
    </p>
  );
}

function Typing({ snapshot }: { snapshot: ShopperSnapshot }) {
  const { t, address } = useSurroundings();
  const { agent } = snapshot;
  return (
    <div class="group group-other group-typing">
      <div class="group-face">
        <Avatar name={agent?.name ?? t.someone} photo={address(agent?.photo)} size={28} decorative />
      </div>
      <div class="group-body">
        <div class="bubble typing">
          <span class="hidden-words">{t.typing(firstName(agent, t.someone))}</span>
          <i />
          <i />
          <i />
        </div>
      </div>
    </div>
  );
}

/** As high as a short exchange; stands where messages are still to come from the server. */
export function TimelineSkeleton() {
  return (
    <div class="timeline-skeleton" aria-hidden="true">
      <Skeleton class="skeleton-own" />
      <Skeleton class="skeleton-other" />
      <Skeleton class="skeleton-own skeleton-short" />
    </div>
  );
}

/** The newest own message carries what became of it. */
function newestOwn(entries: readonly Entry[]): MessageItem | undefined {
  const found = [...entries].reverse().find((entry) => entry.sender === 'own');
  return found?.item as MessageItem | undefined;
}

export function Timeline({ snapshot }: { snapshot: ShopperSnapshot }) {
  const { t, format } = useSurroundings();
  const now = useNow();
  const { timeline, agent, team } = snapshot;
  const entries = useMemo(() => entriesOf(snapshot, t), [timeline, agent, team, t]);
  const groups = useMemo(() => groupMessages(entries, (entry) => entry.item.key), [entries]);
  const newest = newestOwn(entries);

  const shownGroup = (group: Group<Entry>) => {
    const { item, words } = group.items[0]!;
    if (item.kind === 'event') return <EventLine item={item} words={words} />;
    const items = group.items.map((entry) => entry.item as MessageItem);
    return <MessageGroup group={{ ...group, items }} receiptOf={newest && items.includes(newest) ? newest : undefined} />;
  };

  return (
    <div class="timeline">
      {groups.map((group) => (
        <div key={group.key} class="entry">
          {group.startsDay && (
            <p class="day">
              <span>{format.day(group.at, now)}</span>
            </p>
          )}
          {shownGroup(group)}
        </div>
      ))}
      {snapshot.agentTyping && <Typing snapshot={snapshot} />}
    </div>
  );
}
