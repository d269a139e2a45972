// A site chooses one colour; everything that stands on it or is written with it is computed here, so that no choice makes
// text unreadable. Contrast is WCAG 2's; lightness is moved in OKLCH, which keeps the hue. (https://bottosson.github.io/posts/oklab/)

export const MIN_CONTRAST = 4.5;
/** What accent text stands on, each theme's least favourable surface (--fill-hover), as sRGB. */
const LIGHT_GROUND = '#ecedef';
const DARK_GROUND = '#24262a';
const DARK_INK = '#0b0d10';
const WHITE = '#ffffff';
const BLACK = '#000000';

type Triple = [number, number, number];

function parseHex(hex: string): Triple {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) throw new RangeError('not a colour of the form #rrggbb');
  return [match[1], match[2], match[3]].map((part) => parseInt(part!, 16) / 255) as Triple;
}

const toLinear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toGamma = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

function luminance(hex: string): number {
  const [r, g, b] = parseHex(hex).map(toLinear) as Triple;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21. */
export function contrast(one: string, two: string): number {
  const a = luminance(one);
  const b = luminance(two);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** White, near black or black, the first that can be read on it; between white and black one always can. */
export function onColour(ground: string): string {
  return [WHITE, DARK_INK].find((ink) => contrast(ink, ground) >= MIN_CONTRAST) ?? BLACK;
}

function toOklch(hex: string): Triple {
  const [r, g, b] = parseHex(hex).map(toLinear) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(A, B), Math.atan2(B, A)];
}

/** Out of gamut values lose chroma, not hue. */
function fromOklch(lightness: number, chroma: number, hue: number): string {
  for (let c = chroma; ; c -= 0.01) {
    const A = Math.max(c, 0) * Math.cos(hue);
    const B = Math.max(c, 0) * Math.sin(hue);
    const l = (lightness + 0.3963377774 * A + 0.2158037573 * B) ** 3;
    const m = (lightness - 0.1055613458 * A - 0.0638541728 * B) ** 3;
    const s = (lightness - 0.0894841775 * A - 1.291485548 * B) ** 3;
    const rgb = [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
    ];
    if (c <= 0 || rgb.every((v) => v > -0.002 && v < 1.002)) {
      const byte = (v: number) => Math.round(Math.min(1, Math.max(0, toGamma(Math.max(0, v)))) * 255);
      return `#${rgb.map((v) => byte(v).toString(16).padStart(2, '0')).join('')}`;
    }
  }
}

/** The colour, or the nearest lightness of it that can be read on the ground. */
export function inkOn(colour: string, ground: string): string {
  const [lightness, chroma, hue] = toOklch(colour);
  const step = luminance(ground) > 0.2 ? -0.01 : 0.01;
  for (let l = lightness, ink = colour; ; l += step) {
    if (contrast(ink, ground) >= MIN_CONTRAST) return ink;
    if (l <= 0 || l >= 1) return step < 0 ? BLACK : WHITE;
    ink = fromOklch(l, chroma, hue);
  }
}

export interface Accent {
  accent: string;
  hover: string;
  on: string;
  ink: string;
  soft: string;
}

export function accentFor(colour: string, theme: 'light' | 'dark'): Accent {
  const [, chroma, hue] = toOklch(colour);
  const dark = theme === 'dark';
  const ground = dark ? DARK_GROUND : LIGHT_GROUND;
  // A near-black accent on a dark panel, or a near-white one on a light panel, would lose its edge: bring it to 1.6.
  let accent = colour;
  for (let l = toOklch(colour)[0]; contrast(accent, dark ? '#151719' : WHITE) < 1.6; l += dark ? 0.01 : -0.01) {
    accent = fromOklch(l, chroma, hue);
  }
  const on = onColour(accent);
  const [lightness, c] = toOklch(accent);
  // Away from the text on it, so that hovering never costs contrast.
  const hover = fromOklch(Math.min(0.97, Math.max(0.04, lightness + (on === WHITE ? -0.05 : 0.04))), c, hue);
  const soft = fromOklch(dark ? 0.28 : 0.955, Math.min(chroma, dark ? 0.04 : 0.025), hue);
  return { accent, hover, on, ink: inkOn(colour, ground), soft };
}

function declarations({ accent, hover, on, ink, soft }: Accent): string {
  return `--accent:${accent};--accent-hover:${hover};--on-accent:${on};--accent-ink:${ink};--accent-soft:${soft}`;
}

/** The text of a style sheet for adoptedStyleSheets that gives both themes their accent. An odd colour gives ''. */
export function accentCss(colour: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return '';
  const light = declarations(accentFor(colour, 'light'));
  const dark = declarations(accentFor(colour, 'dark'));
  return (
    `:root,:host{${light}}` +
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]),:host(:not([data-theme=light])){${dark}}}` +
    `:root[data-theme=dark],:host([data-theme=dark]){${dark}}`
  );
}
