import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDoors, type DoorOptions, type Readiness } from '#server/ingest/doors.ts';
import { LIMITS } from '#server/ingest/limits.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createWriteKeys } from '#server/security/write-keys.ts';
import { createMemoryLog, type MemoryLog } from './memory-log.ts';

/** A key that the test server takes. */
export const TEST_KEY = 'wk_test_0123456789abcdef';
/** A key that stands in web pages. */
export const BROWSER_KEY = 'wkb_test_0123456789abcdef';
/** The instant it is on the test server: 2026-03-01T12:00:00Z. */
export const TEST_NOW = Date.UTC(2026, 2, 1, 12);

/** A server with nothing but the doors. */
export interface DoorServer extends AsyncDisposable {
  readonly log: MemoryLog;
  readonly url: string;
  readonly faults: readonly unknown[];
  /** what every further `ready()` answers */
  setReady(readiness: Readiness): void;
  post(path: string, body: BodyInit, headers?: Readonly<Record<string, string>>): Promise<Answered>;
}

/** An HTTP answer, read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Starts a server with doors on a free loopback port. */
export async function startDoors(options: Partial<DoorOptions> & { readonly writeKey?: string } = {}): Promise<DoorServer> {
  const log = createMemoryLog();
  const faults: unknown[] = [];
  let readiness: Readiness = { ok: true };
  const keys = createWriteKeys({ configured: options.writeKey ?? TEST_KEY, dataDir: '/nonexistent' });
  const doors = createDoors({
    log,
    putFactor: (factor) => log.putFactor(factor),
    withdrawFactor: (id) => log.withdrawFactor(id),
    clock: () => TEST_NOW,
    nodeOf: createNodeHasher('pepper'),
    region: 'DE',
    // A key for pages is made on the page of sources; here there is one from the start.
    keys: {
      isNamed: (key) => key === BROWSER_KEY || keys.isNamed(key),
      isBrowser: (key) => key === BROWSER_KEY,
      sourceOf: (key, asked) => (key === BROWSER_KEY ? 'site' : keys.sourceOf(key, asked)),
    },
    limits: LIMITS,
    ready: () => readiness,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  const server = createServer((request: IncomingMessage, response) => {
    if (!doors(request, response)) response.writeHead(404).end('{"elsewhere":true}');
  });
  const url = await listening(server);
  return {
    log,
    url,
    faults,
    setReady: (next) => {
      readiness = next;
    },
    post: (path, body, headers = { authorization: `Bearer ${TEST_KEY}` }) => post(url + path, body, headers),
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function post(url: string, body: BodyInit, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const parsed: unknown = await response.json();
  if (typeof parsed !== 'object' || parsed === null) throw new Error('An answer must be an object.');
  return { status: response.status, headers: response.headers, body: { ...parsed } };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
