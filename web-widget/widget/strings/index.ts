import { makeFormat, pickLanguage, type Format } from '../../ui/format';
import { en, type Strings } from './en';

export type { Strings };

/** A new language is one more file of the same shape, named here: fetched only by those who read it. The first is the fallback. */
const LANGUAGES: Record<string, () => Promise<(format: Format) => Strings>> = {
  en: async () => en,
  de: async () => (await import('./de')).de,
};

/** The words come in a language that we have; dates and numbers in its regional form, if one was asked for. */
export async function stringsFor(wanted: readonly (string | undefined)[]): Promise<{ t: Strings; format: Format }> {
  const language = pickLanguage(Object.keys(LANGUAGES), wanted);
  const same = wanted.filter((tag) => tag?.toLowerCase().split(/[-_]/)[0] === language);
  const regional = same.find((tag) => tag?.includes('-')) ?? same[0];
  const format = makeFormat(regional ?? language);
  const words = await LANGUAGES[language]!().catch(() => en);
  return { t: words(format), format };
}
