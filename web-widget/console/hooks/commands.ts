import * as icons from '../../ui/icon';
import { canTakeOver, closeState, shopperName } from '../model/inbox';
import type { Action } from '../model/keys';
import { t } from '../strings/index';
import { askToNotify, canAskToNotify } from './alerts';
import type { Console } from './context';
import { readFlag, writeFlag } from './flags';

export interface Command {
  key: string;
  group: string;
  label: string;
  /** Beside the label: the last message of a conversation. */
  note?: string;
  /** Shown, but cannot be chosen; the note says why. */
  disabled?: boolean;
  icon: string;
  action?: Action;
  run: () => void;
}

function conversations({ mine, snap, select }: Console): Command[] {
  const open = mine.map((one) => ({ id: one.id, shopper: one.shopper, note: one.lastMessage?.text ?? '', icon: icons.chat }));
  const closed = snap.closed.map((one) => ({ id: one.id, shopper: one.shopper, note: t.state_closed, icon: icons.archive }));
  return [...open, ...closed].map(({ id, shopper, note, icon }) => ({
    key: id,
    group: t.palette_conversations,
    label: shopperName(shopper, t.shopper),
    note,
    icon,
    run: () => select(id),
  }));
}

function does({ act }: Console, action: Action, label: string, icon: string): Command {
  return { key: action, group: t.palette_actions, label, icon, action, run: () => act(action) };
}

function alerts({ setNotice }: Console): Command[] {
  const sound = readFlag('sound');
  const list: Command[] = [
    { key: 'sound', group: t.palette_actions, label: sound ? t.sound_off : t.sound_on, icon: icons.bell, run: () => writeFlag('sound', !sound) },
  ];
  const ask = () => void askToNotify().then((allowed) => allowed || setNotice(t.notify_refused));
  if (canAskToNotify()) list.push({ key: 'notify', group: t.palette_actions, label: t.notify_on, icon: icons.alert, run: ask });
  return list;
}

/** Everything the palette offers now. What cannot be done is not offered. */
export function commands(context: Console): Command[] {
  const { selected, snap, setOverlay, logOut } = context;
  const list: Command[] = [];
  if (selected?.mine) {
    list.push(does(context, 'reply', t.act_reply, icons.reply));
    list.push(does(context, 'transfer', t.transfer, icons.people));
    if (closeState(selected) !== 'proposed') list.push(does(context, 'propose_close', t.propose_close, icons.check));
  }
  if (selected && canTakeOver(selected)) list.push(does(context, 'take_over', t.take_over, icons.person));
  if (snap.queue.length) list.push(does(context, 'pick', t.act_pick, icons.queue));
  if (selected) list.push(does(context, 'toggle_customer', context.customerOpen ? t.hide_customer : t.show_customer, icons.panelRight));
  const accepting = snap.routingStatus === 'accepting';
  list.push(does(context, 'toggle_availability', accepting ? t.go_away : t.go_available, accepting ? icons.moon : icons.sun));
  list.push(does(context, 'go_waiting', t.act_go_waiting, icons.queue));
  list.push(does(context, 'go_colleagues', t.act_go_colleagues, icons.people));
  list.push({ ...does(context, 'shortcuts', t.shortcuts, icons.keyboard), run: () => setOverlay('shortcuts') });
  list.push(...alerts(context));
  list.push({ key: 'log_out', group: t.palette_actions, label: t.log_out, icon: icons.logOut, run: logOut });
  return [...conversations(context), ...list];
}
