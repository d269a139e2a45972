// Numbers, plurals and times in the reader's language, all through Intl. One Format for each language, made once.

export interface Format {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  number(value: number): string;
  /** Picks the form for a count; forms has at least `other`. '#' in the form becomes the number. */
  plural(count: number, forms: Forms): string;
  /** Picks the form for a place ("3rd"). '#' becomes the number. */
  ordinal(place: number, forms: Forms): string;
  /** "Maya, Jonas and Amira". */
  list(names: readonly string[]): string;
  /** "now", "4 min ago", and a date from a day on. */
  relative(at: number, now: number): string;
  /** The full moment, for hovering. */
  absolute(at: number): string;
  /** "14:05". */
  clock(at: number): string;
  /** "Today", "Yesterday", "Monday", "3 March", "3 March 2024". */
  day(at: number, now: number): string;
}

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RTL = /^(ar|arc|ckb|dv|fa|he|ku-arab|ps|sd|ug|ur|yi)\b/i;

/** The first language of wanted that is available: by its full tag, else by its language alone; else the first available. */
export function pickLanguage(available: readonly string[], wanted: readonly (string | undefined)[]): string {
  for (const tag of wanted) {
    const lower = tag?.toLowerCase().replaceAll('_', '-');
    const base = lower?.split('-')[0];
    const match = available.find((name) => name === lower) ?? available.find((name) => name === base);
    if (match) return match;
  }
  return available[0]!;
}

export function isRightToLeft(language: string): boolean {
  return RTL.test(language);
}

/** Whole calendar days between two moments in the reader's time zone; 0 is the same day. */
export function daysBetween(at: number, now: number): number {
  const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / DAY_MS);
}

/** Pages write all sorts of things into lang, and Intl throws on what is no tag. */
function supported(tag: string): string | undefined {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([tag])[0];
  } catch {
    return undefined;
  }
}

/** tag may carry a region ("en-GB"), which decides about clocks and dates. An unknown tag falls back to the browser's. */
export function makeFormat(tag: string): Format {
  const language = supported(tag) ?? supported(tag.split(/[-_]/)[0]!) ?? 'en';
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options);
  const number = new Intl.NumberFormat(language);
  const cardinals = new Intl.PluralRules(language);
  const ordinals = new Intl.PluralRules(language, { type: 'ordinal' });
  const lists = new Intl.ListFormat(language, { type: 'conjunction' });
  const since = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const dayWord = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const clock = date({ hour: 'numeric', minute: '2-digit' });
  const weekday = date({ weekday: 'long' });
  const dayMonth = date({ day: 'numeric', month: 'long' });
  const dayMonthYear = date({ day: 'numeric', month: 'long', year: 'numeric' });
  const full = date({ dateStyle: 'full', timeStyle: 'short' });
  const choose = (rules: Intl.PluralRules, count: number, forms: Forms) =>
    (forms[rules.select(count)] ?? forms.other).replaceAll('#', number.format(count));
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

  const dated = (at: number, now: number) => {
    const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    return (sameYear ? dayMonth : dayMonthYear).format(at);
  };

  return {
    language,
    direction: isRightToLeft(language) ? 'rtl' : 'ltr',
    number: (value) => number.format(value),
    plural: (count, forms) => choose(cardinals, count, forms),
    ordinal: (place, forms) => choose(ordinals, place, forms),
    list: (names) => lists.format(names),
    relative(at, now) {
      const age = Math.max(0, now - at);
      if (age < MINUTE_MS) return since.format(0, 'second');
      if (age < HOUR_MS) return since.format(-Math.floor(age / MINUTE_MS), 'minute');
      if (age < DAY_MS) return since.format(-Math.floor(age / HOUR_MS), 'hour');
      return dated(at, now);
    },
    absolute: (at) => full.format(at),
    clock: (at) => clock.format(at),
    day(at, now) {
      const days = daysBetween(at, now);
      if (days >= 0 && days < 2) return capital(dayWord.format(-days, 'day'));
      if (days >= 2 && days < 7) return capital(weekday.format(at));
      return dated(at, now);
    },
  };
}
