import { useMemo, useState } from 'preact/hooks';
import type { ShopperProfile } from '@proto';
import type { AgentConversation } from '../../client/index';
import { close, Icon } from '../../ui/icon';
import { useNow } from '../../ui/time';
import { useConsoleContext } from '../hooks/context';
import { format } from '../hooks/format';
import { presenceWord, shopperName, shortId } from '../model/inbox';
import { pageText } from '../model/link';
import { formerConversations, type Former as FormerItem } from '../model/timeline';
import { t } from '../strings/index';
import { Face } from './face';
import { PageLink } from './page_link';
import { IconButton } from './tip';

function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  const copy = () =>
    void navigator.clipboard?.writeText(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 2000);
    });
  return (
    <button type="button" class="text-button" onClick={copy}>
      <span role="status">{done ? t.copied : t.copy}</span>
    </button>
  );
}

function Person({ shopper }: { shopper: ShopperProfile | null }) {
  const word = presenceWord(shopper, t);
  const name = shopperName(shopper, t.shopper);
  return (
    <div class="person">
      <Face shopper={shopper} size={40} />
      <div class="person-words">
        <p class="person-name" dir="auto">{name}</p>
        {word && <p class={shopper?.present ? 'presence-line presence-line-here' : 'presence-line'}>{word}</p>}
      </div>
    </div>
  );
}

function LookingAt({ shopper }: { shopper: ShopperProfile | null }) {
  const page = shopper?.page;
  return (
    <section class="panel-section" aria-labelledby="customer-page">
      <h3 id="customer-page">{shopper?.present ? t.looking_at : t.was_looking_at}</h3>
      {page ? (
        <div class="page-card">
          <PageLink page={page} text={pageText(page).title} />
          <p class="page-address" title={page.url}>{pageText(page).address}</p>
        </div>
      ) : (
        <p class="panel-none">{t.no_page}</p>
      )}
    </section>
  );
}

function Contact({ shopper }: { shopper: ShopperProfile | null }) {
  return (
    <section class="panel-section" aria-labelledby="customer-contact">
      <h3 id="customer-contact">{t.contact}</h3>
      {shopper?.email ? (
        <p class="email" title={t.typed_note}>
          <span class="cut">{shopper.email}</span>
          <Copy text={shopper.email} />
        </p>
      ) : (
        <p class="panel-none">{t.no_email}</p>
      )}
    </section>
  );
}

const STATES = { queued: t.state_queued, assigned: t.state_assigned, closing: t.state_closing, closed: t.state_closed };

function Details({ conversation }: { conversation: AgentConversation }) {
  const { snap } = useConsoleContext();
  const now = useNow();
  const team = snap.teams.find((one) => one.team === conversation.team)?.name ?? conversation.team;
  return (
    <section class="panel-section" aria-labelledby="customer-details">
      <h3 id="customer-details">{t.details}</h3>
      <dl class="facts">
        <dt>{t.state}</dt>
        <dd>{STATES[conversation.state]}</dd>
        <dt>{t.team}</dt>
        <dd>{team}</dd>
        <dt>{t.opened}</dt>
        <dd title={format.absolute(conversation.opened_at)}>{format.relative(conversation.opened_at, now)}</dd>
        {conversation.shopper && <><dt>{t.shopper_number}</dt><dd class="mono" title={conversation.shopper.id}>{shortId(conversation.shopper.id)}</dd></>}
      </dl>
    </section>
  );
}

function FormerRow({ former, now }: { former: FormerItem; now: number }) {
  const show = () => document.dispatchEvent(new CustomEvent('shopbell:show', { detail: former.id }));
  return (
    <li>
      <button type="button" class="former" onClick={show}>
        <span>{format.day(former.at, now)}</span>
        <span class="former-agent cut">{former.agent}</span>
      </button>
    </li>
  );
}

function Former({ conversation }: { conversation: AgentConversation }) {
  const { timeline, id, canLoadEarlier, loadingEarlier } = conversation;
  const former = useMemo(() => formerConversations(timeline, id), [timeline, id]);
  const now = useNow(60_000);
  return (
    <section class="panel-section" aria-labelledby="customer-former">
      <h3 id="customer-former">{t.former}</h3>
      <ul class="formers">{former.map((one) => <FormerRow key={one.id} former={one} now={now} />)}</ul>
      {former.length === 0 && !canLoadEarlier && <p class="panel-none">{t.first_time}</p>}
      {former.length === 0 && loadingEarlier && <p class="panel-none">{t.former_loading}</p>}
    </section>
  );
}

/** The right column: who this is and where they are. Everything in it was typed or sent by the shopper: text only. */
export function Customer({ conversation }: { conversation: AgentConversation }) {
  const { act } = useConsoleContext();
  const { shopper } = conversation;
  return (
    <aside class="customer" aria-label={t.customer}>
      <header class="customer-head">
        <h2>{t.customer}</h2>
        <IconButton label={t.hide_customer} action="toggle_customer" align="end" onClick={() => act('toggle_customer')}>
          <Icon path={close} size={16} />
        </IconButton>
      </header>
      <div class="customer-scroll">
        <Person shopper={shopper} />
        <LookingAt shopper={shopper} />
        <Contact shopper={shopper} />
        <Former conversation={conversation} />
        <Details conversation={conversation} />
      </div>
    </aside>
  );
}
