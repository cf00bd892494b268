import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declineUpgrades, refuseOtherSockets } from '#server/platform/upgrades.ts';

const server = createServer((request, response) => {
  const body: string[] = [];
  request.setEncoding('utf8');
  request.on('data', (part: string) => body.push(part));
  request.on('end', () => response.end(`${request.method} ${request.url} ${String(request.headers['x-source'])} ${body.join('')}`));
});
beforeAll(async () => {
  declineUpgrades(server);
  refuseOtherSockets(server, '/live/');
  server.on('upgrade', (request, socket) => {
    if (request.headers.upgrade === 'websocket' && request.url === '/live/?a=b') socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

/** Sends parts one after the other, and reads until the server closes or the answer holds the last words. */
function converse(parts: readonly string[], lastWords: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    const done = (): void => {
      resolve(heard);
      socket.destroy();
    };
    socket.setTimeout(2000, () => reject(new Error(`no answer, but ${JSON.stringify(heard)}`)));
    socket.on('data', (data) => {
      heard += String(data);
      if (heard.includes(lastWords)) done();
    });
    socket.on('error', reject).on('close', done);
    const [first = '', ...rest] = parts;
    socket.write(first);
    for (const [i, part] of rest.entries()) setTimeout(() => socket.write(part), 30 * (i + 1));
  });
}

const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n';
const head = (path: string, length: number, more = OFFER): string =>
  `POST ${path} HTTP/1.1\r\nHost: here\r\nX-Source: till\r\n${more}Content-Length: ${length}\r\n\r\n`;

it('a request that offers HTTP/2, as those of Java do, is answered like any other, whenever its body comes, and so is the next one', async () => {
  expect(await converse([`${head('/one', 5)}hello`], 'hello')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*POST \/one till hello$/);
  expect(await converse([head('/two', 5), 'he', 'llo'], 'hello')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*POST \/two till hello$/);
  const both = await converse([`${head('/one', 5)}hello`, `${head('/two', 5, '')}again`, `${head('/three', 5)}third`], 'third');
  expect(both.match(/POST \/\w+ till [a-z]+/g)).toEqual(['POST /one till hello', 'POST /two till again', 'POST /three till third']);
});

it('an offer of WebSocket stays with those who speak it', async () => {
  const offer = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  expect(await converse([`GET /live/?a=b HTTP/1.1\r\nHost: here\r\n${offer}\r\n`], '\r\n\r\n')).toBe(
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  );
});

it('an offer of WebSocket where nobody speaks it is answered with 404, and the connection ends', async () => {
  for (const path of ['/', '/live', '/elsewhere/'])
    expect(
      await converse([`GET ${path} HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n`], 'until it ends'),
    ).toMatch(/^HTTP\/1\.1 404 Not Found\r\nConnection: close\r\n/);
});
