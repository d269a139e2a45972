import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, search } from '../../ui/icon';
import type { Command } from '../hooks/commands';
import { useConsoleContext } from '../hooks/context';
import { isMac } from '../hooks/media';
import { keyCaps } from '../model/keys';
import { Dialog } from './dialog';
import { Keys } from './tip';

interface OptionProps {
  command: Command;
  active: boolean;
  onHover: () => void;
  onRun: () => void;
}

function Option({ command, active, onHover, onRun }: OptionProps) {
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <li
      ref={ref} id={`command-${command.key}`} role="option" aria-selected={active} aria-disabled={command.disabled}
      class={`option ${active ? 'option-active' : ''} ${command.disabled ? 'option-disabled' : ''}`}
      onPointerMove={onHover} onClick={onRun}
    >
      <Icon path={command.icon} size={16} />
      <span class="option-label">{command.label}</span>
      {command.note && <span class="option-note cut">{command.note}</span>}
      {command.action && <Keys caps={keyCaps(command.action, isMac)} />}
    </li>
  );
}

interface PickerProps {
  label: string;
  placeholder: string;
  empty: string;
  /** What fits what was typed, best first within its group. */
  find: (typed: string) => readonly Command[];
}

/** Type, choose, Enter: the dialog behind the palette and whatever else is chosen from a list. */
export function Picker({ label, placeholder, empty, find }: PickerProps) {
  const { setOverlay } = useConsoleContext();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = find(typed);
  const active = Math.min(at, list.length - 1);
  useEffect(() => input.current?.focus(), []);
  const run = (command: Command | undefined) => {
    if (!command || command.disabled) return;
    setOverlay(undefined);
    // After the dialog has given the focus back, so that a command may move it on; still within the click or key, which
    // a browser wants to see before it asks about notifications.
    requestAnimationFrame(command.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'Enter') run(list[active]);
    else if (event.key === 'ArrowDown') setAt((active + 1) % list.length);
    else if (event.key === 'ArrowUp') setAt((active - 1 + list.length) % list.length);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={label} class="palette" onClose={() => setOverlay(undefined)}>
      <div class="palette-input">
        <Icon path={search} size={20} />
        <input
          ref={input} type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off" spellcheck={false}
          aria-activedescendant={list[active] && `command-${list[active].key}`} aria-label={placeholder}
          placeholder={placeholder} value={typed} onKeyDown={onKeyDown}
          onInput={(event) => (setTyped(event.currentTarget.value), setAt(0))}
        />
        <kbd>Esc</kbd>
      </div>
      <ul class="palette-list" id="palette-list" role="listbox" aria-label={label}>
        {list.map((command, i) => (
          <Fragment key={command.key}>
            {command.group !== list[i - 1]?.group && <li class="palette-group" role="presentation">{command.group}</li>}
            <Option command={command} active={i === active} onHover={() => setAt(i)} onRun={() => run(command)} />
          </Fragment>
        ))}
      </ul>
      {list.length === 0 && <p class="palette-none">{empty}</p>}
    </Dialog>
  );
}
