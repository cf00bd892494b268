import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { connectTo } from '#server/cli/running-store.ts';
import { another, connect } from '#server/redis/client.ts';
import { startTestRedis } from '../../support/redis.ts';

test('a store that still reads its files is waited for, and that is said once', async () => {
  await using server = await startTestRedis({ fsync: 'no' });
  const before = await connect(server);
  await Promise.all(Array.from({ length: 4000 }, (_, n) => before.set(`key:${n}`, 'value')));
  before.destroy();
  await server.restartSlowly(400);

  const said: string[] = [];
  const after = await connect(server, (error) => said.push(error.message));

  expect(await after.get('key:3999')).toBe('value');
  expect(said).toEqual([`The store at ${server.socketPath} still reads its files. It is waited for.`]);
  after.destroy();
});

test('a command that comes while the store reads its files says what it waits for', async () => {
  await using server = await startTestRedis({ fsync: 'no' });
  const before = await connect(server);
  await Promise.all(Array.from({ length: 4000 }, (_, n) => before.set(`key:${n}`, 'value')));
  before.destroy();
  await server.restartSlowly(400);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const after = await connectTo(server).finally(() => vi.restoreAllMocks());
  expect(said.mock.calls.map(([words]) => words)).toEqual([`The store at ${server.socketPath} still reads its files. It is waited for.\n`]);
  after.destroy();
});

test('a store that is asked by TLS and speaks none is given up within seconds, with what may be wrong', async () => {
  // A Redis server takes the greeting for a command that is not at its end yet, and waits.
  const plain = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const asked = performance.now();
  await expect(connect({ url: `rediss://127.0.0.1:${(plain.address() as AddressInfo).port}` })).rejects.toThrow(
    'Does it speak TLS at this port? Where it does not, the address begins with redis://.',
  );
  expect(performance.now() - asked).toBeLessThan(8000);
  plain.close();
});

test('a further connection to a store that is busy is waited for', async () => {
  await using server = await startTestRedis({ fsync: 'no' });
  const busy = await connect(server);
  const own = Number(/process_id:(\d+)/.exec(await busy.info('server'))?.[1]);
  process.kill(own, 'SIGSTOP');
  setTimeout(() => process.kill(own, 'SIGCONT'), 1500);
  const further = await another(busy);
  expect(await further.ping()).toBe('PONG');
  for (const client of [busy, further]) client.destroy();
});

test('a store that no longer lets us in after a break says why, once', async () => {
  await using server = await startTestRedis({ fsync: 'no' });
  const own = await connect(server);
  const said: string[] = [];
  const other = await connect(server, (error) => said.push(error.message));
  await own.configSet('requirepass', 'another-word');
  await own.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  await expect.poll(() => said.length, { timeout: 10_000 }).toBeGreaterThan(1);
  expect(said).toEqual([expect.any(String), expect.stringMatching(/^NOAUTH/)]);
  await own.configSet('requirepass', '');
  await expect.poll(() => other.isReady, { timeout: 10_000 }).toBe(true);
  for (const client of [own, other]) client.destroy();
});
