import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AgentClient } from '../../client/index';
import { canTakeOver, closeState, neighbour, sortMine } from '../model/inbox';
import type { Action } from '../model/keys';
import { t } from '../strings/index';
import { afterRender, type Console, type Overlay } from './context';
import { focusComposer, focusedAssigned, focusedRow, focusIsInList, focusList, focusMiddle, focusRow } from './focus';
import { readFlag, writeFlag } from './flags';
import { NARROW, PHONE, useMedia } from './media';
import { reasonText } from './reason';
import { useRoute, type Route } from './route';
import { useSnapshot } from './snapshot';

const NOTICE_MS = 7000;

/** A text that goes away by itself. */
function useNotice(): [string, (text: string) => void] {
  const [notice, setNotice] = useState('');
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(''), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return [notice, setNotice];
}

/** Beside the conversation where there is room (and remembered), over it where there is not. */
function useCustomerPanel(client: AgentClient, route: Route) {
  const narrow = useMedia(NARROW);
  const kept = client.snapshot().self;
  const [wide, setWide] = useState(() => readFlag('customer'));
  const [over, setOver] = useState(false);
  const id = route.view === 'conversation' ? route.id : '';
  useEffect(() => setOver(false), [id, narrow, kept === null]);
  const toggle = useCallback(() => {
    if (narrow) return setOver((open) => !open);
    setWide((open) => (writeFlag('customer', !open), !open));
  }, [narrow]);
  return { open: narrow ? over : wide, over: narrow && over, toggle, close: () => setOver(false) };
}

/** State and actions of the whole console. */
export function useConsole(client: AgentClient): Console {
  const snap = useSnapshot(client);
  const { route, go, back } = useRoute();
  const [overlay, setOverlay] = useState<Overlay>();
  const [notice, setNotice] = useNotice();
  const customer = useCustomerPanel(client, route);
  const phone = useMedia(PHONE);
  const mine = useMemo(() => sortMine(snap.conversations), [snap.conversations]);
  const openId = route.view === 'conversation' ? route.id : undefined;
  const selected = route.view === 'conversation' ? snap.views.get(route.id) : undefined;

  const summary = selected ? undefined : [...snap.closed, ...(snap.assigned ?? [])].find((one) => one.id === openId);
  useEffect(() => {
    if (summary) void client.open(summary).then((error) => error && setNotice(reasonText(error)));
  }, [summary?.id]);
  const before = useRef(route.view);
  useEffect(() => {
    const moved = phone && route.view !== before.current;
    before.current = route.view;
    // What had the focus is not shown any more; it must not be lost with that.
    if (moved && route.view === 'inbox') focusList();
    else if (moved && route.view !== 'conversation') focusMiddle();
  }, [route.view]);

  function select(id: string): void {
    go({ view: 'conversation', id });
    // The list is not shown any more: the focus must not be lost with it.
    if (phone) afterRender(focusMiddle);
  }

  function step(by: 1 | -1): void {
    const order = [...mine.map((one) => one.id), ...snap.closed.map((one) => one.id)];
    // With one column the list is left only on purpose: there it is the focus that walks.
    const walk = phone && route.view === 'inbox';
    const id = neighbour(order, walk ? focusedRow() : openId, by);
    if (!id) return;
    if (walk) return focusRow(id);
    const follow = focusIsInList() || document.activeElement === document.body;
    select(id);
    if (follow) afterRender(() => focusRow(id));
  }

  /** From a row that is not open yet, it is opened first. */
  function reply(): void {
    const row = focusedRow();
    if (!row || row === openId) return void focusComposer();
    select(row);
    afterRender(() => void focusComposer());
  }

  async function toggleAvailability(): Promise<void> {
    const error = await client.setRoutingStatus(snap.routingStatus === 'accepting' ? 'away' : 'accepting');
    if (error) setNotice(t.status_refused(reasonText(error)));
  }

  async function proposeClose(): Promise<void> {
    if (!selected?.mine || closeState(selected) === 'proposed') return;
    const error = await client.proposeClose(selected.id);
    if (error) setNotice(t.close_refused(reasonText(error)));
  }

  function askWhere(): void {
    if (!selected?.mine) return;
    setOverlay('transfer');
    void client.listAgents();
  }

  async function transfer(to: { agent: string } | { team: string }): Promise<void> {
    const error = selected && (await client.transfer(selected.id, to));
    if (error) setNotice(t.transfer_refused(reasonText(error)));
  }

  async function takeOver(id: string | undefined): Promise<void> {
    const error = id ? await client.takeOver(id) : undefined;
    if (error) setNotice(t.take_over_refused(reasonText(error)));
    if (selected || !id) return;
    if (error) await client.listAssigned();
    else select(id);
  }

  async function setPriority(id: string, priority: number): Promise<void> {
    const error = await client.setPriority(id, priority);
    if (error) setNotice(t.priority_refused(reasonText(error)));
  }

  async function pick(id: string | undefined): Promise<void> {
    const error = id ? await client.pick(id) : undefined;
    if (error) setNotice(t.pick_refused(reasonText(error)));
    else if (id) select(id);
  }

  function leave(): void {
    if (customer.over) return customer.close();
    if (phone || route.view !== 'conversation') back();
    // At once, so that the next key does not land in the composer. On a phone the list is not there yet: see above.
    if (!phone) focusList();
  }

  const actions: Record<Action, () => void> = {
    palette: () => setOverlay('palette'),
    shortcuts: () => setOverlay('shortcuts'),
    next: () => step(1),
    previous: () => step(-1),
    reply,
    leave,
    propose_close: () => void proposeClose(),
    transfer: askWhere,
    take_over: () => void takeOver(selected ? (canTakeOver(selected) ? selected.id : undefined) : focusedAssigned()),
    pick: () => void pick(snap.queue[0]?.conversation_id),
    toggle_availability: () => void toggleAvailability(),
    toggle_customer: customer.toggle,
    go_mine: () => (mine[0] ? select(mine[0].id) : go({ view: 'inbox' })),
    go_waiting: () => go({ view: 'waiting' }),
    go_colleagues: () => go({ view: 'colleagues' }),
    go_closed: () => snap.closed[0] && select(snap.closed[0].id),
    latest: () => document.dispatchEvent(new CustomEvent('shopbell:latest')),
  };
  // Views keep one act() for ever; it finds the actions of the present state.
  const present = useRef({ actions, select });
  present.current = { actions, select };
  const act = useCallback((action: Action) => present.current.actions[action](), []);
  const selectStable = useCallback((id: string) => present.current.select(id), []);
  const logOut = useCallback(() => {
    go({ view: 'inbox' });
    void client.logout();
  }, [client, go]);

  return {
    client, snap, route, mine, selected, overlay, notice,
    customerOpen: customer.open,
    opening: !snap.self || snap.assigned === null || summary !== undefined,
    go, select: selectStable, act, setOverlay, setNotice, logOut,
    transfer: (to) => void transfer(to),
    pick: (id) => void pick(id),
    takeOver,
    setPriority,
  };
}
