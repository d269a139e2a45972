import type { QueueEntry, QueueSummary } from '@proto';
import { queue as queueIcon } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { shopperName } from '../model/inbox';
import { pageText } from '../model/link';
import { t } from '../strings/index';
import { Board, BoardEmpty } from './board';
import { PageLink } from './page_link';
import { PrioritySelect } from './priority';
import { Tip } from './tip';
import { WaitClock } from './wait_clock';

function Entry({ entry }: { entry: QueueEntry }) {
  const { pick } = useConsoleContext();
  const { shopper } = entry;
  const name = shopperName(shopper, t.shopper);
  return (
    <tr>
      <td class="table-place">{entry.position}</td>
      <th scope="row" class="table-person"><span class="cut">{name}</span></th>
      <td class="table-words"><span class="cut">{entry.adviser && <>{t.waits_for(entry.adviser.name)} · </>}{entry.preview ?? ''}</span></td>
      <td class="table-page">{shopper.page && <PageLink page={shopper.page} text={pageText(shopper.page).title} />}</td>
      <td class="table-priority"><PrioritySelect entry={entry} name={name} /></td>
      <td class="table-time"><WaitClock since={entry.waiting_since} /></td>
      <td class="table-action">
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
    <section class="board-part" aria-label={queue.name}>
      <h2>
        {queue.name} <span class="list-count">{t.queue_length(queue.length)}</span>
      </h2>
      {entries.length > 0 && (
        <table class="table table-waiting">
          <thead>
            <tr>
              <th class="table-place" scope="col">#</th>
              <th class="table-person" scope="col">{t.queue_person}</th>
              <th class="table-words" scope="col">{t.queue_words}</th>
              <th class="table-page" scope="col">{t.queue_page}</th>
              <th class="table-priority" scope="col">{t.queue_priority}</th>
              <th class="table-time" scope="col">{t.queue_wait}</th>
              <td class="table-action" />
            </tr>
          </thead>
          <tbody>{entries.map((entry) => <Entry key={entry.conversation_id} entry={entry} />)}</tbody>
        </table>
      )}
      {rest > 0 && entries.length > 0 && <p class="table-rest">{t.queue_more(rest)}</p>}
    </section>
  );
}

/** Everyone in line, team by team. */
export function Waiting() {
  const { snap } = useConsoleContext();
  const anyone = snap.queues.some((queue) => queue.length > 0);
  return (
    <Board title={t.queue_title} lead={t.queue_lead}>
      {snap.queues.map((queue) => (
        <Team key={queue.team} queue={queue} entries={queue.length ? snap.queue.filter((entry) => entry.team === queue.team) : []} />
      ))}
      {!anyone && <BoardEmpty icon={queueIcon}><p>{t.empty_inbox}</p></BoardEmpty>}
    </Board>
  );
}
