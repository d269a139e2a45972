// The panel: everything a shopper sees inside the dialog. Loaded when someone is about to talk.
import { render } from 'preact';
import { addSheet } from './loader/style';
import type { ShopperClient } from '../client/types';
import { accentCss } from '../ui/accent';
import type { Panel, PanelOptions } from './api';
import css from './panel.shadow.css';
import { App } from './panel/app';
import { createBackButton } from './panel/back_button';
import type { Surroundings } from './panel/context';
import { keepFocusInside } from './panel/focus';
import { fillsScreen, followViewport, hasKeyboard } from './panel/viewport';
import { stringsFor } from './strings';

/** Gives the root the site's colour, now and whenever the site changes it. Returns the way out. */
function wearAccent(client: ShopperClient, setAccent: (css: string) => void): () => void {
  let worn: string | undefined;
  const wear = () => {
    const accent = client.snapshot().site?.accent;
    if (accent && accent !== worn) setAccent(accentCss((worn = accent)));
  };
  wear();
  return client.subscribe(wear);
}

export async function mount(options: PanelOptions): Promise<Panel> {
  const { root, frame, live, origin, language, nonce, close } = options;
  const { t, format } = await stringsFor([language, ...navigator.languages]);
  addSheet(root, css, nonce, 'first');
  const undress = wearAccent(live.client, options.setAccent);
  const surroundings: Surroundings = {
    client: live.client,
    t,
    format,
    storageKept: live.storageKept,
    address: (path) => path && new URL(path, origin).href,
    close,
  };
  const stage = document.createElement('div');
  stage.className = 'stage';
  stage.lang = format.language;
  stage.dir = format.direction;
  frame.replaceChildren(stage);
  frame.setAttribute('aria-label', t.chat);
  const viewport = followViewport(root);
  const back = createBackButton(close);
  const onKeyDown = (event: KeyboardEvent) => keepFocusInside(event, frame);
  frame.addEventListener('keydown', onKeyDown);
  let isOpen = false;
  let focusRequest = 0;
  const draw = () => render(<App surroundings={surroundings} isOpen={isOpen} focusRequest={focusRequest} />, stage);

  draw();
  return {
    opened(focus) {
      if (isOpen) return;
      isOpen = true;
      frame.setAttribute('aria-modal', String(fillsScreen()));
      if (fillsScreen()) back.opened();
      if (focus && hasKeyboard()) focusRequest++;
      draw();
    },
    closed() {
      isOpen = false;
      back.closed();
      draw();
    },
    unmount() {
      back.closed();
      viewport.stop();
      frame.removeEventListener('keydown', onKeyDown);
      undress();
      render(null, stage);
    },
  };
}
