import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX, Ref } from 'preact';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { useSurroundings } from './context';

/** model.yaml#/text, counted in code points as there. */
const MAX = 4000;
const COUNT_FROM = 3600;
/** What an input method editor's confirming Enter looks like in Safari. */
const IME_KEY_CODE = 229;

interface ComposerProps {
  placeholder: string;
  disabled: boolean;
  input: Ref<HTMLTextAreaElement>;
  onSend(): void;
}

function Counter({ left }: { left: number }) {
  const { t } = useSurroundings();
  if (left > MAX - COUNT_FROM) return null;
  return (
    <p class={left < 0 ? 'counter counter-over' : 'counter'} role="status">
      {left < 0 ? t.tooLong(-left) : t.left(left)}
    </p>
  );
}

export function Composer({ placeholder, disabled, input, onSend }: ComposerProps) {
  const { client, t } = useSurroundings();
  const [text, setText] = useState(() => client.drafts.get(''));
  const form = useRef<HTMLFormElement>(null);
  const left = MAX - (text.length > COUNT_FROM ? [...text].length : 0);
  const canSend = !disabled && text.trim() !== '' && left >= 0;

  useEffect(() => () => client.typing(false), [client]);

  function onInput(event: JSX.TargetedInputEvent<HTMLTextAreaElement>) {
    const next = event.currentTarget.value;
    setText(next);
    client.drafts.set('', next);
    client.typing(next.trim() !== '');
  }

  function send(event?: Event) {
    event?.preventDefault();
    if (!canSend || !client.send(text)) return;
    client.typing(false);
    client.drafts.set('', '');
    setText('');
    onSend();
    form.current?.querySelector('textarea')?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.isComposing || event.keyCode === IME_KEY_CODE) return;
    send(event);
  }

  return (
    <form class="composer" ref={form} onSubmit={send}>
      <div class={disabled ? 'composer-box composer-off' : 'composer-box'}>
        {/* The mirror has the text's own height and gives it to the box: it grows without measuring. */}
        <div class="composer-grow">
          <div class="composer-mirror" aria-hidden="true">
            {text || placeholder}{' '}
          </div>
          <textarea
            ref={input}
            class="composer-text"
            rows={1}
            value={text}
            placeholder={placeholder}
            aria-label={t.message}
            disabled={disabled}
            enterkeyhint="send"
            dir="auto"
            onInput={onInput}
            onKeyDown={onKeyDown}
          />
        </div>
        {/* Pressing it must not take the focus, which would close the keyboard. */}
        <button
          type="submit"
          class={canSend ? 'composer-send composer-ready' : 'composer-send'}
          aria-label={t.send}
          title={t.send}
          aria-disabled={!canSend}
          onPointerDown={(event) => event.preventDefault()}
        >
          <Icon path={icons.arrowUp} />
        </button>
      </div>
      <Counter left={left} />
    </form>
  );
}
