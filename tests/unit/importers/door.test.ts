import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDoor } from '#server/importers/door.ts';
import type { DoorOptions } from '#server/importers/door.ts';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
interface Got {
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly events: readonly unknown[];
}

let server: Server;
let got: Got[];
let waits: number[];
let reply: (got: Got) => Reply;

beforeEach(async () => {
  got = [];
  waits = [];
  reply = ({ events }) => ({ status: 200, body: JSON.stringify({ accepted: events.length, duplicates: 0, rejected: [] }) });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { path: request.url, headers: request.headers, events: JSON.parse(Buffer.concat(chunks).toString()) as unknown[] };
      got.push(one);
      const { status, headers, body } = reply(one);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function door(more: Partial<DoorOptions> = {}) {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  return openDoor({ address, key: 'a-key-of-some-length', source: 'desk', sleep, ...more });
}

describe('the way to the door', () => {
  it('shows key and source', async () => {
    expect(await door().send(['{"a":1}', '{"a":2}'])).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(got).toMatchObject([
      { path: '/v1/events', events: [{ a: 1 }, { a: 2 }], headers: { authorization: 'Bearer a-key-of-some-length', 'x-source': 'desk' } },
    ]);
  });

  it.each([429, 503])('waits as long as an answer %i says and sends the same again', async (status) => {
    const taken = reply;
    reply = (one) => (got.length < 3 ? { status, headers: { 'retry-after': '7' } } : taken(one));
    expect(await door().send(['{"a":1}'])).toMatchObject({ accepted: 1 });
    expect(waits).toEqual([7000, 7000]);
    expect(got.map((g) => g.events)).toEqual([[{ a: 1 }], [{ a: 1 }], [{ a: 1 }]]);
  });

  it('gives up with a sentence when nothing is taken for too long', async () => {
    reply = () => ({ status: 503, headers: { 'retry-after': '10' } });
    await expect(door({ patienceMs: 25_000 }).send(['{}'])).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(waits).toEqual([10_000, 10_000, 10_000]);
  });

  it('tries longer and longer where nobody answers, and says each time what it waits for', async () => {
    const told: string[] = [];
    const onWait = (why: string): void => void told.push(why);
    await expect(door({ address: 'http://127.0.0.1:1', patienceMs: 3000, onWait }).send(['{}'])).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(waits).toEqual([500, 1000, 2000]);
    expect(told).toEqual(['nobody answers', 'nobody answers', 'nobody answers']);
  });

  it('halves a batch that is too large and keeps the places of what is refused', async () => {
    reply = ({ events }) =>
      events.length > 1
        ? { status: 413 }
        : {
            status: 200,
            body: JSON.stringify(
              JSON.stringify(events[0]).includes('3')
                ? { accepted: 0, duplicates: 0, rejected: [{ index: 0, field: 'a', code: 'x', message: 'no' }] }
                : { accepted: 1, duplicates: 0, rejected: [] },
            ),
          };
    expect(await door().send(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}'])).toEqual({
      accepted: 3,
      duplicates: 0,
      rejected: [{ index: 2, field: 'a', message: 'no' }],
    });
  });

  it('reports a single event that is too large instead of stopping', async () => {
    reply = () => ({ status: 413 });
    expect(await door().send(['{}'])).toMatchObject({ accepted: 0, rejected: [{ index: 0 }] });
  });

  it('says what to do about a wrong key', async () => {
    reply = () => ({ status: 401 });
    await expect(door().send(['{}'])).rejects.toMatchObject({
      code: 'unauthorised',
      message: expect.stringContaining('WRITE_KEY') as string,
    });
    expect(got).toHaveLength(1);
  });

  it('knows when somebody else answers', async () => {
    reply = () => ({ status: 200, body: '<html>' });
    await expect(door().send(['{}'])).rejects.toMatchObject({ code: 'bad_request' });
  });
});
