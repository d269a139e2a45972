import type { AgentConversation } from '../../client/index';
import { alert, arrowLeft, check, hourglass, Icon, panelRight, people, person } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { canTakeOver, closeState, presenceWord, shopperName, waitsSince } from '../model/inbox';
import { pageHint } from '../model/link';
import { t } from '../strings/index';
import { Face } from './face';
import { IconButton, Tip } from './tip';
import { WaitClock } from './wait_clock';

function Who({ conversation }: { conversation: AgentConversation }) {
  const { shopper } = conversation;
  const waiting = waitsSince(conversation);
  const where = [presenceWord(shopper, t), shopper?.page && pageHint(shopper.page)].filter(Boolean).join(' · ');
  const name = shopperName(shopper, t.shopper);
  return (
    <div class="head-who">
      <Face shopper={shopper} presence />
      <div class="head-words">
        <h1 class="head-name">
          <span class="cut">{name}</span>
          {waiting !== null && <WaitClock since={waiting} />}
        </h1>
        {where && <p class="head-where cut">{where}</p>}
      </div>
    </div>
  );
}

/** Where the question stands. On a phone only its shape is shown: the timeline has the words. */
function StateChip({ icon, words, hint, warn }: { icon: string; words: string; hint: string; warn?: boolean }) {
  return (
    <Tip label={hint} align="end">
      <span class={warn ? 'chip chip-state chip-warn' : 'chip chip-state'} tabIndex={0} role="note" aria-label={hint === words ? words : `${words}. ${hint}`}>
        <Icon path={icon} size={12} />
        <span class="head-label">{words}</span>
      </span>
    </Tip>
  );
}

/** The one way to end: the agent asks, the shopper decides. The chip says where that stands. */
function CloseControl({ conversation }: { conversation: AgentConversation }) {
  const { act } = useConsoleContext();
  const state = closeState(conversation);
  if (state === 'closed') return <span class="chip"><Icon path={check} size={12} />{t.state_closed}</span>;
  if (!conversation.mine) return null;
  if (state === 'proposed') return <StateChip icon={hourglass} words={t.close_proposed} hint={t.close_proposed_hint} />;
  return (
    <>
      {state === 'disputed' && <StateChip icon={alert} words={t.close_disputed} hint={t.sys_close_disputed} warn />}
      <Tip label={t.propose_close} action="propose_close" align="end">
        <button type="button" class="button" onClick={() => act('propose_close')}>
          <Icon path={check} size={16} />
          <span class="head-label">{t.propose_close}</span>
        </button>
      </Tip>
    </>
  );
}

/** To somebody else, or from somebody else. */
function HandOver({ conversation }: { conversation: AgentConversation }) {
  const { act } = useConsoleContext();
  if (conversation.mine) {
    return (
      <IconButton label={t.transfer} action="transfer" align="end" onClick={() => act('transfer')}>
        <Icon path={people} />
      </IconButton>
    );
  }
  if (!canTakeOver(conversation)) return null;
  return (
    <Tip label={t.act_take_over} action="take_over" align="end">
      <button type="button" class="button" onClick={() => act('take_over')}>
        <Icon path={person} size={16} />
        <span class="head-label">{t.take_over}</span>
      </button>
    </Tip>
  );
}

export function ConversationHead({ conversation }: { conversation: AgentConversation }) {
  const { act, customerOpen } = useConsoleContext();
  return (
    <header class="head">
      <IconButton class="only-phone" label={t.back} action="leave" align="start" onClick={() => act('leave')}>
        <Icon path={arrowLeft} flip />
      </IconButton>
      <Who conversation={conversation} />
      <div class="head-actions">
        <CloseControl conversation={conversation} />
        <HandOver conversation={conversation} />
        <IconButton
          label={customerOpen ? t.hide_customer : t.show_customer} action="toggle_customer" align="end" pressed={customerOpen}
          onClick={() => act('toggle_customer')}
        >
          <Icon path={panelRight} flip />
        </IconButton>
      </div>
    </header>
  );
}
