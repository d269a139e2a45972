import { close, Icon } from '../../ui/icon';
import { isMac } from '../hooks/media';
import { useConsoleContext } from '../hooks/context';
import { BINDINGS, capsOf, type Action } from '../model/keys';
import { t } from '../strings/index';
import { Dialog } from './dialog';
import { Keys } from './tip';

const NAMES: Record<Action, string> = {
  palette: t.act_palette,
  next: t.act_next,
  previous: t.act_previous,
  reply: t.act_reply,
  leave: t.act_leave,
  propose_close: t.act_propose_close,
  transfer: t.act_transfer,
  take_over: t.act_take_over,
  pick: t.act_pick,
  toggle_availability: t.act_toggle_availability,
  toggle_customer: t.act_toggle_customer,
  go_mine: t.act_go_mine,
  go_waiting: t.act_go_waiting,
  go_colleagues: t.act_go_colleagues,
  go_closed: t.act_go_closed,
  latest: t.act_latest,
  shortcuts: t.act_shortcuts,
};

const GROUPS: [title: string, actions: Action[]][] = [
  [t.keys_anywhere, ['palette', 'toggle_availability', 'pick', 'go_mine', 'go_waiting', 'go_colleagues', 'go_closed', 'shortcuts']],
  [t.keys_list, ['next', 'previous', 'reply']],
  [t.keys_conversation, ['leave', 'propose_close', 'transfer', 'take_over', 'toggle_customer', 'latest']],
];

function Line({ name, keys }: { name: string; keys: string[][] }) {
  return (
    <div class="shortcut">
      <dt>{name}</dt>
      <dd>
        {keys.map((caps, i) => (
          <span key={i}>
            {i > 0 && <span class="shortcut-or">{t.or}</span>}
            <Keys caps={caps} />
          </span>
        ))}
      </dd>
    </div>
  );
}

const keysOf = (action: Action) => BINDINGS.filter((b) => b.action === action).map((b) => capsOf(b.keys, isMac));

/** Every key of the console, from the same table that the keyboard handler reads. */
export function Shortcuts() {
  const { setOverlay } = useConsoleContext();
  return (
    <Dialog label={t.shortcuts} class="shortcuts" onClose={() => setOverlay(undefined)}>
      <header class="dialog-head">
        <h2>{t.shortcuts}</h2>
        <button type="button" class="icon-button" aria-label={t.close} onClick={() => setOverlay(undefined)}>
          <Icon path={close} size={16} />
        </button>
      </header>
      <div class="shortcut-groups">
        {GROUPS.map(([title, actions]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {actions.map((action) => <Line key={action} name={NAMES[action]} keys={keysOf(action)} />)}
              {title === t.keys_conversation && (
                <>
                  <Line name={t.act_send} keys={[['↵']]} />
                  <Line name={t.act_newline} keys={[['Shift', '↵']]} />
                </>
              )}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
