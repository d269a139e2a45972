import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentConversation } from '../../client/index';
import { alert, arrowUp, Icon } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { isSendKey, textState } from '../model/composer';
import { shopperName } from '../model/inbox';
import { t } from '../strings/index';

const MAX_HEIGHT_PX = 240;

/** As tall as its text, to a limit. */
function useAutoHeight(text: string) {
  const ref = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const field = ref.current;
    if (!field) return;
    field.style.setProperty('block-size', 'auto');
    field.style.setProperty('block-size', `${Math.min(MAX_HEIGHT_PX, field.scrollHeight)}px`);
  }, [text]);
  return ref;
}

function Foot({ text, onSend }: { text: string; onSend: () => void }) {
  const { sendable, over, left } = textState(text);
  return (
    <div class="composer-foot">
      <span class="composer-hint" id="composer-hint">{t.send_hint}</span>
      <span class="composer-limit" role="status">
        {over > 0 && <Icon path={alert} size={12} />}
        {over > 0 ? t.too_long(over) : left !== null && t.left(left)}
      </span>
      <button type="button" class={sendable ? 'button button-primary composer-send' : 'button composer-send'} aria-disabled={!sendable} onClick={onSend}>
        <Icon path={arrowUp} size={16} />
        {t.send}
      </button>
    </div>
  );
}

/** Where the answer is written. Keeps a draft for each conversation; works without a connection through the outbox. */
export function Composer({ conversation }: { conversation: AgentConversation }) {
  const { client } = useConsoleContext();
  const { id, shopper } = conversation;
  const [text, setText] = useState(() => client.drafts.get(id));
  const field = useAutoHeight(text);
  const write = (next: string) => {
    setText(next);
    client.drafts.set(id, next);
  };
  const send = () => {
    if (!textState(text).sendable) return field.current?.focus();
    client.typing(id, false);
    client.send(id, text);
    // Who answers has read what is answered, however quickly.
    client.seen(id);
    write('');
    field.current?.focus();
  };
  const onInput = (event: Event) => {
    const next = (event.currentTarget as HTMLTextAreaElement).value;
    write(next);
    client.typing(id, next.trim() !== '');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isSendKey(event)) return;
    event.preventDefault();
    if (!event.repeat) send();
  };
  const name = shopperName(shopper, t.shopper);
  const over = textState(text).over > 0;
  return (
    <div class="composer">
      <div class={over ? 'composer-box composer-over' : 'composer-box'}>
        <textarea
          ref={field} rows={1} value={text} dir="auto" enterkeyhint="send" aria-label={t.message_label(name)}
          aria-describedby="composer-hint" aria-invalid={over}
          placeholder={shopper?.name ? t.message_placeholder(name) : t.message_placeholder_plain}
          onInput={onInput} onKeyDown={onKeyDown} onBlur={() => client.typing(id, false)}
        />
        <Foot text={text} onSend={send} />
      </div>
    </div>
  );
}
