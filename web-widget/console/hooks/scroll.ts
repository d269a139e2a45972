import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TimelineItem } from '../../client/index';
import { extend, startIndex, trim } from '../model/window';

// The timeline's scroll position, kept still by hand (overflow-anchor is off, and Safari has none): whoever reads above
// the end keeps the line that is being read, whatever arrives above or below it; whoever is at the end stays there.

const AT_END_PX = 48;
const NEAR_TOP_PX = 600;
const SHOWN_AT_PX = 64;

interface Anchor {
  key: string;
  /** From the top of the view. */
  offset: number;
}

export interface TimelineScroll {
  scrollerRef: { current: HTMLDivElement | null };
  contentRef: { current: HTMLDivElement | null };
  onScroll: () => void;
  /** The items to draw. */
  shown: readonly TimelineItem[];
  atEnd: boolean;
  /** Messages that came below while the reader was above. */
  newBelow: number;
  toEnd: () => void;
  /** Draws the item with this key and brings it to the top. */
  show: (key: string) => void;
}

function findAnchor(scroller: HTMLElement): Anchor | undefined {
  const top = scroller.getBoundingClientRect().top;
  for (const line of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
    const box = line.getBoundingClientRect();
    if (box.bottom > top) return { key: line.dataset.key!, offset: box.top - top };
  }
  return undefined;
}

function restoreAnchor(scroller: HTMLElement, anchor: Anchor): void {
  for (const line of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
    if (line.dataset.key !== anchor.key) continue;
    const moved = line.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.offset;
    if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    return;
  }
}

/** Messages of others behind the last item that was seen at the end. */
function countNew(items: readonly TimelineItem[], lastKey: string | undefined): number {
  let count = 0;
  for (let i = items.length - 1; i >= 0 && items[i]!.key !== lastKey; i--) {
    const item = items[i]!;
    if (item.kind === 'message' && !item.own) count++;
  }
  return count;
}

/** loadEarlier is called when there is nothing more to draw above and the reader comes near. */
export function useTimelineScroll(items: readonly TimelineItem[], canLoad: boolean, loadEarlier: () => void): TimelineScroll {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const [firstKey, setFirstKey] = useState<string>();
  const [atEnd, setAtEnd] = useState(true);
  const place = useRef<{ end: boolean; anchor?: Anchor; lastKey?: string }>({ end: true });
  const height = useRef(0);
  const start = startIndex(items, firstKey);
  const newest = items[items.length - 1];

  const settle = useCallback(() => {
    const scroller = scrollerRef.current;
    if (!scroller) return;
    height.current = scroller.clientHeight;
    if (place.current.end) scroller.scrollTop = scroller.scrollHeight;
    else if (place.current.anchor) restoreAnchor(scroller, place.current.anchor);
  }, []);

  const growIfNearTop = () => {
    const scroller = scrollerRef.current;
    if (!scroller || scroller.scrollTop > NEAR_TOP_PX) return;
    const more = extend(items, start);
    if (more !== undefined) setFirstKey(more);
    else if (canLoad) loadEarlier();
  };

  const onScroll = () => {
    const scroller = scrollerRef.current;
    if (!scroller) return;
    // The composer grew or shrank: the browser moved, not the reader.
    if (scroller.clientHeight !== height.current) return settle();
    const end = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= AT_END_PX;
    place.current = { end, anchor: end ? undefined : findAnchor(scroller), lastKey: end ? newest?.key : place.current.lastKey };
    setAtEnd(end);
    if (end) setFirstKey(trim(items, start));
    growIfNearTop();
  };

  // What one writes oneself is always shown.
  if (newest?.kind === 'message' && newest.own && newest.status === 'sending' && newest.key !== place.current.lastKey) {
    place.current = { end: true, lastKey: newest.key };
  }
  if (place.current.end) place.current.lastKey = newest?.key;
  // While the reader is above the end, what is drawn grows below and never moves on from the top.
  useEffect(() => {
    if (!place.current.end && firstKey === undefined) setFirstKey(items[start]?.key);
  });
  useLayoutEffect(settle);
  useLayoutEffect(growIfNearTop, [items, canLoad]);
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (scrollerRef.current) observer.observe(scrollerRef.current);
    if (contentRef.current) observer.observe(contentRef.current);
    return () => observer.disconnect();
  }, [settle]);

  const toEnd = useCallback(() => {
    place.current = { end: true };
    setFirstKey(undefined);
    setAtEnd(true);
    settle();
  }, [settle]);
  const show = (key: string) => {
    place.current = { end: false, anchor: { key, offset: SHOWN_AT_PX }, lastKey: newest?.key };
    const at = items.findIndex((item) => item.key === key);
    if (at >= 0 && at < start) setFirstKey(items[Math.max(0, at - 10)]?.key);
    else settle();
  };
  return { scrollerRef, contentRef, onScroll, shown: items.slice(start), atEnd, newBelow: atEnd ? 0 : countNew(items, place.current.lastKey), toEnd, show };
}
