import { inbox, chat, Icon } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { useNow } from '../../ui/time';
import { format } from '../hooks/format';
import { queueTotals } from '../model/inbox';
import { keyCaps } from '../model/keys';
import { isMac } from '../hooks/media';
import { t } from '../strings/index';
import { Keys } from './tip';

function LastConversation() {
  const { snap } = useConsoleContext();
  const now = useNow();
  const last = snap.closed[0];
  const at = last?.closed_at ?? last?.opened_at;
  return at === undefined ? null : <p>{t.empty_last(format.relative(at, now))}</p>;
}

/** Nothing of mine: whether that is good, and what to do if not. */
function NothingOpen() {
  const { snap, act } = useConsoleContext();
  const { length } = queueTotals(snap);
  const away = snap.routingStatus === 'away';
  return (
    <>
      <Icon path={inbox} size={24} />
      <h1>{length ? t.empty_busy(length) : t.empty_inbox}</h1>
      {away ? <p>{t.empty_away}</p> : length ? <p>{t.empty_busy_hint}</p> : <LastConversation />}
      {away && (
        <button type="button" class="button button-primary" onClick={() => act('toggle_availability')}>
          {t.go_available}
          <Keys caps={keyCaps('toggle_availability', isMac)} />
        </button>
      )}
    </>
  );
}

function PickOne() {
  return (
    <>
      <Icon path={chat} size={24} />
      <h1>{t.pick_one}</h1>
      <p>
        {t.pick_one_hint} <Keys caps={keyCaps('next', isMac)} /> <Keys caps={keyCaps('previous', isMac)} />
      </p>
    </>
  );
}

/** The middle column with no conversation in it. */
export function Empty() {
  const { mine } = useConsoleContext();
  return (
    <main class="empty" id="conversation" tabIndex={-1}>
      <div class="empty-words">{mine.length ? <PickOne /> : <NothingOpen />}</div>
    </main>
  );
}
