import { useEffect } from 'preact/hooks';
import type { AgentSnapshot } from '../../client/index';
import calm from '../art/favicon.svg';
import unreadIcon from '../art/favicon-unread.svg';
import { unreadTotal } from '../model/inbox';
import { accentCss } from '../../ui/accent';
import { t } from '../strings/index';

/** The tab tells how much is unread, by number and by its picture. */
export function useTitle(snap: AgentSnapshot): void {
  const unread = snap.auth === 'signed_in' ? unreadTotal(snap) : 0;
  const site = snap.site?.name;
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ''}${site ? `${site} · ` : ''}${t.app}`;
  }, [unread, site]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const icon = unread ? unreadIcon : calm;
    if (link && link.getAttribute('href') !== icon) link.href = icon;
  }, [unread > 0]);
}

/** Of the bell in the mark, until the site's own is known: before the log-in the next thing to do needs a colour too. */
const BELL_GREEN = '#0f6b4f';
const sheet = new CSSStyleSheet();

/** The site's colour, as a constructed style sheet: the page's policy allows no inline style. */
export function useAccent(accent: string | undefined): void {
  useEffect(() => {
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    sheet.replaceSync(accentCss(accent ?? BELL_GREEN));
  }, [accent]);
}
