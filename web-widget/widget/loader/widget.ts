// One widget on one page: when its parts load, and what the launcher shows meanwhile.
import type { Live, LiveModule, Panel, PanelModule, Settings } from '../api';
import type { createEmitter } from './emitter';
import { createFrame, WORDS } from './frame';
import { forget, keepOpen, recall, remember, wasOpen } from './memory';
import { launcherAccent } from './style';

export interface Surroundings {
  /** Of the chat server. */
  origin: string;
  nonce: string | undefined;
  emitter: ReturnType<typeof createEmitter>;
}

export interface Widget {
  readonly settings: Settings;
  readonly isOpen: boolean;
  readonly unread: number;
  readonly ready: boolean;
  open(focus?: boolean): void;
  close(): void;
  setHidden(hidden: boolean): void;
  send(text: string): void;
  update(settings: Settings): void;
  shutdown(): void;
}

/** No page waits for us, but one that never finishes loading must not keep us out. */
const LOAD_WAIT_MS = 4000;
const IDLE_WAIT_MS = 2000;
const RETRY_MS = [1000, 3000, 9000, 30_000];

function languageOf(settings: Settings): string {
  return settings.language || document.documentElement.lang || navigator.language || 'en';
}

function whenIdle(run: () => void): void {
  const idle = () => ('requestIdleCallback' in window ? requestIdleCallback(run, { timeout: IDLE_WAIT_MS }) : setTimeout(run, 200));
  if (document.readyState === 'complete') return void idle();
  const timer = setTimeout(idle, LOAD_WAIT_MS);
  const loaded = () => (clearTimeout(timer), idle());
  addEventListener('load', loaded, { once: true });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A part of the widget, loaded once however often it is asked for; a lost network only delays it. */
function part<M>(address: string, gone: () => boolean): () => Promise<M> {
  let loading: Promise<M> | undefined;
  const load = async () => {
    for (let tries = 0; ; tries++) {
      try {
        // A module that failed to load stays failed under its address.
        return (await import(tries ? `${address}?${tries}` : address)) as M;
      } catch (error) {
        if (gone()) throw error;
        await pause(RETRY_MS[tries] ?? RETRY_MS[RETRY_MS.length - 1]!);
      }
    }
  };
  return () => (loading ??= load());
}

export function createWidget(first: Settings, { origin, nonce, emitter }: Surroundings): Widget {
  const site = first.site;
  const memory = recall(site);
  const frame = createFrame(nonce);
  let settings = first;
  let isOpen = false;
  let unread = 0;
  let ready = false;
  let gone = false;
  let live: Live | undefined;
  let panel: Panel | undefined;

  const loadLive = part<LiveModule>(origin + SHOPBELL_LIVE_PATH, () => gone);
  const loadPanel = part<PanelModule>(origin + SHOPBELL_PANEL_PATH, () => gone);

  function dress() {
    const language = languageOf(settings);
    frame.label(language.toLowerCase().startsWith('de') ? WORDS.de : WORDS.en);
    if (settings.theme) frame.host.dataset.theme = settings.theme;
    else delete frame.host.dataset.theme;
  }

  function onSnapshot(module: LiveModule) {
    const now = live!.client.snapshot();
    if (now.refused) {
      console.warn(`shopbell: ${now.refused.message}`);
      frame.host.hidden = true;
    }
    const engaged = now.unread > 0 || (now.conversation !== null && now.conversation.state !== 'closed');
    const accent = now.site?.accent;
    if (accent && (accent !== memory.accent || !ready)) frame.setAccent(module.accentCss(accent));
    if (accent !== memory.accent || engaged !== memory.engaged) {
      remember(site, Object.assign(memory, { engaged }, accent && { accent }));
    }
    if (now.site && !ready) {
      ready = true;
      emitter.emit('ready');
    }
    if (now.unread === unread) return;
    unread = now.unread;
    frame.badge(unread);
    emitter.emit('unread', unread);
  }

  async function ensureLive(): Promise<Live | undefined> {
    const module = await loadLive();
    if (gone || live) return gone ? undefined : live;
    live = module.start({ origin, settings });
    const tell = () => gone || onSnapshot(module);
    live.client.subscribe(tell);
    tell();
    return live;
  }

  async function ensurePanel(): Promise<Panel | undefined> {
    const [running, module] = await Promise.all([ensureLive(), loadPanel()]);
    if (gone || !running) return undefined;
    const { root, dialog } = frame;
    const language = languageOf(settings);
    return (panel ??= module.mount({ root, frame: dialog, live: running, origin, language, nonce, close }));
  }

  const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);

  function open(focus = true) {
    if (isOpen || gone || frame.host.hidden) return;
    isOpen = true;
    frame.show(true);
    keepOpen(site, true);
    if (focus) frame.dialog.focus({ preventScroll: true });
    quietly(ensurePanel().then((shown) => isOpen && shown?.opened(focus)));
    emitter.emit('open');
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    const hadFocus = frame.root.activeElement !== null;
    frame.show(false);
    keepOpen(site, false);
    panel?.closed();
    if (hadFocus) frame.launcher.focus({ preventScroll: true });
    emitter.emit('close');
  }

  frame.setAccent(launcherAccent(memory.accent));
  frame.show(false);
  frame.launcher.addEventListener('click', () => (isOpen ? close() : open()));
  for (const intent of ['pointerenter', 'pointerdown', 'focus']) {
    frame.launcher.addEventListener(intent, () => quietly(ensurePanel()), { once: true, passive: true });
  }
  frame.dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    close();
  });
  dress();
  document.documentElement.append(frame.host);
  if (wasOpen(site)) open(false);
  else if (memory.engaged) quietly(ensureLive());
  else whenIdle(() => gone || quietly(ensureLive()));

  return {
    get settings() {
      return settings;
    },
    get isOpen() {
      return isOpen;
    },
    get unread() {
      return unread;
    },
    get ready() {
      return ready;
    },
    open,
    close,
    setHidden(hidden) {
      if (hidden) close();
      frame.host.toggleAttribute('data-quiet', hidden);
    },
    send: (text) => quietly(ensureLive().then((running) => running?.client.send(String(text)))),
    update(next) {
      settings = next;
      dress();
      live?.update(next);
    },
    shutdown() {
      close();
      gone = true;
      panel?.unmount();
      live?.stop();
      frame.host.remove();
      forget(site);
    },
  };
}
