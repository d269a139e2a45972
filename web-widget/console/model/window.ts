// Which part of a long timeline is drawn. Only the end of it at first, more as the reader scrolls up, and back to the
// end when the reader is there again: a conversation of thousands of messages costs what one of eighty does.

export const PAGE = 60;
export const KEPT_AT_END = 2 * PAGE;

export interface Shown {
  /** The key of the first item drawn; undefined draws the last PAGE. */
  firstKey?: string;
}

interface Keyed {
  readonly key: string;
}

export function startIndex(items: readonly Keyed[], firstKey: string | undefined): number {
  const at = firstKey === undefined ? -1 : items.findIndex((item) => item.key === firstKey);
  return at >= 0 ? at : Math.max(0, items.length - PAGE);
}

/** The reader came near the top: the key to begin with now; undefined when there is nothing more to draw. */
export function extend(items: readonly Keyed[], start: number): string | undefined {
  return start > 0 ? items[Math.max(0, start - PAGE)]?.key : undefined;
}

/** The reader is at the end: forget what has grown above. Returns the key to begin with. */
export function trim(items: readonly Keyed[], start: number): string | undefined {
  const shown = items.length - start;
  return items[shown > KEPT_AT_END ? items.length - PAGE : start]?.key;
}
