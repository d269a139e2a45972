// The few things the loader wants to know before anything else has loaded. Where storage is refused it knows nothing.

interface Remembered {
  /** The site's colour, so that the launcher's first paint is right from the second page on. */
  accent?: string;
  /** A conversation is open or something is unread: load at once, not when idle. */
  engaged?: boolean;
}

const key = (site: string) => `shopbell-ui:${site}`;

export function recall(site: string): Remembered {
  try {
    return (JSON.parse(localStorage.getItem(key(site)) ?? '{}') as Remembered | null) ?? {};
  } catch {
    return {};
  }
}

export function remember(site: string, facts: Remembered): void {
  try {
    localStorage.setItem(key(site), JSON.stringify(facts));
  } catch {
    // Refused or full: the next page starts without.
  }
}

/** Whether this tab had the panel open: it stays open from page to page. */
export function wasOpen(site: string): boolean {
  try {
    return sessionStorage.getItem(key(site)) === 'open';
  } catch {
    return false;
  }
}

export function keepOpen(site: string, open: boolean): void {
  try {
    if (open) sessionStorage.setItem(key(site), 'open');
    else sessionStorage.removeItem(key(site));
  } catch {
    // As above.
  }
}

export function forget(site: string): void {
  keepOpen(site, false);
  try {
    localStorage.removeItem(key(site));
  } catch {
    // As above.
  }
}
