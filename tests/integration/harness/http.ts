// HTTP as it is on the wire: the headers as given and no others.
import { request } from 'node:http';
import type { Server } from './server.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

type Headers = Record<string, string | string[] | undefined>;

export function get(server: Server, path: string, { method = 'GET', headers = {} as Headers } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, path, method, headers, agent: false };
    const asked = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.on('upgrade', ({ statusCode, headers: got }, socket) => {
      socket.destroy();
      resolve({ status: statusCode!, headers: got, body: '' });
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** A WebSocket handshake that is right but for what is given; 101 means that it was accepted. */
export function handshake(server: Server, headers: Headers, path = '/ws'): Promise<Answer> {
  const right = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'shopbell.v1',
    Origin: server.url,
  };
  const all = Object.entries({ ...right, ...headers }).filter(([, value]) => value !== undefined);
  return get(server, path, { headers: Object.fromEntries(all) });
}
