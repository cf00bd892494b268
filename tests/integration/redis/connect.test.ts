import { expect, test } from 'vitest';
import { connect } from '#server/redis/client.ts';
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
