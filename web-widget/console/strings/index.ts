// The table for this browser's language. ?lang=de overrides it, for screenshots and support.

import { pickLanguage } from '../../ui/format';
import { de } from './de';
import { en, type Strings } from './en';

export type { Strings };

const TABLES: Record<string, Strings> = { en, de };

const asked = typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('lang');
const wanted = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);

export const language = pickLanguage(Object.keys(TABLES), [asked ?? undefined, ...wanted]);

export const t: Strings = TABLES[language] ?? en;
