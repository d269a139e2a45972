// What the three pieces of the widget know of each other: the loader (on every page at once), live.ts (the connection,
// when the page is idle) and the panel (when it is wanted). They meet only here, by type.
import type { ShopperClient } from '../client/types';

/** From the script tag's data-* and from the boot and update verbs. */
export interface Settings {
  site: string;
  /** The team a new conversation goes to. */
  team?: string;
  /** A language tag; else the page's, else the browser's. */
  language?: string;
  /** Else what the system prefers. */
  theme?: 'light' | 'dark';
  name?: string;
  email?: string;
}

export interface LiveOptions {
  /** The chat server's, as https://chat.example.com */
  origin: string;
  settings: Settings;
}

export interface Live {
  readonly client: ShopperClient;
  /** False where the browser refuses storage: the conversation lives as long as this page. */
  readonly storageKept: boolean;
  update(settings: Settings): void;
  stop(): void;
}

export interface LiveModule {
  start(options: LiveOptions): Live;
}

export interface PanelOptions {
  root: ShadowRoot;
  /** The empty, sized dialog that the loader already shows. */
  frame: HTMLElement;
  live: Live;
  origin: string;
  language: string;
  /** The loader's own, for a browser without constructed style sheets. */
  nonce: string | undefined;
  /** Replaces the sheet that gives the root its accent; the launcher uses it too. */
  setAccent(css: string): void;
  close(): void;
}

export interface Panel {
  /** The frame has been opened; focus says whether the person did it just now. */
  opened(focus: boolean): void;
  closed(): void;
  unmount(): void;
}

export interface PanelModule {
  /** Waits for the words of the language only. */
  mount(options: PanelOptions): Promise<Panel>;
}

/** What the page may listen for: shopbell('on', 'unread', (count) => …). */
export interface WidgetEvents {
  ready: undefined;
  open: undefined;
  close: undefined;
  unread: number;
}
