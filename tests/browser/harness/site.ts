// Somebody else's shop: a page of its own, on its own origin, with the strictest policy that still allows the widget.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  /** As localhost, so that it is another origin and another host than the chat server's. */
  origin: string;
  /** Serves the page from now on. */
  embed(chat: string, site: string): void;
  close(): Promise<void>;
}

/** Rules that would spoil anything that is not shielded from them. */
const RUDE_CSS = `* { letter-spacing: 4px; line-height: 3; color: crimson; }
button, textarea, section, form { display: none !important; } div { transform: rotate(3deg); position: fixed; }`;

/** Calls made before the loader is there, as its documentation says. */
const SHOP_JS = `window.shopbell = (...call) => (window.shopbell.q ??= []).push(call);
window.seen = [];
for (const name of ['ready', 'open', 'close', 'unread']) shopbell('on', name, (value) => seen.push(value ? name + ' ' + value : name));`;

const page = (chat: string, site: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Somebody else’s shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/rude.css">
<script src="/shop.js"></script>
<script async src="${chat}/shopbell.js" data-site="${site}"></script></head>
<body><h1>Somebody else’s shop</h1><p>It has a policy.</p></body>
</html>`;

const policy = (chat: string) =>
  [
    `default-src 'none'`,
    `script-src 'self' ${chat}`,
    `connect-src ${chat} ${chat.replace('http', 'ws')}`,
    `img-src ${chat} data:`,
    `style-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');

export async function openSite(): Promise<Site> {
  let shown = { html: '', csp: '' };
  const server: HttpServer = createServer((request, response) => {
    if (request.url === '/shop.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(SHOP_JS);
    if (request.url === '/rude.css') return response.writeHead(200, { 'content-type': 'text/css' }).end(RUDE_CSS);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': shown.csp }).end(shown.html);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    embed(chat, site) {
      shown = { html: page(chat, site), csp: policy(chat) };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
