import { useMemo } from 'preact/hooks';
import type { AgentClient, ConnectionStatus } from '../../client/index';
import { Skeleton, Spinner } from '../../ui/loading';
import { useAlerts } from '../hooks/alerts';
import { ConsoleContext, useConsoleContext } from '../hooks/context';
import { focusMiddle } from '../hooks/focus';
import { useKeyboard } from '../hooks/keyboard';
import { useLists } from '../hooks/lists';
import { useAccent, useTitle } from '../hooks/page_head';
import { useConsole } from '../hooks/use_console';
import { t } from '../strings/index';
import { Colleagues } from './colleagues';
import { Conversation } from './conversation';
import { Customer } from './customer';
import { Empty } from './empty';
import { List } from './list';
import { Login } from './login';
import { Mark } from './mark';
import { Palette } from './palette';
import { Shortcuts } from './shortcuts';
import { Notice, Standing } from './strips';
import { Transfer } from './transfer';
import { Waiting } from './waiting';

function ConversationSkeleton() {
  return (
    <main class="conversation" id="conversation" tabIndex={-1} aria-label={t.loading}>
      <header class="head"><Skeleton class="skeleton-face" /><Skeleton class="skeleton-name" /></header>
      <div class="conversation-wait"><Spinner label={t.loading} /></div>
    </main>
  );
}

function Middle() {
  const { route, selected, opening } = useConsoleContext();
  if (route.view === 'waiting') return <Waiting />;
  if (route.view === 'colleagues') return <Colleagues />;
  if (route.view === 'inbox') return <Empty />;
  if (selected) return <Conversation key={selected.id} conversation={selected} />;
  return opening ? <ConversationSkeleton /> : <Empty />;
}

function Columns() {
  const { route, selected, customerOpen, overlay } = useConsoleContext();
  const withCustomer = customerOpen && selected !== undefined && route.view === 'conversation';
  return (
    <div class={`console console-${route.view} ${withCustomer ? 'console-customer' : ''}`}>
      <a class="skip" href="#conversation" onClick={(event) => (event.preventDefault(), focusMiddle())}>
        {t.skip_to_conversation}
      </a>
      <List />
      <Middle />
      {withCustomer && <Customer conversation={selected} />}
      <div class="floats">
        <Standing />
        <Notice />
      </div>
      {overlay === 'palette' && <Palette />}
      {overlay === 'shortcuts' && <Shortcuts />}
      {overlay === 'transfer' && <Transfer />}
    </div>
  );
}

function SignedIn({ client }: { client: AgentClient }) {
  const state = useConsole(client);
  useKeyboard(state);
  useLists(state);
  useTitle(state.snap);
  useAlerts(state.snap, state.select);
  return (
    <ConsoleContext.Provider value={state}>
      <Columns />
    </ConsoleContext.Provider>
  );
}

const STARTING: Partial<Record<ConnectionStatus, string>> = {
  offline: t.start_offline,
  reconnecting: t.start_unreachable,
  unreachable: t.start_unreachable,
};

/** A kept log-in is being tried. It says more only when that takes its time. */
function Starting({ connection }: { connection: ConnectionStatus }) {
  return (
    <main class="login">
      <div class="login-wait">
        <Mark size={40} />
        <Spinner label={t.loading} />
        <p role="status">{STARTING[connection] ?? ''}</p>
      </div>
    </main>
  );
}

interface AppProps {
  client: AgentClient;
  site: string;
  snap: ReturnType<AgentClient['snapshot']>;
}

/** Log-in or console. A kept token is tried first; meanwhile nothing is asked. */
export function App({ client, site, snap }: AppProps) {
  const { auth, authError } = snap;
  useAccent(snap.site?.accent);
  const page = useMemo(() => ({ fromStart: auth === 'signing_in' }), []);
  if (auth === 'signed_out') page.fromStart = false;
  if (auth === 'signed_in') return <SignedIn client={client} />;
  if (page.fromStart) return <Starting connection={snap.connection} />;
  return <Login client={client} site={site} error={authError} />;
}
