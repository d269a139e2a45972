// Finds what a person would take for a link in plain text. Text stays text: the result is pieces, never markup, and only
// http, https and mailto come out as links, through the URL parser, with what is shown being what was written.

export interface Piece {
  text: string;
  /** Set for a link: an http(s) or mailto address. */
  href?: string;
}

// Bounded repetition only, so that no text makes the search slow.
const CANDIDATE =
  /(?:https?:\/\/|www\.)[^\s<>"'`{}|\\^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]{1,2000}|[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}/giu;
const TRAILING = /[.,:;!?…。、，！？·*_~]$/u;
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '»': '«', '”': '“' };

/** A full stop after a link belongs to the sentence, and a bracket to it unless the link opened it. */
function trimEnd(text: string): string {
  let end = text;
  for (;;) {
    const last = end.charAt(end.length - 1);
    const open = PAIRS[last];
    if (open ? count(end, last) > count(end, open) : TRAILING.test(end)) end = end.slice(0, -1);
    else return end;
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** The address to open, or undefined where the text is no good one. */
export function safeHref(text: string): string | undefined {
  const written = /^https?:\/\//i.test(text) ? text : text.includes('@') && !/^www\./i.test(text) ? `mailto:${text}` : `https://${text}`;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return undefined;
  }
  if (url.protocol === 'mailto:') return url.href;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // https://bank.example@evil.example shows one name and opens another.
  if (url.username || url.password || !url.hostname.includes('.')) return undefined;
  return url.href;
}

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const before = text.charAt(match.index - 1);
    if (match.index < done || /[\p{L}\p{N}@/]/u.test(before)) continue;
    const shown = trimEnd(match[0]);
    const href = safeHref(shown);
    if (!href) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: shown, href });
    done = match.index + shown.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}|\s)+$/u;

/** One to three emoji and nothing else: shown large, without a bubble. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 40 || !EMOJI_ONLY.test(trimmed)) return false;
  const bare = trimmed.replace(/\s/gu, '');
  return clusters(bare) <= 3;
}

function clusters(text: string): number {
  if (typeof Intl.Segmenter === 'function') return [...new Intl.Segmenter().segment(text)].length;
  return [...text.replace(/[\ufe0f\u200d]|\p{Emoji_Modifier}/gu, '')].length;
}
