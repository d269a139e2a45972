import { useEffect } from 'preact/hooks';
import { Keyboard } from '../model/keys';
import type { Console } from './context';
import { focusIsInList, isControl, isTyping } from './focus';

/** Arrows belong to whatever has the focus and scrolls; they walk the list only from the list, or from nowhere. */
function arrowIsElsewhere(key: string): boolean {
  return key.startsWith('Arrow') && !focusIsInList() && document.activeElement !== document.body;
}

/** The console's keys. Dialogs and menus have their own. */
export function useKeyboard({ act, overlay, setOverlay }: Console): void {
  useEffect(() => {
    const keyboard = new Keyboard();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat && event.key.length === 1 && !'jk'.includes(event.key)) return;
      if (document.querySelector('[role=menu]') || arrowIsElsewhere(event.key)) return;
      const context = { typing: isTyping(event.target), onControl: isControl(event.target) };
      const action = keyboard.press(event, context, event.timeStamp);
      if (!action) return;
      if (overlay && action !== 'palette') return;
      event.preventDefault();
      if (action === 'palette' && overlay === 'palette') setOverlay(undefined);
      else act(action);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [act, overlay, setOverlay]);
}
