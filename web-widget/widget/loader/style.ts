// Style sheets that a strict Content-Security-Policy allows: constructed ones; a style element with the script's own nonce
// where the browser has none (before Safari 16.4).

export type SetCss = (text: string) => void;

/**
 * Adds a sheet to the root; the function it returns replaces the sheet's text. 'first' puts it before the others, which
 * then win over it: the tokens' own accent must give way to the site's.
 */
export function addSheet(root: ShadowRoot, text: string, nonce?: string, place?: 'first'): SetCss {
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = place ? [sheet, ...root.adoptedStyleSheets] : [...root.adoptedStyleSheets, sheet];
    return (next) => sheet.replaceSync(next);
  }
  const element = document.createElement('style');
  if (nonce) element.nonce = nonce;
  element.textContent = text;
  if (place) root.prepend(element);
  else root.append(element);
  return (next) => (element.textContent = next);
}

/** The two properties that the launcher needs: the site's colour, and white or black for what stands on it (contrast 4.5). */
export function launcherAccent(colour: string | undefined): string {
  if (!colour || !/^#[0-9a-f]{6}$/i.test(colour)) return '';
  const part = (at: number) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  const isDark = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) < 0.183;
  return `:host{--accent:${colour};--on-accent:${isDark ? '#fff' : '#000'}}`;
}
