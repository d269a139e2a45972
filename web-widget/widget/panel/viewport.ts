// On a phone the panel is as high as what the keyboard leaves: the visual viewport, told to the style sheet by two custom
// properties in a constructed sheet of their own (an inline style would need a hole in the store's policy).
import { addSheet } from '../loader/style';

export function followViewport(root: ShadowRoot): { stop(): void } {
  const view = window.visualViewport;
  if (!view) return { stop() {} };
  const setCss = addSheet(root, '');
  let frame = 0;
  function tell() {
    frame = 0;
    // Zoomed in with two fingers: leave the panel alone.
    if (view!.scale > 1.01) return;
    setCss(`:host{--view-top:${Math.round(view!.offsetTop)}px;--view-height:${Math.round(view!.height)}px}`);
  }
  const later = () => (frame ||= requestAnimationFrame(tell));
  view.addEventListener('resize', later);
  view.addEventListener('scroll', later);
  tell();
  return {
    stop() {
      cancelAnimationFrame(frame);
      view.removeEventListener('resize', later);
      view.removeEventListener('scroll', later);
    },
  };
}

const PHONE = '(max-width: 480px), (max-height: 440px)';

/** The panel fills the screen (the same condition as in loader.shadow.css). */
export const fillsScreen = () => matchMedia(PHONE).matches;

/** Typing needs no keyboard on the screen, so that focus may go to the text at once. */
export const hasKeyboard = () => matchMedia('(hover: hover) and (pointer: fine)').matches;
