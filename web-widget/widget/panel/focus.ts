// Full screen the panel is modal: Tab goes round inside. Beside the page it is not, and Tab goes on into the page.
import { fillsScreen } from './viewport';

const FOCUSABLE = 'a[href], button:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

export function keepFocusInside(event: KeyboardEvent, frame: HTMLElement): void {
  if (event.key !== 'Tab' || !fillsScreen()) return;
  const all = [...frame.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.getClientRects().length > 0);
  const active = (frame.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? all[0] : all[all.length - 1];
  if (active !== edge && active !== frame) return;
  event.preventDefault();
  (event.shiftKey ? all[all.length - 1] : all[0])?.focus();
}
