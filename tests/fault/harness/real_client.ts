// The client that the widget is made of, in a process without a page: it writes one message after the other, each when the
// one before is stored.
import { WebSocket } from 'ws';
import type { Env, Socket } from '../../../web-widget/client/env';
import { createShopperClient } from '../../../web-widget/client/index';
import type { MessageItem, ShopperClient } from '../../../web-widget/client/types';
import type { Server } from '../../integration/harness/server.ts';

/** A page's storage that outlives nothing. */
function storage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (i) => [...items.keys()][i] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

export class RealShopper {
  readonly client: ShopperClient;
  /** The last is the one that is used; a dead one is a while in closing. */
  private sockets: WebSocket[] = [];
  private wasReady = false;
  resumes = -1;

  constructor(server: Server) {
    const env: Env = {
      now: () => Date.now(),
      setTimeout: (run, ms) => setTimeout(run, ms),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
      random: () => Math.random() / 8, // people wait for less when they are few
      connect: (url, subprotocol) => {
        const socket = new WebSocket(url, subprotocol, { origin: server.url, perMessageDeflate: false });
        this.sockets = [...this.sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED), socket];
        return socket as unknown as Socket;
      },
      online: () => true,
      visible: () => true,
      listen: () => () => undefined,
      localStorage: storage,
    };
    this.client = createShopperClient({ url: `${server.url.replace('http', 'ws')}/ws`, site: 'shop', env, storage: storage() });
    this.client.subscribe(() => this.count());
    this.client.start();
  }

  private count(): void {
    const isReady = this.client.snapshot().connection === 'ready';
    if (isReady && !this.wasReady) this.resumes++;
    this.wasReady = isReady;
  }

  get conversation_id(): string {
    return this.client.snapshot().conversation?.id ?? '';
  }

  messages(): MessageItem[] {
    return this.client.snapshot().timeline.filter((item): item is MessageItem => item.kind === 'message');
  }

  /** One's own that are stored. */
  stored(): MessageItem[] {
    return this.messages().filter(({ own, seq }) => own && seq !== undefined);
  }

  /** As when somebody walks out of a tunnel with another address. */
  lose(): void {
    this.sockets.at(-1)?.terminate();
  }

  leave(): void {
    this.client.stop();
    this.sockets.forEach((socket) => socket.terminate());
  }
}
