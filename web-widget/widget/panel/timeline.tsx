import { useMemo } from 'preact/hooks';
import type { EventItem, MessageItem, ShopperSnapshot, TimelineItem } from '../../client/types';
import { Avatar } from '../../ui/avatar';
import { groupMessages, type Group } from '../../ui/group';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { Skeleton } from '../../ui/loading';
import { useNow } from '../../ui/time';
import { firstName, useSurroundings } from './context';
import { MessageGroup } from './message_group';
import { eventWords } from './words';

type Entry = { at: number; sender?: string; item: TimelineItem };

function entryOf(item: TimelineItem): Entry {
  const sender = item.kind === 'event' ? undefined : item.own ? 'own' : `agent ${item.author.id ?? ''}`;
  return { at: item.at, sender, item };
}

function EventLine({ item }: { item: EventItem }) {
  const { t, format } = useSurroundings();
  const words = eventWords(item, t);
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

function lastOwn(items: readonly TimelineItem[]): MessageItem | undefined {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    if (item.kind === 'message' && item.own) return item;
  }
  return undefined;
}

export function Timeline({ snapshot }: { snapshot: ShopperSnapshot }) {
  const { t, format } = useSurroundings();
  const now = useNow();
  const { timeline } = snapshot;
  const groups = useMemo(() => {
    const last = timeline[timeline.length - 1];
    const shown = timeline.filter((item) => item.kind === 'message' || eventWords(item, t, item === last) !== undefined);
    return groupMessages(shown.map(entryOf), (entry) => entry.item.key);
  }, [timeline, t]);
  const newest = lastOwn(timeline);

  const shownGroup = (group: Group<Entry>) => {
    const { item } = group.items[0]!;
    if (item.kind === 'event') return <EventLine item={item} />;
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
