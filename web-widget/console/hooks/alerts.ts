import { useEffect, useRef } from 'preact/hooks';
import type { AgentSnapshot } from '../../client/index';
import { shopperName } from '../model/inbox';
import { known, news, type Known, type News } from '../model/news';
import { t } from '../strings/index';
import { readFlag } from './flags';

// A soft sound and a desktop notification for what comes while nobody looks at the console. Of several open consoles only
// one makes them: whoever gets the lock.

const RING_GAP_MS = 1500;
const BODY_LENGTH = 140;

let audio: AudioContext | undefined;

/** A browser lets a page sound only after it was touched. */
function unlock(): void {
  if (audio?.state === 'running' || navigator.userActivation?.hasBeenActive === false) return;
  audio ??= new AudioContext();
  void audio.resume();
}

function tone(at: number, frequency: number): void {
  if (!audio) return;
  const gain = audio.createGain();
  const wave = audio.createOscillator();
  wave.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.06, at + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  wave.connect(gain).connect(audio.destination);
  wave.start(at);
  wave.stop(at + 0.5);
}

/** Two notes, as of the bell over a door. */
function ring(): void {
  if (!audio || audio.state !== 'running' || !readFlag('sound')) return;
  tone(audio.currentTime, 1318.5);
  tone(audio.currentTime + 0.12, 1046.5);
}

function notify({ conversation, kind }: News, open: (id: string) => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const name = shopperName(conversation.shopper, t.shopper);
  const title = kind === 'assigned' ? t.notify_assigned(name) : name;
  const body = conversation.lastMessage?.text.slice(0, BODY_LENGTH) ?? '';
  try {
    const shown = new Notification(title, { body, tag: conversation.id });
    shown.onclick = () => {
      window.focus();
      open(conversation.id);
      shown.close();
    };
  } catch {
    // A phone's browser has the interface and refuses to use it.
  }
}

async function alertOnce(list: readonly News[], open: (id: string) => void): Promise<void> {
  const run = async () => {
    ring();
    list.forEach((one) => notify(one, open));
    await new Promise((done) => setTimeout(done, RING_GAP_MS));
  };
  if (!navigator.locks) return run();
  await navigator.locks.request('shopbell.console.ring', { ifAvailable: true }, async (lock) => lock && run());
}

export function useAlerts(snap: AgentSnapshot, open: (id: string) => void): void {
  const before = useRef<Known>();
  const { conversations, connection, self } = snap;
  useEffect(() => {
    if (connection !== 'ready' || !self) return;
    const list = before.current ? news(before.current, conversations) : [];
    before.current = known(conversations);
    const looking = document.visibilityState === 'visible' && document.hasFocus();
    if (list.length && !looking) void alertOnce(list, open);
  }, [conversations, connection, self === null]);
  useEffect(() => {
    addEventListener('pointerup', unlock, true);
    addEventListener('keydown', unlock, true);
    return () => {
      removeEventListener('pointerup', unlock, true);
      removeEventListener('keydown', unlock, true);
    };
  }, []);
}

export const canAskToNotify = () => 'Notification' in window && Notification.permission === 'default';

/** Must follow a click or a key. Resolves to whether it is allowed now. */
export async function askToNotify(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}
