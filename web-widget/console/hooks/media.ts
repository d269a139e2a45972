import { useEffect, useState } from 'preact/hooks';

/** The same widths as in css/layout.css. */
export const NARROW = '(max-width: 1100px)';
export const PHONE = '(max-width: 720px)';

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);
