// The keyboard of the console: one table that the handler, the tooltips and the shortcuts sheet all read.
//
// A binding is one key, or two pressed one after the other ("g w"). Single keys work only while nobody is typing; Mod
// (Ctrl, or Cmd on a Mac) works everywhere.

export const ACTIONS = [
  'palette',
  'next',
  'previous',
  'reply',
  'leave',
  'propose_close',
  'transfer',
  'take_over',
  'pick',
  'toggle_availability',
  'toggle_customer',
  'go_mine',
  'go_waiting',
  'go_colleagues',
  'go_closed',
  'latest',
  'shortcuts',
] as const;

export type Action = (typeof ACTIONS)[number];

export interface Binding {
  keys: string;
  action: Action;
}

/** In the order of the shortcuts sheet; the first of an action is the one its tooltip shows. */
export const BINDINGS: readonly Binding[] = [
  { keys: 'Mod+k', action: 'palette' },
  { keys: 'j', action: 'next' },
  { keys: 'ArrowDown', action: 'next' },
  { keys: 'k', action: 'previous' },
  { keys: 'ArrowUp', action: 'previous' },
  { keys: 'r', action: 'reply' },
  { keys: 'Enter', action: 'reply' },
  { keys: 'Escape', action: 'leave' },
  { keys: 'e', action: 'propose_close' },
  { keys: 't', action: 'transfer' },
  { keys: 'o', action: 'take_over' },
  { keys: 'p', action: 'pick' },
  { keys: 'a', action: 'toggle_availability' },
  { keys: 'c', action: 'toggle_customer' },
  { keys: 'l', action: 'latest' },
  { keys: 'g m', action: 'go_mine' },
  { keys: 'g w', action: 'go_waiting' },
  { keys: 'g o', action: 'go_colleagues' },
  { keys: 'g c', action: 'go_closed' },
  { keys: '?', action: 'shortcuts' },
];

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export interface KeyContext {
  /** The focus is in a field that takes letters. */
  typing: boolean;
  /** The focus is on a button or link, which has its own use for Enter. */
  onControl: boolean;
}

const SECOND_KEY_WITHIN_MS = 1200;

function name(press: KeyPress): string | undefined {
  if (press.altKey) return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey || press.metaKey) return press.shiftKey ? undefined : `Mod+${key}`;
  return key;
}

/** Turns key presses into actions; remembers the first key of a pair for a moment. */
export class Keyboard {
  private first = '';
  private firstAt = 0;

  press(press: KeyPress, context: KeyContext, now: number): Action | undefined {
    const key = name(press);
    if (key === undefined || ['Shift', 'Control', 'Meta'].includes(press.key)) return undefined;
    const pair = this.first && now - this.firstAt <= SECOND_KEY_WITHIN_MS ? `${this.first} ${key}` : '';
    this.first = '';
    if (context.typing && !key.startsWith('Mod+') && key !== 'Escape') return undefined;
    if (context.onControl && key === 'Enter') return undefined;
    const found = BINDINGS.find((b) => b.keys === pair) ?? BINDINGS.find((b) => b.keys === key);
    if (!found && BINDINGS.some((b) => b.keys.startsWith(`${key} `))) {
      this.first = key;
      this.firstAt = now;
    }
    return found?.action;
  }
}

/** The keys of an action as they are printed on the keyboard, for a tooltip: ["G", "W"] or ["Ctrl", "K"]. */
export function keyCaps(action: Action, mac: boolean): string[] {
  const binding = BINDINGS.find((b) => b.action === action);
  return binding ? capsOf(binding.keys, mac) : [];
}

const CAPS: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', Enter: '↵' };

export function capsOf(keys: string, mac: boolean): string[] {
  return keys.split(/[ +]/).map((key) => {
    if (key === 'Mod') return mac ? '⌘' : 'Ctrl';
    return CAPS[key] ?? key.toUpperCase();
  });
}
