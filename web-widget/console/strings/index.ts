// The table for this browser's language. ?lang=de overrides it, for screenshots and support.

import { de } from './de';
import { en, type Strings } from './en';

export type { Strings };

const TABLES: Record<string, Strings> = { en, de };

export function chooseLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0] ?? '';
    if (base in TABLES) return base;
  }
  return 'en';
}

const asked = typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('lang');

export const language = chooseLanguage([
  ...(asked ? [asked] : []),
  ...(typeof navigator === 'undefined' ? [] : navigator.languages),
]);

export const t: Strings = TABLES[language] ?? en;
