// The few things the loader wants to know before anything else has loaded. Where storage is refused it knows nothing.

export interface Remembered {
  /** The site's colour, so that the launcher's first paint is right from the second page on. */
  accent?: string;
  /** A conversation is open or something is unread: load at once, not when idle. */
  engaged?: boolean;
  /** This tab has the panel open: it stays open from page to page. */
  open?: boolean;
}

/** for the tab: sessionStorage, for the browser: localStorage. */
export type Kind = 'sessionStorage' | 'localStorage';

export function recall(kind: Kind, site: string): Remembered {
  try {
    return JSON.parse(window[kind].getItem(`shopbell-ui:${site}`)!) || {};
  } catch {
    return {};
  }
}

export function remember(kind: Kind, site: string, facts: Remembered): void {
  try {
    window[kind].setItem(`shopbell-ui:${site}`, JSON.stringify(facts));
  } catch {
    // Refused or full: the next page starts without.
  }
}
