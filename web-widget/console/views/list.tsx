import { chevronRight, Icon, keyboard, search } from '../../ui/icon';
import { Skeleton } from '../../ui/loading';
import { useConsoleContext } from '../hooks/context';
import { isMac, PHONE, useMedia } from '../hooks/media';
import { queueTotals } from '../model/inbox';
import { keyCaps, type Action } from '../model/keys';
import { t } from '../strings/index';
import { Me } from './me';
import { ClosedRow, MineRow, WaitingRow } from './row';
import { IconButton, Keys, Tip } from './tip';
import { WaitClock } from './wait_clock';

/** In the column; the view of the queue shows all of them. */
const WAITING_SHOWN = 5;

function GoTo() {
  const { setOverlay } = useConsoleContext();
  return (
    <button type="button" class="go-to" onClick={() => setOverlay('palette')}>
      <Icon path={search} size={16} />
      <span>{t.palette_placeholder}</span>
      <Keys caps={keyCaps('palette', isMac)} />
    </button>
  );
}

function Mine() {
  const { client, snap, mine, route, select } = useConsoleContext();
  const open = route.view === 'conversation' ? route.id : undefined;
  const inList = mine.some((one) => one.id === open) || snap.closed.some((one) => one.id === open);
  return (
    <section aria-labelledby="list-mine">
      <h2 class="list-head" id="list-mine">
        {t.mine} <span class="list-count">{mine.length}</span>
      </h2>
      {mine.length === 0 && <p class="list-none">{t.mine_empty}</p>}
      <ul class="rows">
        {mine.map((conversation, i) => (
          <MineRow
            key={conversation.id} id={conversation.id} conversation={conversation} onSelect={select}
            draft={conversation.id === open ? '' : client.drafts.get(conversation.id)}
            current={conversation.id === open} tabbable={inList ? conversation.id === open : i === 0}
          />
        ))}
      </ul>
    </section>
  );
}

interface HeadLinkProps {
  action: Action;
  hint: string;
  label: string;
  count?: number;
  current: boolean;
}

/** A heading that leads to a view of its own. */
function HeadLink({ action, hint, label, count, current }: HeadLinkProps) {
  const { act } = useConsoleContext();
  return (
    <Tip label={hint} action={action} align="start">
      <button type="button" class="list-link" aria-current={current ? 'page' : undefined} onClick={() => act(action)}>
        {label} {count !== undefined && <span class="list-count">{count}</span>}
        <Icon path={chevronRight} size={12} flip />
      </button>
    </Tip>
  );
}

function Waiting() {
  const { snap, route, pick } = useConsoleContext();
  const { length, oldestAt } = queueTotals(snap);
  const shown = length ? snap.queue.slice(0, WAITING_SHOWN) : [];
  return (
    <section aria-labelledby="list-waiting">
      <h2 class="list-head" id="list-waiting">
        <HeadLink action="go_waiting" hint={t.act_go_waiting} label={t.waiting} count={length} current={route.view === 'waiting'} />
        {oldestAt !== null && <span class="list-note"><WaitClock since={oldestAt} /></span>}
      </h2>
      {length === 0 && <p class="list-none">{t.waiting_empty}</p>}
      <ul class="rows">{shown.map((entry) => <WaitingRow key={entry.conversation_id} entry={entry} onPick={pick} />)}</ul>
      {length > shown.length && shown.length > 0 && <p class="list-none">{t.queue_more(length - shown.length)}</p>}
    </section>
  );
}

/** How many only while it is looked at: nothing keeps the number true otherwise. */
function Colleagues() {
  const { snap, route } = useConsoleContext();
  const current = route.view === 'colleagues';
  return (
    <section aria-labelledby="list-colleagues">
      <h2 class="list-head" id="list-colleagues">
        <HeadLink
          action="go_colleagues" hint={t.act_go_colleagues} label={t.with_colleagues} current={current}
          count={current ? snap.assigned?.length : undefined}
        />
      </h2>
    </section>
  );
}

function Closed() {
  const { snap, mine, route, select } = useConsoleContext();
  const open = route.view === 'conversation' ? route.id : undefined;
  if (snap.closed.length === 0) return null;
  return (
    <section aria-labelledby="list-closed">
      <h2 class="list-head" id="list-closed">{t.recently_closed}</h2>
      <ul class="rows">
        {snap.closed.map((summary, i) => (
          <ClosedRow
            key={summary.id} id={summary.id} summary={summary} onSelect={select} current={summary.id === open}
            tabbable={summary.id === open || (mine.length === 0 && open === undefined && i === 0)}
          />
        ))}
      </ul>
    </section>
  );
}

function Connection() {
  const { snap, setOverlay } = useConsoleContext();
  const connected = snap.connection === 'ready';
  const ready = connected && snap.serviceWritable;
  const word = connected ? t.read_only : t.connecting;
  return (
    <footer class="list-foot">
      <span class={ready ? 'connection connection-ready' : 'connection'}>{ready ? t.connected : word}</span>
      <IconButton label={t.shortcuts} action="shortcuts" side="above" align="end" onClick={() => setOverlay('shortcuts')}>
        <Icon path={keyboard} size={16} />
      </IconButton>
    </footer>
  );
}

export function ListSkeleton() {
  return (
    <div class="list-skeleton" role="status" aria-label={t.loading}>
      {[0, 1, 2, 3].map((i) => (
        <div key={i} class="row row-still">
          <Skeleton class="skeleton-face" />
          <span class="row-main"><Skeleton class="skeleton-name" /><Skeleton class="skeleton-words" /></span>
        </div>
      ))}
    </div>
  );
}

/** The left column; on a phone the whole page while nothing is open. */
export function List() {
  const { snap, route } = useConsoleContext();
  const isPage = useMedia(PHONE) && route.view === 'inbox';
  return (
    <div class="list-place" role={isPage ? 'main' : undefined}>
      <nav class="list" aria-label={t.conversations}>
        <h1 class="only-phone hidden-words">{t.conversations}</h1>
        <Me />
        <GoTo />
        <div class="list-scroll">{snap.self ? <><Mine /><Waiting /><Colleagues /><Closed /></> : <ListSkeleton />}</div>
        <Connection />
      </nav>
    </div>
  );
}
