// How a list of messages becomes bubbles: runs of one sender within a minute stand together, days are divided.

export interface Groupable {
  at: number;
  /** Who said it; undefined for a line that stands for itself ("Maya joined"). */
  sender?: string;
}

export interface Group<T extends Groupable> {
  key: string;
  /** The first group of a calendar day carries a divider above it. */
  startsDay: boolean;
  sender?: string;
  at: number;
  items: T[];
}

/** A minute after the one before it, in the same run; a slow typist's run goes on as long as the gaps are small. */
export const RUN_GAP_MS = 60_000;

function sameDay(a: number, b: number): boolean {
  const one = new Date(a);
  const two = new Date(b);
  return one.getDate() === two.getDate() && one.getMonth() === two.getMonth() && one.getFullYear() === two.getFullYear();
}

/** items in order; keyOf must be stable for an item (the first item's key names its group). */
export function groupMessages<T extends Groupable>(items: readonly T[], keyOf: (item: T) => string): Group<T>[] {
  const groups: Group<T>[] = [];
  let last: T | undefined;
  for (const item of items) {
    const startsDay = !last || !sameDay(last.at, item.at);
    const joins =
      last !== undefined &&
      !startsDay &&
      item.sender !== undefined &&
      item.sender === last.sender &&
      item.at - last.at < RUN_GAP_MS;
    if (joins) groups[groups.length - 1]!.items.push(item);
    else groups.push({ key: keyOf(item), startsDay, sender: item.sender, at: item.at, items: [item] });
    last = item;
  }
  return groups;
}
