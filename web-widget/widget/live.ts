// The connection of an open page. It loads when the page is idle and without the panel, because every open page holds a
// session (presence, page, unread) but few people talk: a page pays for this and the loader, and only a talk for the rest.
import { createShopperClient } from '../client/index';
import type { Page } from '@proto';
import type { Live, LiveOptions, Settings } from './api';

const URL_MAX = 2000;
const TITLE_MAX = 300;
/** A shop that swaps its page sets the address first and the title a moment later. */
const TITLE_SETTLES_MS = 250;

function currentPage(): Page {
  const url = [...location.href].slice(0, URL_MAX).join('');
  const title = [...document.title.trim()].slice(0, TITLE_MAX).join('');
  return title ? { url, title } : { url };
}

/** Calls back on every navigation that keeps this document: pushState and the like. Returns the way out. */
function watchPage(changed: () => void): () => void {
  const navigation = (window as { navigation?: EventTarget }).navigation;
  if (navigation) {
    navigation.addEventListener('currententrychange', changed);
    return () => navigation.removeEventListener('currententrychange', changed);
  }
  // Without the Navigation API nothing tells of pushState: look when the person may have caused one.
  const events = ['popstate', 'click', 'keyup', 'visibilitychange'];
  events.forEach((name) => addEventListener(name, changed, { passive: true }));
  return () => events.forEach((name) => removeEventListener(name, changed));
}

function storageKept(): boolean {
  try {
    const name = 'shopbell:probe';
    localStorage.setItem(name, '1');
    localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

export function start({ origin, settings }: LiveOptions): Live {
  const url = `${origin.replace(/^http/, 'ws')}/ws`;
  const client = createShopperClient({ url, site: settings.site, team: settings.team });
  let said: Settings | undefined;
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tellPage() {
    const page = currentPage();
    const text = JSON.stringify(page);
    if (text === last) return;
    last = text;
    client.setPage(page);
  }
  function pageChanged() {
    clearTimeout(timer);
    timer = setTimeout(tellPage, TITLE_SETTLES_MS);
  }
  function update(next: Settings) {
    const who = { name: next.name, email: next.email };
    if ((who.name || who.email) && (who.name !== said?.name || who.email !== said?.email)) void client.updateShopper(who);
    said = next;
  }

  const unwatch = watchPage(pageChanged);
  tellPage();
  client.start();
  update(settings);
  return {
    client,
    storageKept: storageKept(),
    update,
    stop() {
      clearTimeout(timer);
      unwatch();
      client.stop();
    },
  };
}
