import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isMac } from '../hooks/media';
import { keyCaps, type Action } from '../model/keys';

const DELAY_MS = 400;

/** The caps of a shortcut: G then W, or Ctrl K. */
export function Keys({ caps }: { caps: readonly string[] }) {
  return (
    <span class="keys">
      {caps.map((cap, i) => (
        <kbd key={i}>{cap}</kbd>
      ))}
    </span>
  );
}

interface TipProps {
  label: string;
  /** Its key is shown beside the label. */
  action?: Action;
  side?: 'below' | 'above';
  align?: 'start' | 'center' | 'end';
  children: ComponentChildren;
}

/** Names what it wraps after a moment of hovering, or at once for the keyboard. Escape dismisses it. */
export function Tip({ label, action, side = 'below', align = 'center', children }: TipProps) {
  const [open, setOpen] = useState(false);
  const timer = useRef<number>();
  const hide = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  const showSoon = (event: PointerEvent) => {
    if (event.pointerType === 'mouse') timer.current = window.setTimeout(() => setOpen(true), DELAY_MS);
  };
  const onFocus = (event: FocusEvent) => {
    if ((event.target as HTMLElement).matches(':focus-visible')) setOpen(true);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, [open]);
  return (
    <span class="tip-of" onPointerEnter={showSoon} onPointerLeave={hide} onPointerDown={hide} onFocusIn={onFocus} onFocusOut={hide}>
      {children}
      {open && (
        <span class={`tip tip-${side} tip-${align}`} aria-hidden="true">
          {label}
          {action && <Keys caps={keyCaps(action, isMac)} />}
        </span>
      )}
    </span>
  );
}

interface IconButtonProps {
  label: string;
  action?: Action;
  onClick: () => void;
  pressed?: boolean;
  side?: TipProps['side'];
  align?: TipProps['align'];
  class?: string;
  children: ComponentChildren;
}

/** A square button that shows an icon and says its name to who hovers, focuses or listens. */
export function IconButton({ label, action, onClick, pressed, side, align, class: name = '', children }: IconButtonProps) {
  return (
    <Tip label={label} action={action} side={side} align={align}>
      <button type="button" class={`icon-button ${name}`} aria-label={label} aria-pressed={pressed} onClick={onClick}>
        {children}
      </button>
    </Tip>
  );
}

