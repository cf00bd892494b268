import { expect, it } from 'vitest';
import { infoField } from '#server/redis/probe.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';

it('a store that is away because its disk is full is told from one that cannot be reached, by the door and by /readyz', async () => {
  let isFull = false;
  await using app = await startTestApp({ now: Date.UTC(2026, 9, 15, 12), isStoreFull: () => isFull });
  const refusal = async (): Promise<readonly unknown[]> => {
    const answer = await fetch(`${app.address}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${APP_KEY}` }, body: '[]' });
    const { code } = (await answer.json()) as { readonly code?: string };
    return [answer.status, answer.headers.get('retry-after'), code];
  };
  process.kill(Number(infoField(await app.app.redis.info('server'), 'process_id')), 'SIGKILL');
  await expect.poll(refusal).toEqual([503, '1', 'store_unavailable']);
  isFull = true;
  expect(await refusal()).toEqual([503, '30', 'store_full']);
  const readiness = await fetch(`${app.address}/readyz`);
  expect([readiness.status, await readiness.json()]).toEqual([
    503,
    { ready: false, message: 'The store has no room left. Free memory or disk space; nothing was lost.' },
  ]);
});

it.each([
  ['has no memory left', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], 'store_full'],
  ['has become a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], 'store_unavailable'],
])(
  'a store that answers and takes nothing, because it %s, is not ready for events until it takes some again',
  async (_, refuse, take, code) => {
    await using app = await startTestApp({ now: Date.UTC(2026, 9, 15, 12) });
    const event = { id: 'e1', type: 'page.viewed', customer: { customerId: 'C-1' } };
    const isReady = async () => (await fetch(`${app.address}/readyz`)).status;
    expect(await isReady()).toBe(200);
    await app.app.redis.sendCommand(refuse);
    expect(await app.post([event])).toMatchObject({ status: 503, code });
    expect(await isReady()).toBe(503);
    await app.app.redis.sendCommand(take);
    expect(await app.post([event])).toMatchObject({ status: 200, accepted: 1 });
    expect(await isReady()).toBe(200);
  },
);
