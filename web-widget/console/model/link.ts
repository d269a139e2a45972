// A shopper's page as text and, only where it is an ordinary web address, as a link.

import type { Page } from '@proto';

export interface PageText {
  /** The page's own title, or its path where it has none. */
  title: string;
  /** host/path, for people. */
  address: string;
  /** Absent when the address is anything but http(s): then it is shown and not linked. */
  href?: string;
}

const LINKABLE = new Set(['http:', 'https:']);

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function readablePath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return url.pathname;
  }
}

export function pageText(page: Page): PageText {
  const url = parse(page.url);
  const title = page.title?.trim() ?? '';
  if (!url || !LINKABLE.has(url.protocol)) return { title: title || page.url, address: page.url };
  const path = readablePath(url);
  return { title: title || path, address: path === '/' ? url.host : `${url.host}${path}`, href: url.href };
}

/** The part of a title before the store's own name: "Oak stool – Fern & Oak" is "Oak stool" in a list. */
export function pageHint(page: Page): string {
  const { title } = pageText(page);
  const cut = title.search(/\s+[|–—·-]\s+/);
  return cut > 0 ? title.slice(0, cut) : title;
}
