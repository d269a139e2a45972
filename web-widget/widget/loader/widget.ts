// One widget on one page: when its parts load, and what the launcher shows meanwhile.
import type { Live, LiveModule, Panel, PanelModule, Settings } from '../api';
import type { createEmitter } from './emitter';
import { createFrame } from './frame';
import { forget, recall, remember } from './memory';
import { launcherAccent } from './style';

export interface Surroundings {
  /** Of the chat server. */
  origin: string;
  nonce: string | undefined;
  emitter: ReturnType<typeof createEmitter>;
}

export interface Widget {
  settings(): Settings;
  /** What the page may ask for with shopbell('get', name). */
  facts(): { open: boolean; unread: number; ready: boolean; site: string };
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
const RETRY_MAX_MS = 30_000;

function languageOf(settings: Settings): string {
  return settings.language || document.documentElement.lang || navigator.language || 'en';
}

function whenIdle(run: () => void): void {
  const idle = () => ('requestIdleCallback' in window ? requestIdleCallback(run, { timeout: IDLE_WAIT_MS }) : setTimeout(run, 200));
  if (document.readyState === 'complete') return void idle();
  const timer = setTimeout(idle, LOAD_WAIT_MS);
  addEventListener('load', () => (clearTimeout(timer), idle()), { once: true });
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
        await pause(Math.min(1000 * 3 ** tries, RETRY_MAX_MS));
      }
    }
  };
  return () => (loading ??= load());
}

export function createWidget(first: Settings, { origin, nonce, emitter }: Surroundings): Widget {
  const site = first.site;
  const memory = recall('localStorage', site);
  const frame = createFrame(nonce);
  let settings = first;
  let isOpen = false;
  let unread = 0;
  let ready = false;
  let gone = false;
  let live: Live | undefined;
  let mounting: Promise<Panel> | undefined;
  let panel: Panel | undefined;

  const isGone = () => gone;
  const loadLive = part<LiveModule>(origin + SHOPBELL_LIVE_PATH, isGone);
  const loadPanel = part<PanelModule>(origin + SHOPBELL_PANEL_PATH, isGone);

  function show() {
    frame.show(isOpen, unread, languageOf(settings));
    if (settings.theme) frame.host.dataset.theme = settings.theme;
    else delete frame.host.dataset.theme;
  }

  function onSnapshot() {
    if (gone) return;
    const now = live!.client.snapshot();
    if (now.refused && !frame.host.hidden) {
      console.warn(`shopbell: ${now.refused.message}`);
      frame.host.hidden = true;
    }
    const engaged = now.unread > 0 || (now.conversation !== null && now.conversation.state !== 'closed');
    const accent = now.site?.accent ?? memory.accent;
    if (accent !== memory.accent || engaged !== memory.engaged) {
      if (accent !== memory.accent && !panel) frame.setAccent(launcherAccent(accent));
      remember('localStorage', site, Object.assign(memory, { accent, engaged }));
    }
    if (now.site && !ready) {
      ready = true;
      emitter.emit('ready');
    }
    if (now.unread !== unread) {
      unread = now.unread;
      show();
      emitter.emit('unread', unread);
    }
  }

  async function ensureLive(): Promise<Live | undefined> {
    const module = await loadLive();
    if (!live && !gone) {
      live = module.start({ origin, settings });
      live.client.subscribe(onSnapshot);
      onSnapshot();
    }
    return live;
  }

  async function ensurePanel(): Promise<void> {
    const [running, module] = await Promise.all([ensureLive(), loadPanel()]);
    if (gone || !running) return;
    const { root, dialog, setAccent } = frame;
    const language = languageOf(settings);
    panel = await (mounting ??= module.mount({ root, frame: dialog, live: running, origin, language, nonce, setAccent, close }));
    if (gone) panel.unmount();
  }

  /** What fails here fails for good only when the widget is gone. */
  const quietly = (work: Promise<unknown>) => void work.catch(() => {});

  function open(focus = true) {
    if (isOpen || gone || frame.host.hidden) return;
    isOpen = true;
    show();
    remember('sessionStorage', site, { open: true });
    if (focus) frame.dialog.focus({ preventScroll: true });
    quietly(ensurePanel().then(() => isOpen && panel?.opened(focus)));
    emitter.emit('open');
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    const hadFocus = frame.root.activeElement;
    show();
    remember('sessionStorage', site, {});
    panel?.closed();
    if (hadFocus) frame.launcher.focus({ preventScroll: true });
    emitter.emit('close');
  }

  frame.setAccent(launcherAccent(memory.accent));
  show();
  frame.launcher.addEventListener('click', () => (isOpen ? close() : open()));
  for (const intent of ['pointerenter', 'pointerdown', 'focus']) {
    frame.launcher.addEventListener(intent, () => quietly(ensurePanel()), { once: true, passive: true });
  }
  frame.dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    close();
  });
  document.documentElement.append(frame.host);
  if (recall('sessionStorage', site).open) open(false);
  else if (memory.engaged) quietly(ensureLive());
  else whenIdle(() => gone || quietly(ensureLive()));

  return {
    settings: () => settings,
    facts: () => ({ open: isOpen, unread, ready, site }),
    open,
    close,
    setHidden(hidden) {
      if (hidden) close();
      frame.host.toggleAttribute('data-quiet', hidden);
    },
    send: (text) => quietly(ensureLive().then((running) => running?.client.send(String(text)))),
    update(next) {
      settings = next;
      show();
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
