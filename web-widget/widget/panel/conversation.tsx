import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShopperSnapshot } from '../../client/types';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { useSurroundings } from './context';
import { Faces } from './faces';
import { Timeline, TimelineSkeleton } from './timeline';
import { useScroll } from './use_scroll';

/** After earlier messages could not be had. */
const REST_MS = 5000;

/** Calls back whenever the element comes near what is seen. */
function useNear(near: () => void) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(near);
  latest.current = near;
  useEffect(() => {
    if (!mark.current) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      root: mark.current.closest('.scroller'),
      rootMargin: '240px 0px 0px',
    });
    watch.observe(mark.current);
    return () => watch.disconnect();
  });
  return mark;
}

function Beginning({ snapshot }: { snapshot: ShopperSnapshot }) {
  const { t, storageKept } = useSurroundings();
  return (
    <div class="beginning">
      {snapshot.team && <Faces agents={snapshot.team.agents} size={40} />}
      <h3>{t.startOf(snapshot.site?.name ?? t.someone)}</h3>
      <p>{t.startHint}</p>
      {!storageKept && (
        <p class="note">
          <Icon path={icons.alert} size={16} />
          {t.storageRefused}
        </p>
      )}
    </div>
  );
}

interface ConversationProps {
  snapshot: ShopperSnapshot;
  /** The person can see the end of the timeline. */
  onSeen(atEnd: boolean): void;
}

export function Conversation({ snapshot, onSeen }: ConversationProps) {
  const { client, t } = useSurroundings();
  const { timeline, unread } = snapshot;
  const last = timeline[timeline.length - 1];
  const { scroller, atEnd, onScroll, toEnd } = useScroll(last?.key);
  const [isResting, rest] = useState(false);
  const mark = useNear(async () => {
    if (snapshot.connection !== 'ready' || !snapshot.canLoadEarlier || snapshot.loadingEarlier || isResting) return;
    const error = await client.loadEarlier();
    if (!error) return;
    rest(true);
    setTimeout(() => rest(false), REST_MS);
  });

  useEffect(() => onSeen(atEnd), [atEnd, snapshot, onSeen]);
  // What one writes oneself one wants to see.
  const ownKey = last?.kind === 'message' && last.own ? last.key : undefined;
  useEffect(() => {
    if (ownKey) toEnd(false);
  }, [ownKey, toEnd]);

  const isEmpty = timeline.length === 0;
  return (
    <div class="conversation">
      <div
        class="scroller"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label={t.messages}
        aria-busy={snapshot.loadingEarlier}
      >
        <div class="scrolled">
          <div ref={mark} />
          {snapshot.canLoadEarlier || (isEmpty && snapshot.conversation) ? (
            <TimelineSkeleton />
          ) : (
            <Beginning snapshot={snapshot} />
          )}
          <Timeline snapshot={snapshot} />
        </div>
      </div>
      {!atEnd && (
        <button type="button" class={unread ? 'to-end to-end-unread' : 'to-end'} onClick={() => toEnd()}>
          <Icon path={icons.arrowDown} size={16} />
          <span class={unread ? '' : 'hidden-words'}>{t.unread(unread)}</span>
        </button>
      )}
    </div>
  );
}
