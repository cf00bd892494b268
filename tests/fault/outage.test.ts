import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import type { Beat, FindAnswer, SystemStatus } from '#lib/contract/index.ts';
import { connect } from '#server/redis/client.ts';
import { infoField } from '#server/redis/probe.ts';
import { readMetrics } from '../support/metrics.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

/** Long enough for whoever waits longer and longer to wait their longest. */
const OUTAGE_MS = 8000;
const SOON = { timeout: 30_000, interval: 20 };
/** How soon after the store answers again a new event is to be in the numbers, on a busy machine. */
const BACK_WITHIN_MS = 2000;

/** Pages are no longer told that they are up to date within this time. */
const NOT_VOUCHED_WITHIN_MS = 2700;

/** A store that does not answer at all is given up within this time. */
const HUNG_WITHIN_MS = 5000;

async function serverOf(store: TestRedis): Promise<number> {
  const redis = await connect(store);
  const pid = Number(infoField(await redis.info('server'), 'process_id'));
  redis.destroy();
  return pid;
}

/** What a page hears first when it connects. */
async function firstBeat(product: Product): Promise<Beat> {
  const socket = io(product.address, { transports: ['websocket'], forceNew: true });
  try {
    return await new Promise((resolve) => socket.once('beat', resolve));
  } finally {
    socket.disconnect();
  }
}

/** How long it takes until pages hear a beat that does not vouch for what they show. */
async function untilNotVouched(product: Product): Promise<number> {
  const begun = Date.now();
  const socket = io(product.address, { transports: ['websocket'], forceNew: true });
  try {
    await new Promise<void>((resolve) => socket.on('beat', (beat: Beat) => beat.ready || resolve()));
    return Date.now() - begun;
  } finally {
    socket.disconnect();
  }
}

const someone = (id: string) => ({ id, type: 'page.viewed', customer: { customerId: `C-${id}` } });

async function sendUntilTaken(product: Product, id: string): Promise<void> {
  while ((await product.send([someone(id)])).status !== 200) await pause(20);
}

const projected = async (product: Product): Promise<number> => (await product.trpc<SystemStatus>('system.status')).projected;

describe('a store of the operator’s that is away for a while', () => {
  it('is back at once when it is back: what is sent then is in the numbers a moment later', async () => {
    await using store = await startTestRedis();
    await using product = await startProduct({ env: { REDIS_URL: store.url, PARTITIONS: '8', LOG_LEVEL: 'error' } });
    await sendUntilTaken(product, 'before');
    await expect.poll(() => projected(product), SOON).toBe(1);
    const said = product.output().length;
    await store.kill9();
    await pause(OUTAGE_MS);
    await store.restart();
    const back = Date.now();
    await sendUntilTaken(product, 'after');
    await expect.poll(() => projected(product), SOON).toBe(2);
    await expect.poll(async () => (await fetch(`${product.address}/readyz`)).status, SOON).toBe(200);
    expect(Date.now() - back).toBeLessThan(BACK_WITHIN_MS);

    const figures = readMetrics(await (await fetch(`${product.address}/metrics`)).text());
    expect(figures.get('throughline_redis_reconnects_total')).toBeGreaterThanOrEqual(4);
    // One line for a partition that stands still, not one for every look at a store that is not there.
    const lines = product
      .output()
      .slice(said)
      .split('\n')
      .filter((line) => line.includes('"level":50'));
    expect(lines.length).toBeLessThan(20);
  });

  it('that hangs is told as one that is away: nobody waits for it, nothing looks live, and what was sent meanwhile counts once', async () => {
    await using store = await startTestRedis();
    await using product = await startProduct({ env: { REDIS_URL: store.url, PARTITIONS: '2', LOG_LEVEL: 'fatal' } });
    await sendUntilTaken(product, 'before');
    await expect.poll(() => projected(product), SOON).toBe(1);
    const server = await serverOf(store);
    process.kill(server, 'SIGSTOP');
    try {
      const asked = Date.now();
      const [notVouchedAfter, sent, readiness, found] = await Promise.all([
        untilNotVouched(product),
        product.send([someone('meanwhile')]),
        fetch(`${product.address}/readyz`),
        fetch(`${product.address}/api/trpc/customers.find?input=${encodeURIComponent('{"q":"C-before"}')}`),
      ]);
      expect([sent.status, sent.retryAfter, readiness.status, found.status]).toEqual([503, '1', 503, 503]);
      expect(Date.now() - asked).toBeLessThan(HUNG_WITHIN_MS);
      expect(notVouchedAfter).toBeLessThan(NOT_VOUCHED_WITHIN_MS);
      const beat = await firstBeat(product);
      expect(beat.ready).toBe(false);
      expect(readMetrics(await (await fetch(`${product.address}/metrics`)).text()).get('throughline_store_up')).toBe(0);
    } finally {
      process.kill(server, 'SIGCONT');
    }
    await sendUntilTaken(product, 'meanwhile');
    await expect.poll(() => projected(product), SOON).toBe(2);
    await expect.poll(async () => (await fetch(`${product.address}/readyz`)).status, SOON).toBe(200);
  });

  it('that comes back empty ends the product with a sentence, and what it took in meanwhile is found after the next start', async () => {
    await using store = await startTestRedis();
    await using product = await startProduct({ env: { REDIS_URL: store.url, PARTITIONS: '2', LOG_LEVEL: 'fatal' } });
    await sendUntilTaken(product, 'before');
    const redis = await connect(store);
    await redis.flushAll();
    await product.send([someone('meanwhile')]).catch(() => undefined);
    await expect.poll(() => product.running(), SOON).toBe(false);
    expect(product.output()).toContain('it was emptied or exchanged');
    await product.start();
    await sendUntilTaken(product, 'meanwhile');
    const hits = async (q: string) => (await product.trpc<FindAnswer>('customers.find', { q })).hits.map(({ events }) => events);
    await expect.poll(() => hits('C-meanwhile'), SOON).toEqual([1]);
    expect(await hits('C-before')).toEqual([]);
    redis.destroy();
  });

  it('does not keep the product from ending when it is told to', async () => {
    await using store = await startTestRedis();
    await using product = await startProduct({ env: { REDIS_URL: store.url, PARTITIONS: '2', LOG_LEVEL: 'fatal' } });
    await store.kill9();
    await pause(500);
    const told = Date.now();
    expect(await product.stop()).toBe(0);
    expect(Date.now() - told).toBeLessThan(10_000);
  });

  it('does not keep the product from ending when it hangs: nothing that was accepted waits for it', async () => {
    await using store = await startTestRedis();
    await using product = await startProduct({ env: { REDIS_URL: store.url, PARTITIONS: '2', LOG_LEVEL: 'fatal' } });
    await sendUntilTaken(product, 'before');
    const server = await serverOf(store);
    process.kill(server, 'SIGSTOP');
    try {
      expect(await product.stop()).toBe(0);
    } finally {
      process.kill(server, 'SIGCONT');
    }
    await product.start();
    await expect.poll(() => projected(product), SOON).toBe(1);
  });
});
