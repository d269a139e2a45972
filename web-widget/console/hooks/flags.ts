// Small choices of this browser's user that survive the tab: the customer panel open, the sound on. On until refused.

const key = (name: string) => `shopbell.console.${name}`;

export function readFlag(name: string): boolean {
  try {
    return localStorage.getItem(key(name)) !== 'off';
  } catch {
    return true;
  }
}

export function writeFlag(name: string, on: boolean): void {
  try {
    localStorage.setItem(key(name), on ? 'on' : 'off');
  } catch {
    // Not remembered, then.
  }
}
