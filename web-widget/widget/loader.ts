// The embed: <script async src="https://chat.example.com/shopbell.js" data-site="demo"></script> and
// window.shopbell('verb', …). It never throws into the page, and a second copy of the tag does nothing.
import type { Settings } from './api';
import { createEmitter } from './loader/emitter';
import { createWidget, type Widget } from './loader/widget';

type Verbs = Record<string, (...args: never[]) => unknown>;
interface Global {
  (...call: unknown[]): unknown;
  /** Calls made before this script had loaded. */
  q?: ArrayLike<unknown>[];
  installed?: true;
}

declare global {
  interface Window {
    shopbell?: Global;
  }
}

const SITE = /^[a-z0-9-]{1,32}$/;

function readSettings(from: unknown, base: Partial<Settings>): Settings | undefined {
  const given = (from ?? {}) as Record<string, unknown>;
  const text = (name: keyof Settings) => (name in given ? (given[name] == null ? undefined : String(given[name])) : base[name]);
  const theme = text('theme');
  const site = text('site') ?? '';
  if (!SITE.test(site)) return undefined;
  return {
    site,
    team: text('team'),
    language: text('language'),
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    name: text('name'),
    email: text('email'),
  };
}

function install(script: HTMLScriptElement) {
  const early = window.shopbell;
  if (early?.installed) return;
  const { origin } = new URL(script.src);
  const tag = { ...script.dataset } as Partial<Settings>;
  const emitter = createEmitter();
  let widget: Widget | undefined;

  function boot(given?: unknown) {
    const settings = readSettings(given, tag);
    if (!settings) return console.warn('shopbell: boot needs a site of the form a-z, 0-9 and -');
    if (widget && widget.settings.site === settings.site) return widget.update(settings);
    widget?.shutdown();
    widget = createWidget(settings, { origin, nonce: script.nonce || undefined, emitter });
  }

  const verbs: Verbs = {
    boot,
    update(given: unknown) {
      const settings = widget && readSettings({ ...(given as object), site: widget.settings.site }, widget.settings);
      if (settings) widget?.update(settings);
    },
    shutdown() {
      widget?.shutdown();
      widget = undefined;
    },
    open: () => widget?.open(),
    close: () => widget?.close(),
    toggle: () => (widget?.isOpen ? widget.close() : widget?.open()),
    hide: () => widget?.setHidden(true),
    show: () => widget?.setHidden(false),
    sendMessage: (text: string) => widget?.send(text),
    on: emitter.on,
    once: emitter.once,
    off: emitter.off,
    get: (name: string) =>
      ({ open: widget?.isOpen ?? false, unread: widget?.unread ?? 0, ready: widget?.ready ?? false, site: widget?.settings.site })[name],
  };

  const call: Global = (verb, ...args) => {
    try {
      const run = Object.hasOwn(verbs, String(verb)) ? verbs[String(verb)] : undefined;
      if (run) return run(...(args as never[]));
      console.warn(`shopbell: there is no verb ${String(verb)}`);
    } catch (error) {
      console.error(error);
    }
  };
  call.installed = true;
  window.shopbell = call;
  if (tag.site) call('boot');
  for (const queued of Array.from(early?.q ?? [])) call(...Array.from(queued));
}

try {
  const script = (document.currentScript ?? document.querySelector('script[src*="/shopbell.js"]')) as HTMLScriptElement | null;
  if (script) install(script);
} catch (error) {
  console.error(error);
}
