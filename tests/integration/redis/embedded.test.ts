import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { projectFile } from '#server/platform/files.ts';
import { markOf } from '#server/redis/directory-lock.ts';
import { startEmbedded, type EmbeddedRedis } from '#server/redis/embedded.ts';
import { cacheFolder, locateRedis } from '#server/redis/locate.mjs';
import { infoField } from '#server/redis/probe.ts';

type Host = { readonly child: ChildProcess; readonly url: string; readonly pid: number; readonly adopted: boolean };

const hostScript = projectFile(`node_modules/.throughline-test/embedded-host-${process.pid}.mjs`);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const environment = { bin: process.env.REDIS_SERVER_BIN || undefined, searchPath: process.env.PATH, cacheHome: process.env.XDG_CACHE_HOME };
let dataDir: string;
let servers: EmbeddedRedis[] = [];
let hosts: ChildProcess[] = [];

beforeAll(async () => {
  const bundle = await rolldown({
    input: projectFile('tests/support/embedded-host.ts'),
    platform: 'node',
    external: /^[^.#/]/,
    cwd: projectFile('.'),
  });
  await bundle.write({ file: hostScript, format: 'esm' });
  await bundle.close();
});
afterAll(() => rm(hostScript, { force: true }));

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'throughline-embedded-'));
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  for (const child of hosts) child.kill('SIGKILL');
  // Whatever a failed test left running on this folder is adopted and ended.
  const last = await start().catch(() => undefined);
  await last?.stop();
  await rm(dataDir, { recursive: true, force: true });
  servers = [];
  hosts = [];
});

async function start(folder = dataDir): Promise<EmbeddedRedis> {
  const server = await startEmbedded({ ...environment, dataDir: folder, log: silent });
  servers.push(server);
  return server;
}

/** A whole process of its own that runs the embedded server. */
async function startHost(): Promise<Host> {
  const binary = locateRedis({ ...environment, cacheDir: cacheFolder(process.env) }) ?? '';
  const child = spawn(process.execPath, [hostScript, dataDir, binary], { stdio: ['pipe', 'pipe', 'inherit'] });
  hosts.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, ...(JSON.parse(line) as { url: string; pid: number; adopted: boolean }) };
}

async function withClient<Answer>(url: string, ask: (client: ReturnType<typeof createClient>) => Promise<Answer>): Promise<Answer> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await ask(client as ReturnType<typeof createClient>);
  } finally {
    client.destroy();
  }
}

/** 200 events, then kill -9 of app and server; their lock stays behind. */
async function crash(): Promise<void> {
  const host = await startHost();
  await append(host.url, 200);
  const died = once(host.child, 'exit');
  host.child.kill('SIGKILL');
  process.kill(host.pid, 'SIGKILL');
  await died;
}

const append = (url: string, count: number) =>
  withClient(url, (client) => Promise.all(Array.from({ length: count }, (_, n) => client.xAdd('log', '*', { n: String(n) }))));
const length = (url: string) => withClient(url, (client) => client.xLen('log'));

const running = (pid: number) => markOf(pid) !== undefined;

test('a file that has become longer than what it holds is written anew once the server is quiet, and nothing is lost by it', async () => {
  const server = await startEmbedded({
    ...environment,
    dataDir,
    log: silent,
    compaction: { lookMs: 20, leastBytes: 100_000 },
  });
  servers.push(server);
  await append(server.url, 200);
  const fileBytes = (): Promise<number> =>
    withClient(server.url, async (client) => Number(infoField(await client.info('persistence'), 'aof_current_size')));
  await withClient(server.url, async (client) => {
    for (let i = 0; i < 100; i++) await client.set('written again and again', `${i}`.padStart(100_000));
  });
  await vi.waitFor(async () => expect(await fileBytes()).toBeLessThan(1_000_000), { timeout: 20_000, interval: 50 });
  expect(await length(server.url)).toBe(200);
});

test('the folder and its socket belong to this user alone', async () => {
  const server = await start();
  expect((await stat(join(dataDir, 'redis'))).mode & 0o777).toBe(0o700);
  expect((await stat(server.socketPath)).mode & 0o777).toBe(0o700);
});

test('accepted means fsynced: every write goes to the append-only file before its answer, and a full store refuses instead of forgetting', async () => {
  const { url } = await start();
  const settings = await withClient(url, (client) =>
    client.configGet(['appendonly', 'appendfsync', 'save', 'maxmemory-policy', 'port', 'stream-node-max-bytes']),
  );
  expect({ ...settings }).toEqual({
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    port: '0',
    'stream-node-max-bytes': '1024',
  });
});

test('what was written before a stop is there after the next start', async () => {
  const first = await start();
  await append(first.url, 50);
  await first.stop();
  expect(running(first.pid)).toBe(false);
  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await length(second.url)).toBe(50);
});

test('after kill -9 of the app, the next start adopts the server that still runs, loses nothing, and ends it with its own stop', async () => {
  const host = await startHost();
  await append(host.url, 200);
  const died = once(host.child, 'exit');
  host.child.kill('SIGKILL');
  await died;
  const next = await start();
  expect({ adopted: next.adopted, pid: next.pid, events: await length(next.url) }).toEqual({ adopted: true, pid: host.pid, events: 200 });
  await next.stop();
  expect(running(host.pid)).toBe(false);
});

test('after kill -9 of the app and of its server, the next start begins a new one on the same data', async () => {
  await crash();
  const next = await start();
  expect({ adopted: next.adopted, events: await length(next.url) }).toEqual({ adopted: false, events: 200 });
});

