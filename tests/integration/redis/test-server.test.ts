import { createClient } from 'redis';
import { expect, test } from 'vitest';
import { startTestRedis } from '../../support/redis.ts';

test('what a server acknowledged is still there after kill -9 and restart', async () => {
  await using server = await startTestRedis();
  const before = await createClient({ url: server.url, socket: { reconnectStrategy: false } })
    .on('error', () => undefined)
    .connect();
  await before.set('a', '1');
  await server.kill9();
  await server.restart();
  const after = await createClient({ url: server.url }).connect();
  expect(await after.get('a')).toBe('1');
  after.destroy();
});
