import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar } from '../../ui/avatar';
import { chevronDown, Icon, keyboard, logOut } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { t } from '../strings/index';
import { Tip } from './tip';

/** How many conversations one has of how many one takes; the words carry it, the bars let it be seen in passing. */
function Capacity({ used, of }: { used: number; of: number }) {
  const bars = Math.min(of, 8);
  const full = of ? Math.min(bars, Math.ceil((used / of) * bars)) : 0;
  return (
    <span class="capacity" role="img" aria-label={t.capacity_label(used, of)} title={t.capacity_label(used, of)}>
      <span class="capacity-bars">
        {Array.from({ length: bars }, (_, i) => (
          <span key={i} class={i < full ? 'capacity-bar capacity-full' : 'capacity-bar'} />
        ))}
      </span>
      <span>{t.capacity(used, of)}</span>
    </span>
  );
}

/** Closes on a click elsewhere, on Escape and when the focus goes on. */
function useMenu() {
  const [open, setOpen] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    ref.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const onPointer = (event: Event) => !ref.current?.contains(event.target as Node) && setOpen(false);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      setOpen(false);
      ref.current?.querySelector<HTMLElement>('.me-button')?.focus();
    };
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [open]);
  return { open, setOpen, ref };
}

function moveInMenu(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function Account() {
  const { snap, setOverlay, logOut: leave } = useConsoleContext();
  return (
    <div class="menu" role="menu" aria-label={t.account} onKeyDown={moveInMenu}>
      <div class="menu-head">
        <strong>{snap.site?.name}</strong>
        <span>{snap.self?.email}</span>
      </div>
      <button type="button" role="menuitem" class="menu-item" onClick={() => setOverlay('shortcuts')}>
        <Icon path={keyboard} size={16} />
        {t.shortcuts}
        <kbd>?</kbd>
      </button>
      <button type="button" role="menuitem" class="menu-item" onClick={leave}>
        <Icon path={logOut} size={16} />
        {t.log_out}
      </button>
    </div>
  );
}

function Availability() {
  const { snap, act } = useConsoleContext();
  const accepting = snap.routingStatus === 'accepting';
  return (
    <Tip label={accepting ? t.go_away : t.go_available} action="toggle_availability" align="end">
      <button type="button" role="switch" class="switch" aria-checked={accepting} aria-label={t.available} onClick={() => act('toggle_availability')}>
        <span class="switch-knob" />
      </button>
    </Tip>
  );
}

/** The head of the list column: who I am, whether I take conversations, and how many I have. */
export function Me() {
  const { snap } = useConsoleContext();
  const { open, setOpen, ref } = useMenu();
  const { self } = snap;
  if (!self) return <header class="me" />;
  const accepting = snap.routingStatus === 'accepting';
  const word = accepting ? t.available : t.away;
  return (
    <header class="me">
      <div class="me-who" ref={ref}>
        <button type="button" class="me-button" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Avatar name={self.profile.name} photo={self.profile.photo} presence={accepting ? 'here' : 'away'} presenceWord={word} decorative />
          <span class="me-words">
            <span class="me-name">
              <span class="cut">{self.profile.name}</span>
              <Icon path={chevronDown} size={12} />
            </span>
            <span class="me-status">
              {word}
              <Capacity used={snap.conversations.length} of={self.capacity} />
            </span>
          </span>
        </button>
        {open && <div onClick={() => setOpen(false)}><Account /></div>}
      </div>
      <Availability />
    </header>
  );
}
