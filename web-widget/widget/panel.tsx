// The panel: everything a shopper sees inside the dialog. Loaded when someone is about to talk.
import { render } from 'preact';
import { addSheet } from './loader/style';
import type { Panel, PanelOptions } from './api';
import css from './panel.shadow.css';
import { App } from './panel/app';
import { createBackButton } from './panel/back_button';
import type { Surroundings } from './panel/context';
import { keepFocusInside } from './panel/focus';
import { fillsScreen, followViewport, hasKeyboard } from './panel/viewport';
import { stringsFor } from './strings';

export function mount({ root, frame, live, origin, language, nonce, close }: PanelOptions): Panel {
  addSheet(root, css, nonce, 'first');
  const { t, format } = stringsFor([language, ...navigator.languages]);
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
      render(null, stage);
    },
  };
}
