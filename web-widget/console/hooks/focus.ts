// Where the keyboard goes. Elements are found by their place in the page, so that no component has to hand refs around.

export function focusComposer(): boolean {
  const field = document.querySelector<HTMLTextAreaElement>('.composer textarea');
  field?.focus();
  return field !== null;
}

/** The row of the conversation that is open, or the first one. */
export function focusList(): void {
  const rows = '.list [data-row]';
  const row = document.querySelector<HTMLElement>(`${rows}[aria-current]`) ?? document.querySelector<HTMLElement>(rows);
  row?.focus();
}

export function focusRow(id: string): void {
  const row = [...document.querySelectorAll<HTMLElement>('.list [data-row]')].find((one) => one.dataset.row === id);
  row?.focus();
}

/** The conversation whose row has the focus. */
export const focusedRow = () => (document.activeElement as HTMLElement | null)?.dataset.row;

/** Of the table of what colleagues have, the row that the focus is in. */
export const focusedAssigned = () => document.activeElement?.closest<HTMLElement>('[data-assigned]')?.dataset.assigned;

export function focusMiddle(): void {
  document.getElementById('conversation')?.focus();
}

export const focusIsInList = () => document.activeElement?.closest('.list') != null;

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** A row of the list gives its Enter away (to reply); a button or link keeps it. */
export function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary, select') !== null && !target.dataset.row;
}
