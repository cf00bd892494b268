import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { projectFile } from '#server/platform/files.ts';
import { createLog } from '#server/platform/log.ts';
import { projectInThreads } from '#server/projector-threads.ts';

const THREADS = 2;
const nothing = (): void => undefined;

it('threads that ask for a store that is away, and go on asking, end when they are told to', async () => {
  let asked = 0;
  // Whoever comes is turned away at once, as by a Redis server that is going down.
  const away = createServer((socket) => {
    asked++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
  const { port } = away.address() as AddressInfo;
  const projecting = projectInThreads(
    projectFile('build/projector-worker.js'),
    {
      address: { url: `redis://127.0.0.1:${port}` },
      partitions: THREADS,
      dataDir: '/nowhere',
      emotionUrl: undefined,
      emotionModel: undefined,
      emotionLanguages: [],
      emotionLimitMs: 100,
      identityFile: undefined,
      logLevel: 'silent',
    },
    { threads: THREADS, onCommit: nothing, onFailure: nothing, onReconnect: nothing, log: createLog('silent') },
  );
  await expect.poll(() => asked, { timeout: 30_000, interval: 20 }).toBeGreaterThan(2 * THREADS);
  // A wake-up that comes too early is nothing it could do anything with.
  projecting.wake([0, 1]);
  await projecting.stop();
  await new Promise<void>((resolve) => away.close(() => resolve()));
});
