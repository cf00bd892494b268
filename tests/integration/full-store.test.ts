import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import type { Beat, SystemStatus } from '#lib/contract/index.ts';
import { infoField } from '#server/redis/probe.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';

const SOON = { timeout: 30_000, interval: 50 };
/** More than is counted before the store can be told that it is full. */
const MANY = 5000;

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

it('pages are told that the store has no room for what was accepted, and count it as soon as there is some', async () => {
  await using app = await startTestApp({ now: Date.UTC(2026, 9, 15, 12) });
  const page = io(app.address, { transports: ['websocket'], forceNew: true });
  try {
    let last: Beat | undefined;
    page.on('beat', (beat: Beat) => void (last = beat));
    const events = Array.from({ length: MANY }, (_, i) => ({ id: `e${i}`, type: 'page.viewed', customer: { customerId: `C-${i}` } }));
    expect(await app.post(events)).toMatchObject({ status: 200, accepted: MANY });
    await app.app.redis.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
    await expect.poll(() => last?.full, SOON).toBe(true);
    await app.app.redis.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    await expect.poll(() => last?.full, SOON).toBe(false);
    await expect.poll(async () => (await app.call<SystemStatus>('system.status')).projected, SOON).toBe(MANY);
  } finally {
    page.disconnect();
  }
});
