// The widget's own corner of the page: one host element with a shadow root, holding the launcher and the empty dialog. The
// dialog is painted by the click itself; what is in it comes when the panel has loaded.
import css from '../loader.shadow.css';
import { addSheet, type SetCss } from './style';

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';
const CHAT =
  'M12 4c4.7 0 8.25 3.1 8.25 7.2S16.7 18.4 12 18.4c-.9 0-1.8-.1-2.6-.35L5.25 20l.7-3.5c-1.4-1.3-2.2-3.2-2.2-5.3C3.75 7.1 7.3 4 12 4z';
const DOWN = 'm6 9.5 6 6 6-6';

/** All the words that are needed before the panel has loaded: open, close, unread. */
const WORDS = {
  en: ['Open chat', 'Close chat', 'unread'],
  de: ['Chat öffnen', 'Chat schließen', 'ungelesen'],
} as const;

export interface Frame {
  host: HTMLElement;
  root: ShadowRoot;
  dialog: HTMLElement;
  launcher: HTMLElement;
  setAccent: SetCss;
  show(open: boolean, unread: number, language: string): void;
}

function add(parent: ParentNode, tag: string, attributes: Record<string, string>, space = HTML): HTMLElement {
  const made = document.createElementNS(space, tag) as HTMLElement;
  for (const name in attributes) made.setAttribute(name, attributes[name]!);
  parent.append(made);
  return made;
}

function addIcon(parent: HTMLElement, name: string, path: string) {
  const svg = add(parent, 'svg', { viewBox: '0 0 24 24', class: name, 'aria-hidden': 'true' }, SVG);
  add(svg, 'path', { d: path }, SVG);
}

export function createFrame(nonce: string | undefined): Frame {
  const host = document.createElement('shopbell-chat');
  const root = host.attachShadow({ mode: 'open' });
  addSheet(root, css, nonce);
  const setAccent = addSheet(root, '', nonce);
  const dialog = add(root, 'section', { class: 'frame', role: 'dialog', 'aria-label': 'Chat', tabindex: '-1' });
  const launcher = add(root, 'button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog' });
  addIcon(launcher, 'chat', CHAT);
  addIcon(launcher, 'down', DOWN);
  const badge = add(launcher, 'span', { class: 'badge' });

  return {
    host,
    root,
    dialog,
    launcher,
    setAccent,
    show(open, unread, language) {
      const words = WORDS[/^de(?![a-z])/i.test(language) ? 'de' : 'en'];
      dialog.inert = !open;
      host.toggleAttribute('data-open', open);
      badge.textContent = unread > 9 ? '9+' : String(unread || '');
      launcher.setAttribute('aria-expanded', String(open));
      launcher.setAttribute('aria-label', open ? words[1] : words[0] + (unread ? `, ${unread} ${words[2]}` : ''));
    },
  };
}
