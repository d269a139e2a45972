import { makeFormat, pickLanguage, type Format } from '../../ui/format';
import { de } from './de';
import { en, type Strings } from './en';

export type { Strings };

/** A new language is one more file of the same shape, named here. The first is the fallback. */
const LANGUAGES: Record<string, (format: Format) => Strings> = { en, de };

/** The words come in a language that we have; dates and numbers in its regional form, if one was asked for. */
export function stringsFor(wanted: readonly (string | undefined)[]): { t: Strings; format: Format } {
  const language = pickLanguage(Object.keys(LANGUAGES), wanted);
  const same = wanted.filter((tag) => tag?.toLowerCase().split('-')[0] === language);
  const regional = same.find((tag) => tag?.includes('-')) ?? same[0];
  const format = makeFormat(regional ?? language);
  return { t: LANGUAGES[language]!(format), format };
}
