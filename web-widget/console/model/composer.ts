// The composer's rules, apart from its looks.

/** Code points, as the protocol counts. */
export const MAX_TEXT = 4000;
const SHOW_LEFT_FROM = 3600;

export interface TextState {
  /** Something to send, and not too much. */
  sendable: boolean;
  /** Code points above the limit; 0 when it fits. */
  over: number;
  /** Code points left, once it is worth saying. */
  left: number | null;
}

export function textState(text: string): TextState {
  const trimmed = text.trim();
  // Counting code points costs a walk over the text; a short one cannot be too long.
  const length = trimmed.length < SHOW_LEFT_FROM ? trimmed.length : [...trimmed].length;
  const over = Math.max(0, length - MAX_TEXT);
  return { sendable: length > 0 && over === 0, over, left: length >= SHOW_LEFT_FROM && !over ? MAX_TEXT - length : null };
}

interface EnterPress {
  key: string;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/** Enter sends; with Shift or Alt it begins a line; while an input method composes it chooses a word (229 is Safari's). */
export function isSendKey(press: EnterPress): boolean {
  return press.key === 'Enter' && !press.shiftKey && !press.altKey && !press.isComposing && press.keyCode !== 229;
}
