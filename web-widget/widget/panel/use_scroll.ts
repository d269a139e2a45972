// The timeline hangs from its end: the scroller is a reversed column, so that its zero is the newest message. Loading
// earlier history above, a growing text box below or the keyboard therefore move nothing. What is left to do: someone who
// reads further up must not be moved when a message arrives.
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

const NEAR_END_PX = 48;

export function useScroll(lastKey: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef<{ lastKey: string | undefined; height: number }>({ lastKey, height: 0 });
  const [atEnd, setAtEnd] = useState(true);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { lastKey: oldKey, height } = before.current;
    const grown = element.scrollHeight - height;
    if (oldKey !== lastKey && height > 0 && element.scrollTop < -NEAR_END_PX) element.scrollTop -= grown;
    before.current = { lastKey, height: element.scrollHeight };
  });

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollTop > -NEAR_END_PX);
  }, []);

  const toEnd = useCallback((smooth = true) => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    scroller.current?.scrollTo({ top: 0, behavior: smooth && !calm ? 'smooth' : 'auto' });
  }, []);

  return { scroller, atEnd, onScroll, toEnd };
}