test.each([
  ['on a new folder', () => Promise.resolve()],
  ['after a crash of app and server', crash],
])('apps that start at the same moment %s share one server', async (_, before) => {
  await before();
  const [a, b, c] = await Promise.all([startHost(), startHost(), start()]);
  expect(new Set([a.pid, b.pid, c.pid]).size).toBe(1);
  expect([a.adopted, b.adopted, c.adopted].filter((adopted) => !adopted)).toHaveLength(1);
});

test('two starts in one process share one server, and only the one that started it ends it', async () => {
  const [a, b] = await Promise.all([start(), start()]);
  const [guest, owner] = a.adopted ? [a, b] : [b, a];
  expect(guest.pid).toBe(owner.pid);
  await guest.stop();
  expect(running(owner.pid)).toBe(true);
  await owner.stop();
  expect(running(owner.pid)).toBe(false);
});

test('a lock left by processes that are gone does not keep a start away', async () => {
  await mkdir(join(dataDir, 'redis'));
  const gone = { pid: process.pid, identity: 'an earlier boot' };
  await writeFile(
    join(dataDir, 'redis', 'server.lock'),
    JSON.stringify({ token: 'old', owner: gone, server: gone, socketPath: join(dataDir, 'redis', 'redis.sock') }),
  );
  const server = await start();
  expect(await length(server.url)).toBe(0);
});

test('a lock file that is no lock does not keep a start away', async () => {
  await mkdir(join(dataDir, 'redis'));
  await writeFile(join(dataDir, 'redis', 'server.lock'), '{"tok');
  const server = await start();
  expect(await length(server.url)).toBe(0);
});

test('a server that dies while the app runs comes back at the same place with everything acknowledged', async () => {
  const server = await start();
  await append(server.url, 100);
  const before = server.pid;
  process.kill(before, 'SIGKILL');
  await vi.waitFor(() => expect(server.pid).not.toBe(before), { timeout: 30_000, interval: 20 });
  expect(await length(server.url)).toBe(100);
});

test('a server that dies again while it still reads its files comes back all the same', async () => {
  const server = await start();
  await append(server.url, 200);
  const noted = async (): Promise<number> => {
    const lock = JSON.parse(await readFile(join(dataDir, 'redis', 'server.lock'), 'utf8')) as {
      readonly server: { readonly pid: number } | null;
    };
    return lock.server?.pid ?? server.pid;
  };
  const first = server.pid;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(async () => expect(await noted()).not.toBe(first), { timeout: 20_000, interval: 1 });
  process.kill(await noted(), 'SIGKILL');
  await expect.poll(() => length(server.url).catch(() => 0), { timeout: 20_000, interval: 50 }).toBe(200);
});

test('a server that keeps dying is given up after five restarts, and the app is told', async () => {
  let sentence = '';
  const server = await startEmbedded({ ...environment, dataDir, log: silent, onGiveUp: (fault) => (sentence = fault.message) });
  servers.push(server);
  let killed = 0;
  await vi.waitFor(
    () => {
      if (killed !== server.pid) {
        killed = server.pid;
        process.kill(killed, 'SIGKILL');
      }
      expect(sentence).toContain('ended 5 times within 10 minutes');
    },
    { timeout: 40_000, interval: 20 },
  );
});

test('a server that ends because its disk is full comes back once there is room, however often that happens', async () => {
  let room = Infinity;
  const told: string[] = [];
  const log = { ...silent, error: (_: object, message: string) => void told.push(message) };
  const onGiveUp = vi.fn();
  const server = await startEmbedded({ ...environment, dataDir, log, roomIn: () => Promise.resolve(room), onGiveUp });
  servers.push(server);
  await append(server.url, 10);
  for (const ended of [1, 2, 3, 4, 5, 6]) {
    const before = server.pid;
    room = 0;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(told).toHaveLength(ended), { timeout: 30_000, interval: 20 });
    expect(server.full).toBe(true);
    room = Infinity;
    await vi.waitFor(() => expect(server.pid).not.toBe(before), { timeout: 30_000, interval: 20 });
    expect(server.full).toBe(false);
  }
  expect(told[0]).toContain('is full: events are refused until there is room');
  expect(onGiveUp).not.toHaveBeenCalled();
  expect(await length(server.url)).toBe(10);
}, 40_000);

test('a folder too deep for a socket gets one elsewhere, in a folder of this user alone', async () => {
  const deep = join(dataDir, 'a'.repeat(60), 'b'.repeat(60));
  const server = await start(deep);
  expect(server.socketPath.startsWith(deep)).toBe(false);
  expect((await stat(join(server.socketPath, '..'))).mode & 0o777).toBe(0o700);
  await server.stop();
});

test('damaged event files stop the start with words, and stay as they are', async () => {
  const first = await start();
  await append(first.url, 100);
  await first.stop();
  const folder = join(dataDir, 'redis', 'appendonlydir');
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith('.incr.aof')) ?? 'none');
  const handle = await open(file, 'r+');
  await handle.write('garbage!', 300);
  await handle.close();
  const damaged = await readFile(file);
  await expect(start()).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/are damaged and were left untouched\. First copy the whole folder/) as string,
  });
  expect(await readFile(file)).toEqual(damaged);
});

test('a named binary that is no server stops the start and says how to get one', async () => {
  await expect(startEmbedded({ dataDir, bin: '/bin/false', log: silent })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(
      /REDIS_SERVER_BIN=\/bin\/false is not.*apt-get install redis-server.*brew install redis.*docker/,
    ) as string,
  });
});

test('a server that is too old is refused by its version', async () => {
  const old = join(dataDir, 'redis-server');
  await writeFile(old, '#!/bin/sh\necho "Redis server v=6.0.16 sha=0 bits=64"\n');
  await chmod(old, 0o755);
  await expect(startEmbedded({ dataDir, bin: old, log: silent })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('6.0.16') as string,
  });
});
