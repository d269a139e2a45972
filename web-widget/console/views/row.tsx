import type { ConversationSummary, QueueEntry } from '@proto';
import type { AgentConversation, MessageItem } from '../../client/index';
import { ago, format } from '../hooks/format';
import { pure } from '../hooks/pure';
import { useSecond } from '../hooks/second';
import { lastActivity, presenceWord, shopperName, waitsSince } from '../model/inbox';
import { pageHint } from '../model/link';
import { t } from '../strings/index';
import { Face } from './face';
import { PriorityMark } from './priority';
import { WaitClock } from './wait_clock';

export function Ago({ at }: { at: number }) {
  const now = useSecond();
  return (
    <time class="row-time" dateTime={new Date(at).toISOString()} title={format.absolute(at)}>
      {ago(at, now)}
    </time>
  );
}

function preview(last: MessageItem | null, draft: string): string {
  if (draft) return t.draft_prefix(draft);
  if (!last) return '';
  return last.own ? t.you_prefix(last.text) : last.text;
}

interface RowLinkProps {
  id: string;
  current: boolean;
  /** The one row of the list that Tab reaches. */
  tabbable: boolean;
  onSelect: (id: string) => void;
}

interface MineRowProps extends RowLinkProps {
  conversation: AgentConversation;
  draft: string;
}

function MineRowInner({ id, conversation, draft, current, tabbable, onSelect }: MineRowProps) {
  const { shopper, unread } = conversation;
  const waiting = waitsSince(conversation);
  const name = shopperName(shopper, t.shopper);
  const word = presenceWord(shopper, t);
  return (
    <li>
      <a
        class={unread ? 'row row-unread' : 'row'} href={`#${id}`} data-row={id} tabIndex={tabbable ? 0 : -1}
        aria-current={current ? 'true' : undefined}
        onClick={(event) => (event.preventDefault(), onSelect(id))}
      >
        <Face shopper={shopper} presence />
        <span class="row-main">
          <span class="row-line">
            <span class="row-name" title={word ? `${name} · ${word}` : name}>{name}</span>
            {word && <span class="hidden-words">{word}</span>}
            {shopper?.page && <span class="row-page">{pageHint(shopper.page)}</span>}
          </span>
          <span class="row-preview">{conversation.shopperTyping ? t.typing(name) : preview(conversation.lastMessage, draft)}</span>
        </span>
        <span class="row-side">
          {waiting === null ? <Ago at={lastActivity(conversation)} /> : <WaitClock since={waiting} />}
          {unread > 0 && (
            <span class="row-count">
              <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
              <span class="hidden-words">{t.new_count(unread)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
export const MineRow = pure(MineRowInner);

function ClosedRowInner({ id, summary, current, tabbable, onSelect }: RowLinkProps & { summary: ConversationSummary }) {
  const name = shopperName(summary.shopper, t.shopper);
  return (
    <li>
      <a
        class="row row-short" href={`#${id}`} data-row={id} tabIndex={tabbable ? 0 : -1} aria-current={current ? 'true' : undefined}
        onClick={(event) => (event.preventDefault(), onSelect(id))}
      >
        <Face shopper={summary.shopper} size={20} />
        <span class="row-name">{name}</span>
        <span class="row-side"><Ago at={summary.closed_at ?? summary.opened_at} /></span>
      </a>
    </li>
  );
}
export const ClosedRow = pure(ClosedRowInner);

/** Someone in line, and taking them out of it. */
function WaitingRowInner({ entry, onPick }: { entry: QueueEntry; onPick: (id: string) => void }) {
  const name = shopperName(entry.shopper, t.shopper);
  return (
    <li class="row row-still">
      <span class="row-place">{entry.position}</span>
      <span class="row-main">
        <span class="row-line">
          <span class="row-name">{name}</span>
          <PriorityMark entry={entry} />
        </span>
        <span class="row-preview">{entry.adviser ? t.waits_for(entry.adviser.name) : (entry.preview ?? '')}</span>
      </span>
      <span class="row-side row-waits"><WaitClock since={entry.waiting_since} quiet /></span>
      <button type="button" class="button row-pick" aria-label={t.pick_label(name)} onClick={() => onPick(entry.conversation_id)}>{t.pick}</button>
    </li>
  );
}
export const WaitingRow = pure(WaitingRowInner);
