import { useEffect, useMemo } from 'preact/hooks';
import type { AgentConversation } from '../../client/index';
import { arrowDown, Icon } from '../../ui/icon';
import { Spinner } from '../../ui/loading';
import { useNow } from '../../ui/time';
import { useConsoleContext } from '../hooks/context';
import { useTimelineScroll } from '../hooks/scroll';
import { useSeen } from '../hooks/seen';
import { lastOwnKey, timelineRows } from '../model/timeline';
import { t } from '../strings/index';
import { Tip } from './tip';
import { RowView } from './timeline_rows';

function Earlier({ conversation }: { conversation: AgentConversation }) {
  // Its room is kept, so that coming and going moves nothing.
  return (
    <div class="timeline-earlier">
      {conversation.loadingEarlier && <Spinner label={t.earlier} />}
    </div>
  );
}

function ToLatest({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <div class="to-latest">
      <Tip label={t.act_latest} action="latest" side="above">
        <button type="button" class="button to-latest-button" onClick={onClick}>
          <Icon path={arrowDown} size={16} />
          {count ? t.jump_new(count) : t.jump_latest}
        </button>
      </Tip>
    </div>
  );
}

/** The shopper's former conversations and this one, in one line of time. Mounted anew for each conversation. */
export function Timeline({ conversation }: { conversation: AgentConversation }) {
  const { client, snap } = useConsoleContext();
  const { id, timeline } = conversation;
  const load = () => {
    if (!conversation.loadingEarlier) void client.loadEarlier(id);
  };
  const scroll = useTimelineScroll(timeline, conversation.canLoadEarlier && snap.connection === 'ready', load);
  useSeen(client, conversation, scroll.atEnd);
  const rows = useMemo(() => timelineRows(scroll.shown, id), [timeline, scroll.shown[0]?.key, id]);
  const statusKey = useMemo(() => lastOwnKey(timeline), [timeline]);
  const now = useNow(60_000);
  useEffect(() => {
    document.addEventListener('shopbell:latest', scroll.toEnd);
    return () => document.removeEventListener('shopbell:latest', scroll.toEnd);
  }, [scroll.toEnd]);
  useEffect(() => {
    const show = (event: Event) => {
      const wanted = (event as CustomEvent<string>).detail;
      const first = timeline.find((item) => item.conversation_id === wanted && item.kind === 'message');
      if (first) scroll.show(first.key);
    };
    document.addEventListener('shopbell:show', show);
    return () => document.removeEventListener('shopbell:show', show);
  });
  return (
    <div class="timeline">
      <div class="timeline-scroll" ref={scroll.scrollerRef} onScroll={scroll.onScroll} tabIndex={0} role="region" aria-label={t.timeline}>
        <div class="timeline-content" ref={scroll.contentRef}>
          <Earlier conversation={conversation} />
          {rows.map((row) => (
            <RowView key={row.key} row={row} client={client} selfId={snap.self?.profile.id} shopper={conversation.shopper} statusKey={statusKey} now={now} />
          ))}
        </div>
      </div>
      {!scroll.atEnd && <ToLatest count={scroll.newBelow} onClick={scroll.toEnd} />}
    </div>
  );
}
