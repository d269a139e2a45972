import { useEffect, useRef, useState } from 'preact/hooks';
import type { AgentConversation } from '../../client/index';
import { useConsoleContext } from '../hooks/context';
import { shopperName, wasMine } from '../model/inbox';
import { t } from '../strings/index';
import { Composer } from './composer';
import { ConversationHead } from './conversation_head';
import { Timeline } from './timeline';

/** What a listener hears of the open conversation: the shopper's new messages and nothing older. */
function Announcer({ conversation }: { conversation: AgentConversation }) {
  const [said, setSaid] = useState('');
  const last = conversation.lastMessage;
  const known = useRef(last?.key);
  useEffect(() => {
    if (!last || last.key === known.current) return;
    known.current = last.key;
    if (last.author.role === 'shopper') setSaid(t.shopper_says(shopperName(conversation.shopper, t.shopper), last.text));
  }, [last]);
  return <div class="hidden-words" aria-live="polite">{said}</div>;
}

/** Its line is always there, so that nothing moves when somebody begins to type. */
function Typing({ conversation }: { conversation: AgentConversation }) {
  return (
    <p class="typing">
      {conversation.shopperTyping && (
        <>
          <span class="typing-dots" aria-hidden="true"><i /><i /><i /></span>
          {t.typing(shopperName(conversation.shopper, t.shopper))}
        </>
      )}
    </p>
  );
}

/** Where the composer would be: why there is none, and the way to the conversation that goes on. */
function Over({ conversation }: { conversation: AgentConversation }) {
  const { mine, select, snap } = useConsoleContext();
  const { agent, state } = conversation;
  const next = mine.find((one) => one.shopper && one.shopper.id === conversation.shopper?.id);
  const closed = next ? t.closed_went_on : t.closed_note;
  return (
    <p class="conversation-note">
      {state === 'closed' ? closed : agent && !wasMine(conversation, snap.self?.profile.id) ? t.read_along(agent.name) : t.not_yours}
      {next && (
        <button type="button" class="text-button" onClick={() => select(next.id)}>{t.go_to_open}</button>
      )}
    </p>
  );
}

export function Conversation({ conversation }: { conversation: AgentConversation }) {
  return (
    <main class="conversation" id="conversation" tabIndex={-1} aria-label={shopperName(conversation.shopper, t.shopper)}>
      <ConversationHead conversation={conversation} />
      <Timeline conversation={conversation} />
      <Announcer conversation={conversation} />
      {conversation.mine ? (
        <div class="conversation-foot">
          <Typing conversation={conversation} />
          <Composer conversation={conversation} />
        </div>
      ) : (
        <Over conversation={conversation} />
      )}
    </main>
  );
}
