import { makeFormat } from '../../ui/format';
import { language } from '../strings/index';

/** The reader's own tag where it is of the console's language, for its region's clock. */
const tag = navigator.languages.find((name) => name.toLowerCase().startsWith(language)) ?? language;

export const format = makeFormat(tag);

const minutes = new Intl.NumberFormat(format.language, { style: 'unit', unit: 'minute', unitDisplay: 'narrow' });
const hours = new Intl.NumberFormat(format.language, { style: 'unit', unit: 'hour', unitDisplay: 'narrow' });
const justNow = new Intl.RelativeTimeFormat(format.language, { numeric: 'auto', style: 'short' }).format(0, 'second');
const dayMonth = new Intl.DateTimeFormat(format.language, { day: 'numeric', month: 'short' });

/** For a row of a list: "now", "4m", "2h", and a date from a day on. */
export function ago(at: number, now: number): string {
  const age = Math.max(0, now - at);
  if (age < 60_000) return justNow;
  if (age < 3_600_000) return minutes.format(Math.floor(age / 60_000));
  if (age < 86_400_000) return hours.format(Math.floor(age / 3_600_000));
  return dayMonth.format(at);
}
