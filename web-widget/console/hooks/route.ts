import { useCallback, useEffect, useState } from 'preact/hooks';

// What the middle column shows lives in the address, so that a reload comes back to it and a phone's back button works.

export type Route = { view: 'inbox' } | { view: 'waiting' } | { view: 'conversation'; id: string };

export function parseRoute(hash: string): Route {
  const name = hash.replace(/^#/, '');
  if (name === 'waiting') return { view: 'waiting' };
  if (/^c_[0-9a-z]{1,40}$/.test(name)) return { view: 'conversation', id: name };
  return { view: 'inbox' };
}

export function routeHash(route: Route): string {
  if (route.view === 'waiting') return '#waiting';
  return route.view === 'conversation' ? `#${route.id}` : '#';
}

export function useRoute(): [Route, (to: Route) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(parseRoute(location.hash));
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }, []);
  const go = useCallback((to: Route) => {
    const from = parseRoute(location.hash);
    const hash = routeHash(to);
    if (routeHash(from) === hash) return;
    // From one conversation to the next is one step: back leads to the list, not through all that were read.
    const pushed = (history.state as { pushed?: boolean } | null)?.pushed === true;
    if (to.view === 'inbox' && pushed) return history.back();
    const address = hash === '#' ? location.pathname + location.search : hash;
    if (from.view === 'inbox') history.pushState({ pushed: true }, '', address);
    else history.replaceState(pushed ? { pushed } : null, '', address);
    setRoute(to);
  }, []);
  return [route, go];
}
