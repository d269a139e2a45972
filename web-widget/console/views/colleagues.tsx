import { useState } from 'preact/hooks';
import type { ConversationSummary } from '@proto';
import { type AgentSnapshot, MOST_ASSIGNED } from '../../client/index';
import { Avatar } from '../../ui/avatar';
import { people } from '../../ui/icon';
import { Skeleton } from '../../ui/loading';
import { useConsoleContext } from '../hooks/context';
import { byColleague, type WithColleague } from '../model/colleagues';
import { presenceWord, shopperName } from '../model/inbox';
import { pageText } from '../model/link';
import { t } from '../strings/index';
import { Board, BoardEmpty } from './board';
import { Face } from './face';
import { PageLink } from './page_link';
import { Ago } from './row';
import { Tip } from './tip';

function TakeOver({ id, name }: { id: string; name: string }) {
  const { takeOver } = useConsoleContext();
  const [asked, setAsked] = useState(false);
  const take = async () => {
    setAsked(true);
    await takeOver(id);
    setAsked(false);
  };
  return (
    <Tip label={t.act_take_over} action="take_over" align="end">
      <button type="button" class="button" aria-label={t.take_over_label(name)} aria-disabled={asked} onClick={() => asked || void take()}>
        {t.take_over}
      </button>
    </Tip>
  );
}

/** Where it stands and, unless all are of one team, of which it is. */
function noteOf({ state, team }: ConversationSummary, { assigned, queues }: AgentSnapshot): string {
  const oneTeam = assigned?.every((one) => one.team === team);
  const ofTeam = !oneTeam && queues.find((queue) => queue.team === team)?.name;
  return [state === 'closing' && t.state_closing, ofTeam].filter(Boolean).join(' · ');
}

function Entry({ summary }: { summary: ConversationSummary }) {
  const { snap, select } = useConsoleContext();
  const { id, shopper, preview, opened_at } = summary;
  const name = shopperName(shopper, t.shopper);
  const word = presenceWord(shopper ?? null, t);
  const note = noteOf(summary, snap);
  return (
    <tr class="table-open" data-assigned={id}>
      <th scope="row" class="table-person">
        <a href={`#${id}`} class="table-link" onClick={(event) => (event.preventDefault(), select(id))}>
          <Face shopper={shopper} size={28} presence />
          <span class="cut" title={word ? `${name} · ${word}` : name}>{name}</span>
          {word && <span class="hidden-words">{word}</span>}
        </a>
      </th>
      <td class="table-words"><span class="cut">{note}{note && preview && ' · '}{preview}</span></td>
      <td class="table-page">{shopper?.page && <PageLink page={shopper.page} text={pageText(shopper.page).title} />}</td>
      <td class="table-time"><Ago at={opened_at} /></td>
      <td class="table-action"><TakeOver id={id} name={name} /></td>
    </tr>
  );
}

function Part({ of: { agent, conversations } }: { of: WithColleague }) {
  const name = agent?.name ?? t.colleague;
  return (
    <section class="board-part" aria-label={name}>
      <h2>
        <Avatar name={name} photo={agent?.photo} size={24} decorative />
        {name} <span class="list-count">{t.colleagues_open(conversations.length)}</span>
      </h2>
      <table class="table table-colleague">
        <thead>
          <tr>
            <th class="table-person" scope="col">{t.queue_person}</th>
            <th class="table-words" scope="col">{t.queue_words}</th>
            <th class="table-page" scope="col">{t.queue_page}</th>
            <th class="table-time" scope="col">{t.opened}</th>
            <td class="table-action" />
          </tr>
        </thead>
        <tbody>{conversations.map((summary) => <Entry key={summary.id} summary={summary} />)}</tbody>
      </table>
    </section>
  );
}

/** Until it is known what they have: of the height that two of them will have. */
function Loading() {
  return (
    <div class="board-part" role="status" aria-label={t.loading}>
      <h2><Skeleton class="skeleton-face-small" /><Skeleton class="skeleton-name" /></h2>
      {[0, 1, 2].map((i) => <div key={i} class="table-still"><Skeleton class="skeleton-words" /></div>)}
    </div>
  );
}

/** What others of one's teams have open, colleague by colleague. */
export function Colleagues() {
  const { snap: { assigned } } = useConsoleContext();
  return (
    <Board title={t.with_colleagues} lead={t.colleagues_lead}>
      {assigned ? byColleague(assigned).map((one) => <Part key={one.id} of={one} />) : <Loading />}
      {assigned && assigned.length >= MOST_ASSIGNED && <p class="table-rest">{t.colleagues_most(assigned.length)}</p>}
      {assigned?.length === 0 && (
        <BoardEmpty icon={people}>
          <h2>{t.colleagues_none}</h2>
          <p>{t.colleagues_none_hint}</p>
        </BoardEmpty>
      )}
    </Board>
  );
}
