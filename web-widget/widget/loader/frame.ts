// The widget's own corner of the page: one host element with a shadow root, holding the launcher and the empty dialog. The
// dialog is painted by the click itself; what is in it comes when the panel has loaded.
import css from '../loader.shadow.css';
import { addSheet, type SetCss } from './style';

const SVG = 'http://www.w3.org/2000/svg';
const CHAT =
  'M12 4c4.7 0 8.25 3.1 8.25 7.2S16.7 18.4 12 18.4c-.9 0-1.8-.1-2.6-.35L5.25 20l.7-3.5c-1.4-1.3-2.2-3.2-2.2-5.3C3.75 7.1 7.3 4 12 4z';
const DOWN = 'm6 9.5 6 6 6-6';

export const WORDS = {
  en: { open: 'Open chat', close: 'Close chat', chat: 'Chat', unread: '# unread' },
  de: { open: 'Chat öffnen', close: 'Chat schließen', chat: 'Chat', unread: '# ungelesen' },
};

export interface Frame {
  host: HTMLElement;
  root: ShadowRoot;
  dialog: HTMLElement;
  launcher: HTMLButtonElement;
  setAccent: SetCss;
  show(open: boolean): void;
  badge(unread: number): void;
  label(words: (typeof WORDS)['en']): void;
}

function icon(path: string, name: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

export function createFrame(nonce: string | undefined): Frame {
  const host = document.createElement('shopbell-chat');
  const root = host.attachShadow({ mode: 'open' });
  addSheet(root, css, nonce);
  const setAccent = addSheet(root, '', nonce);
  const dialog = element('section', 'frame');
  dialog.setAttribute('role', 'dialog');
  dialog.tabIndex = -1;
  dialog.inert = true;
  dialog.append(element('div', 'frame-shell'));
  const launcher = element('button', 'launcher');
  launcher.type = 'button';
  launcher.setAttribute('aria-haspopup', 'dialog');
  const count = element('span', 'badge');
  launcher.append(icon(CHAT, 'launcher-chat'), icon(DOWN, 'launcher-down'), count);
  root.append(dialog, launcher);
  let words = WORDS.en;
  let isOpen = false;
  let unread = 0;

  function relabel() {
    const news = unread ? `, ${words.unread.replace('#', String(unread))}` : '';
    launcher.setAttribute('aria-label', isOpen ? words.close : words.open + news);
    launcher.setAttribute('aria-expanded', String(isOpen));
    dialog.setAttribute('aria-label', words.chat);
  }

  return {
    host,
    root,
    dialog,
    launcher,
    setAccent,
    show(open) {
      isOpen = open;
      dialog.inert = !open;
      host.toggleAttribute('data-open', open);
      relabel();
    },
    badge(value) {
      unread = value;
      count.textContent = value > 9 ? '9+' : String(value || '');
      relabel();
    },
    label(next) {
      words = next;
      relabel();
    },
  };
}
