// Which entries of the command palette fit what was typed, best first.

/** Lower case, without accents: "Müller" is found by "muller". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** 0 = does not fit. A beginning beats the beginning of a word, which beats any place, which beats scattered letters. */
export function score(typed: string, text: string): number {
  const query = fold(typed.trim());
  const target = fold(text);
  if (!query) return 1;
  if (target.startsWith(query)) return 4;
  const at = target.indexOf(query);
  if (at > 0) return /[\p{L}\p{N}]/u.test(target[at - 1] ?? '') ? 2 : 3;
  let from = 0;
  for (const letter of query) {
    const found = target.indexOf(letter, from);
    if (found < 0) return 0;
    from = found + letter.length;
  }
  return 1;
}

export function best<T>(typed: string, items: readonly T[], text: (item: T) => string, limit: number): T[] {
  return items
    .map((item, index) => ({ item, index, points: score(typed, text(item)) }))
    .filter((entry) => entry.points > 0)
    .sort((a, b) => b.points - a.points || a.index - b.index)
    .slice(0, limit)
    .map((entry) => entry.item);
}
