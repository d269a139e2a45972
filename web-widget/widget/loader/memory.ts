// The few things the loader wants to know before anything else has loaded. Where storage is refused it knows nothing.

export interface Remembered {
  /** The site's colour, so that the launcher's first paint is right from the second page on. */
  accent?: string;
  /** A conversation is open or something is unread: load at once, not when idle. */
  engaged?: boolean;
  /** This tab has the panel open: it stays open from page to page. */
  open?: boolean;
}

/** For the tab, or for the browser. */
export type Kind = 'sessionStorage' | 'localStorage';

/** The client keeps what it knows of the shopper under the same prefix. */
const prefix = (site: string) => `shopbell:${site}:shopper:`;

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined; // refused or full: the next page starts without
  }
}

export function recall(kind: Kind, site: string): Remembered {
  return attempt(() => JSON.parse(window[kind].getItem(`${prefix(site)}ui`)!)) || {};
}

export function remember(kind: Kind, site: string, facts: Remembered): void {
  attempt(() => window[kind].setItem(`${prefix(site)}ui`, JSON.stringify(facts)));
}

/** Everything, the shopper's token included: whoever comes next at this machine is someone else. */
export function forget(site: string): void {
  attempt(() => Object.keys(localStorage).forEach((key) => key.startsWith(prefix(site)) && localStorage.removeItem(key)));
}
