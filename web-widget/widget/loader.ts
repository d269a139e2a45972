// The embed: <script async src="https://chat.example.com/shopbell.js" data-site="demo"></script> and
// window.shopbell('verb', …). It never throws into the page, and a second copy of the tag does nothing.
import type { Settings } from './api';
import { createEmitter } from './loader/emitter';
import { createWidget, type Widget } from './loader/widget';

type Verbs = Record<string, (...args: never[]) => unknown>;
interface Global {
  (...call: unknown[]): unknown;
  /** Calls made before this script had loaded. */
  q?: Iterable<unknown>[];
  installed?: true;
}

declare global {
  interface Window {
    shopbell?: Global;
  }
}

const SITE = /^[a-z0-9-]{1,32}$/;
const NAMES = ['site', 'team', 'language', 'theme', 'name', 'email'] as const;

/** What the page gave, over what was so before; undefined without a site. Null takes a setting back. */
function readSettings(given: unknown, before: Partial<Settings>): Settings | undefined {
  const from: Record<string, unknown> = { ...before, ...(given as object) };
  const settings: Record<string, string> = {};
  for (const name of NAMES) if (from[name] != null) settings[name] = String(from[name]);
  return SITE.test(settings.site ?? '') ? (settings as unknown as Settings) : undefined;
}

function install(script: HTMLScriptElement) {
  const early = window.shopbell;
  if (early?.installed) return;
  const { origin } = new URL(script.src);
  const tag = script.dataset as Partial<Settings>;
  const emitter = createEmitter();
  const { on, once, off } = emitter;
  let widget: Widget | undefined;

  function boot(given?: unknown) {
    const settings = readSettings(given, tag);
    if (!settings) return console.warn('shopbell: boot needs a site');
    if (widget?.settings().site === settings.site) return widget?.update(settings);
    widget?.shutdown();
    widget = createWidget(settings, { origin, nonce: script.nonce || undefined, emitter });
  }

  const verbs: Verbs = {
    boot,
    update(given: unknown) {
      const before = widget?.settings();
      const settings = before && readSettings({ ...(given as object), site: before.site }, before);
      if (settings) widget?.update(settings);
    },
    shutdown() {
      widget?.shutdown();
      widget = undefined;
    },
    open: () => widget?.open(),
    close: () => widget?.close(),
    toggle: () => (widget?.facts().open ? widget.close() : widget?.open()),
    hide: () => widget?.setHidden(true),
    show: () => widget?.setHidden(false),
    sendMessage: (text: string) => widget?.send(text),
    on,
    once,
    off,
    get: (name: keyof ReturnType<Widget['facts']>) => widget?.facts()[name],
  };

  const call: Global = (verb, ...args) => {
    try {
      const run = Object.hasOwn(verbs, String(verb)) ? verbs[String(verb)] : undefined;
      if (run) return run(...(args as never[]));
      console.warn(`shopbell: no verb ${String(verb)}`);
    } catch (error) {
      console.error(error);
    }
  };
  call.installed = true;
  window.shopbell = call;
  if (tag.site) call('boot');
  for (const queued of early?.q ?? []) call(...queued);
}

try {
  const script = (document.currentScript ?? document.querySelector('script[src*="/shopbell.js"]')) as HTMLScriptElement | null;
  if (script) install(script);
} catch (error) {
  console.error(error);
}
