import type { QueueEntry, QueueSummary } from '@proto';
import { arrowLeft, Icon, queue as queueIcon } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { shopperName } from '../model/inbox';
import { pageText } from '../model/link';
import { t } from '../strings/index';
import { PageLink } from './page_link';
import { Priority } from './row';
import { IconButton, Tip } from './tip';
import { WaitClock } from './wait_clock';

function Entry({ entry }: { entry: QueueEntry }) {
  const { pick } = useConsoleContext();
  const { shopper } = entry;
  const name = shopperName(shopper, t.shopper);
  return (
    <tr>
      <td class="queue-place">{entry.position}</td>
      <th scope="row" class="queue-person"><span class="cut">{name} <Priority entry={entry} /></span></th>
      <td class="queue-words"><span class="cut">{entry.adviser && <>{t.waits_for(entry.adviser.name)} · </>}{entry.preview ?? ''}</span></td>
      <td class="queue-page">{shopper.page && <PageLink page={shopper.page} text={pageText(shopper.page).title} />}</td>
      <td class="queue-wait"><WaitClock since={entry.waiting_since} /></td>
      <td class="queue-pick">
        <Tip label={t.pick_hint} action={entry.position === 1 ? 'pick' : undefined} align="end">
          <button type="button" class="button" aria-label={t.pick_label(name)} onClick={() => pick(entry.conversation_id)}>{t.pick}</button>
        </Tip>
      </td>
    </tr>
  );
}

function Team({ queue, entries }: { queue: QueueSummary; entries: readonly QueueEntry[] }) {
  const rest = queue.length - entries.length;
  return (
    <section class="queue-team" aria-label={queue.name}>
      <h2>
        {queue.name} <span class="list-count">{t.queue_length(queue.length)}</span>
      </h2>
      {entries.length > 0 && (
        <table class="queue-table">
          <thead>
            <tr>
              <th class="queue-place" scope="col">#</th>
              <th class="queue-person" scope="col">{t.queue_person}</th>
              <th class="queue-words" scope="col">{t.queue_words}</th>
              <th class="queue-page" scope="col">{t.queue_page}</th>
              <th class="queue-wait" scope="col">{t.queue_wait}</th>
              <td class="queue-pick" />
            </tr>
          </thead>
          <tbody>{entries.map((entry) => <Entry key={entry.conversation_id} entry={entry} />)}</tbody>
        </table>
      )}
      {rest > 0 && entries.length > 0 && <p class="queue-rest">{t.queue_more(rest)}</p>}
    </section>
  );
}

/** Everyone in line, team by team. */
export function Waiting() {
  const { snap, act } = useConsoleContext();
  const anyone = snap.queues.some((queue) => queue.length > 0);
  return (
    <main class="queue" id="conversation" tabIndex={-1} aria-labelledby="queue-title">
      <header class="head">
        <IconButton class="only-phone" label={t.back} action="leave" align="start" onClick={() => act('leave')}>
          <Icon path={arrowLeft} flip />
        </IconButton>
        <div class="head-words">
          <h1 class="head-name" id="queue-title">{t.queue_title}</h1>
          <p class="head-where cut">{t.queue_lead}</p>
        </div>
      </header>
      <div class="queue-scroll">
        {snap.queues.map((queue) => (
          <Team key={queue.team} queue={queue} entries={queue.length ? snap.queue.filter((entry) => entry.team === queue.team) : []} />
        ))}
        {!anyone && (
          <div class="empty-words queue-nobody">
            <Icon path={queueIcon} size={24} />
            <p>{t.empty_inbox}</p>
          </div>
        )}
      </div>
    </main>
  );
}
