import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#server/redis/client.ts';
import { Fence } from '#server/redis/fence.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';

const PLACE = { versionKey: '{0}:v', holdKey: '{0}:h' };

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

describe('a commit', () => {
  it('of which the store refuses a command says which, on what, and why', async () => {
    const redis = await connect(server);
    const fence = new Fence(redis, PLACE);
    await fence.begin();
    await redis.xAdd('{0}:c:ada', '5-1', { e: '{}' });
    const commit = fence.commit('1:me', [['XADD', '{0}:c:ada', '5-0', 'e', '{}']]);
    await expect(commit).rejects.toMatchObject({
      name: 'Fault',
      code: 'internal',
      message: expect.stringMatching(/1 commands.*XADD \{0\}:c:ada: .*smaller/s),
    });
    await fence.close();
    redis.destroy();
  });

  it('writes nothing where somebody else was faster', async () => {
    const redis = await connect(server);
    const fence = new Fence(redis, PLACE);
    await fence.begin();
    await redis.set(PLACE.versionKey, '7:other');
    expect(await fence.commit('8:me', [['SET', '{0}:x', '1']])).toBe(false);
    expect(await redis.get('{0}:x')).toBeNull();
    await fence.close();
    redis.destroy();
  });
});
