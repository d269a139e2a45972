// Who may open a socket at all.
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { after, test } from 'node:test';
import { Client } from './harness/client.ts';
import { handshake } from './harness/http.ts';
import { startServer } from './harness/server.ts';

const sites = {
  north: { origins: ['self', 'https://shop.example.com', 'http://plain.example', 'https://odd.example:8443', 'https://xn--bcher-kva.example'] },
  south: { origins: ['https://other.example'] },
};
const server = await startServer({ sites });
after(() => server.close());

const GOOD = ['https://shop.example.com', 'http://plain.example', 'https://odd.example:8443', 'https://xn--bcher-kva.example', 'https://other.example'];

/** What browsers never send for these pages, but attackers' pages, sloppy matching and other programs might. */
function bad(): (string | undefined)[] {
  const variants = GOOD.flatMap((origin) => {
    const [scheme, host] = origin.split('://') as [string, string];
    const name = host.replace(/:\d+$/, '');
    const otherScheme = scheme === 'https' ? 'http' : 'https';
    return [
      `${otherScheme}://${host}`, `wss://${host}`, `ws://${host}`, `ftp://${host}`, `file://${host}`, `${scheme}:${host}`, `//${host}`, host, name,
      `${scheme}:/${host}`, `${scheme}:///${host}`, `${origin}/`, `${origin}/path`, `${origin}?`, `${origin}#`, `${origin}.`, `${origin} `.concat('x'),
      `${scheme}://${name}:80`, `${scheme}://${name}:443`, `${scheme}://${name}:8080`, `${scheme}://${name}:08443`, `${scheme}://${name}:`,
      `${scheme}://evil${host}`, `${scheme}://evil.${host}`, `${scheme}://${host}.evil.example`, `${scheme}://${host}evil`, `${scheme}://evil.example/${host}`,
      `${scheme}://evil.example?${host}`, `${scheme}://evil.example#${host}`, `${scheme}://${host}@evil.example`, `${scheme}://user@${host}`, `${scheme}://user:pw@${host}`,
      origin.toUpperCase(), `${scheme.toUpperCase()}://${host}`, `${scheme}://${host[0]!.toUpperCase()}${host.slice(1)}`,
      `${origin},${origin}`, `${origin}, https://evil.example`, `https://evil.example, ${origin}`, `${origin} https://evil.example`, `${origin};`,
      origin.slice(0, -1), origin.slice(1), `"${origin}"`, `<${origin}>`, `${scheme}://${name}%2eevil.example`, `${scheme}://${name}\\@evil.example`,
    ];
  });
  const others = [
    undefined, '', ' ', 'null', 'NULL', 'undefined', '*', 'self', 'https://*', 'https://', 'http://', '://', 'about:blank', 'data:text/html,x', 'javascript:1', 'blob:https://shop.example.com/1',
    'chrome-extension://shop.example.com', 'https://bücher.example', 'https://bucher.example', 'https://BüCHER.example', 'http://localhost', 'https://localhost', 'http://127.0.0.1', 'http://0.0.0.0',
    `http://127.0.0.1:${server.port + 1}`, `https://127.0.0.1:${server.port}`, `http://127.1:${server.port}`, `http://2130706433:${server.port}`, `http://[::1]:${server.port}`,
    `http://0x7f.0.0.1:${server.port}`, `http://127.0.0.1:${server.port}/`, `http://LOCALHOST:${server.port}`, `http://localhost.:${server.port}`, 'https://shop.example.com\t', 'https://shop\u00ad.example.com', 'x'.repeat(600),
  ];
  return [...variants, ...others];
}

test('the listed origins are accepted, exactly, and those of the server itself', async () => {
  for (const origin of [...GOOD, `http://127.0.0.1:${server.port}`, `http://localhost:${server.port}`]) {
    assert.equal((await handshake(server, { Origin: origin })).status, 101, origin);
  }
});

test('of more than 200 other origins none is accepted', async () => {
  const variants = [...new Set(bad())].filter((origin) => !GOOD.includes(origin ?? ''));
  assert.ok(variants.length >= 200, `${variants.length}`);
  const accepted: string[] = [];
  for (const origin of variants) {
    const bytes = origin === undefined ? undefined : Buffer.from(origin).toString('latin1').replace(/[\t]/g, '');
    if (bytes !== undefined && GOOD.includes(bytes.trim())) continue; // the blanks around a header's value are none of it
    const { status, headers } = await handshake(server, { Origin: bytes });
    if (status !== 403 && status !== 400) accepted.push(`${origin}: ${status}`);
    assert.equal(headers.upgrade, undefined);
  }
  assert.deepEqual(accepted, []);
});

test('two Origin headers are no origin', async () => {
  for (const pair of [[GOOD[0]!, 'https://evil.example'], ['https://evil.example', GOOD[0]!], [GOOD[0]!, GOOD[1]!]]) {
    const answer = await rawHandshake(pair.map((origin) => `Origin: ${origin}`));
    assert.match(answer, /^HTTP\/1\.1 40[03] /, pair.join());
  }
});

test('another subprotocol, or none, is refused', async () => {
  for (const protocol of [undefined, '', 'shopbell.v2', 'shopbell', 'SHOPBELL.V1', 'shopbell.v1x', 'xshopbell.v1', 'chat']) {
    const { status } = await handshake(server, { 'Sec-WebSocket-Protocol': protocol });
    assert.equal(status, 400, protocol);
  }
  const several = await handshake(server, { 'Sec-WebSocket-Protocol': 'chat, shopbell.v1' });
  assert.deepEqual([several.status, several.headers['sec-websocket-protocol']], [101, 'shopbell.v1']);
});

test('a socket is at /ws and nowhere else', async () => {
  for (const path of ['/', '/ws/', '/ws2', '/WS', '/ws/chat', '/console/', '/shopbell.js', '/metrics', '/%77s', '//ws', '/./ws', '/x/../ws']) {
    const { status } = await handshake(server, {}, path);
    assert.notEqual(status, 101, path);
  }
});

test('a handshake that is not one is refused, and other clients go on', async () => {
  const client = await Client.open(server);
  const wrong: [Record<string, string | undefined>, number][] = [
    [{ Upgrade: 'h2c' }, 426],
    [{ Connection: 'keep-alive' }, 426],
    [{ 'Sec-WebSocket-Version': '8' }, 426],
    [{ 'Sec-WebSocket-Version': undefined }, 426],
    [{ 'Sec-WebSocket-Key': undefined }, 400],
    [{ 'Sec-WebSocket-Key': 'short' }, 400],
    [{ 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!!!' }, 400],
    [{ 'Content-Length': '5' }, 400],
  ];
  for (const [headers, status] of wrong) assert.equal((await handshake(server, headers)).status, status, JSON.stringify(headers));
  assert.match(await rawHandshake([`Origin: ${server.url}`, `X-Long: ${'x'.repeat(9000)}`]), /^HTTP\/1\.1 431 /);
  assert.match(await raw('PUT /ws HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 405 /);
  assert.match(await raw('GET /ws HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 4\d\d /);
  assert.match(await raw('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'), /^HTTP\/1\.1 400 /);
  await client.must('ping', {});
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port: server.port });
    let got = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      got += chunk;
      if (got.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    socket.write(text);
  });
}

function rawHandshake(headers: string[]): Promise<string> {
  const fixed = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const keys = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: shopbell.v1'];
  return raw(`GET /ws HTTP/1.1\r\n${[...fixed, ...keys, ...headers].join('\r\n')}\r\n\r\n`);
}
