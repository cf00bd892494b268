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
