// A shopper without a browser, for a room that must be full: logs in over the real socket, writes, and stays.
import WebSocket from 'ws';
import { bounded, PATIENCE_MS } from './until';

export interface WalkIn {
  say(text: string): void;
  leave(): void;
}

export interface Visitor {
  name?: string;
  text: string;
  /** In the store. */
  path: string;
  title: string;
}

/** Resolves when the message has been stored. */
export async function walkIn(url: string, { name, text, path, title }: Visitor): Promise<WalkIn> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'shopbell.v1', { origin: url });
  const page = { url: url + path, title };
  let asked = 0;
  let conversation_id = '';
  const ask = (action: string, payload: object) => socket.send(JSON.stringify({ request_id: `${++asked}`, action, payload }));
  const say = (words: string) => {
    const custom_id = `walk-in-${process.pid}-${Math.random().toString(36).slice(2)}`;
    if (conversation_id) ask('send_event', { conversation_id, custom_id, text: words });
    else ask('start_conversation', { custom_id, text: words, page });
  };
  const stored = new Promise<void>((done, fail) => {
    socket.on('error', fail);
    socket.on('open', () => ask('login', { role: 'shopper', site: 'demo', page }));
    socket.on('message', (data) => {
      const { type, action, success, payload, error } = JSON.parse(String(data));
      if (type !== 'response') return;
      if (!success) return fail(new Error(`${action}: ${error.type}: ${error.message}`));
      if (action === 'login') (name ? ask('update_shopper', { name }) : say(text));
      if (action === 'update_shopper') say(text);
      if (action === 'start_conversation') done((conversation_id = payload.conversation.id));
    });
  });
  await bounded(stored, PATIENCE_MS, () => `${name ?? 'somebody'} to be heard`);
  return { say, leave: () => socket.terminate() };
}
