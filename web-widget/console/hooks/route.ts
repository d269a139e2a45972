import { useCallback, useEffect, useState } from 'preact/hooks';

// What the middle column shows lives in the address, so that a reload comes back to it and a phone's back button works.

export type Route = { view: 'inbox' } | { view: 'waiting' } | { view: 'colleagues' } | { view: 'conversation'; id: string };

export function parseRoute(hash: string): Route {
  const name = hash.replace(/^#/, '');
  if (name === 'waiting' || name === 'colleagues') return { view: name };
  if (/^c_[0-9a-z]{1,40}$/.test(name)) return { view: 'conversation', id: name };
  return { view: 'inbox' };
}

export function routeHash(route: Route): string {
  if (route.view === 'inbox') return '#';
  return `#${route.view === 'conversation' ? route.id : route.view}`;
}

type View = Route['view'];

/** The views that lie under the present one in the browser's history, as far as this console put them there. */
const under = (): readonly View[] => (history.state as { under?: View[] } | null)?.under ?? [];

/** From one conversation to the next is one step: back leads to the list, not through all that were read. */
export function isStep(from: View, to: View): boolean {
  return from === 'inbox' || (from === 'colleagues' && to === 'conversation');
}

export function useRoute(): { route: Route; go: (to: Route) => void; back: () => void } {
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
    const below = under();
    const at = to.view === 'conversation' ? -1 : below.lastIndexOf(to.view);
    if (at >= 0) return history.go(at - below.length);
    const address = hash === '#' ? location.pathname + location.search : hash;
    if (isStep(from.view, to.view)) history.pushState({ under: [...below, from.view] }, '', address);
    else history.replaceState(history.state, '', address);
    setRoute(to);
  }, []);
  const back = useCallback(() => (under().length ? history.back() : go({ view: 'inbox' })), [go]);
  return { route, go, back };
}
