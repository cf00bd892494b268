import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelView, HeatView, ListPage, SystemStatus } from '#lib/contract/index.ts';
import { COLUMNS, WINDOW_NAMES, formatList } from '#lib/contract/index.ts';
import { chance, readStored, recount, startLoad } from '../support/fault-load.ts';
import type { Ledger } from '../support/fault-load.ts';
import { imbalances, numbersOfFunnel, numbersOfHeat } from '../support/numbers.ts';
import type { ShownNumber } from '../support/numbers.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const PARTITIONS = 4;
const ROUNDS = 4;
const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);

let journeys: string;
let clean: TestRedis;
beforeAll(async () => {
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
  clean = await startTestRedis({ fsync: 'no' });
});
afterAll(async () => {
  await clean.stop();
  await rm(journeys, { recursive: true, force: true });
});

const start = (): Promise<Product> => startProduct({ env: { PARTITIONS: String(PARTITIONS), JOURNEYS: journeys, LOG_LEVEL: 'fatal' } });

/** Numbers of all pages against the lists behind them, read until no minute turned in between. */
async function countsThatDiffer(product: Product): Promise<string[]> {
  const wrong: string[] = [];
  for (const by of ['channel', 'segment'] as const) {
    const view = await product.trpc<FunnelView>('funnel.get', { journey: 'test', by });
    wrong.push(...imbalances(view), ...(await differing(product, numbersOfFunnel(view, undefined))));
  }
  for (const by of COLUMNS)
    for (const window of WINDOW_NAMES) {
      const view = await product.trpc<HeatView>('heat.get', { journey: 'test', window, by });
      wrong.push(...(await differing(product, numbersOfHeat(view, { window, by, to: undefined }))));
    }
  return wrong;
}

async function differing(product: Product, numbers: readonly ShownNumber[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { where, value, list } of numbers) {
    const page = await product.trpc<ListPage>('cases.list', { list: formatList(list), limit: 1 });
    if (page.count !== value) wrong.push(`${where}: shows ${value}, its list has ${page.count}`);
  }
  return wrong;
}

/** Nothing acknowledged is missing, nothing stands twice, and every number is what an undisturbed recount of the same events comes to. */
async function expectExact(product: Product, ledger: Ledger): Promise<void> {
  await product.settled();
  const stored = await readStored({ socketPath: product.socketPath }, PARTITIONS);
  expect(stored.refused).toEqual([]);
  expect(stored.ids.length).toBe(new Set(stored.ids).size);
  const there = new Set(stored.ids);
  expect([...ledger.acknowledged].filter((id) => !there.has(id))).toEqual([]);
  expect(stored.ids.filter((id) => !ledger.sent.has(id))).toEqual([]);
  const status = await product.trpc<SystemStatus>('system.status');
  expect([status.accepted, status.projected]).toEqual([ledger.acknowledged.size, ledger.acknowledged.size]);
  const again = await recount(clean, stored, { partitions: PARTITIONS, blueprints: blueprintsFrom(TEST_JOURNEY) });
  expect(stored.streams).toEqual(again.streams);
  expect(stored.states).toEqual(again.states);
  expect(stored.lists).toEqual(again.lists);
  expect(stored.sums).toEqual(again.sums);
  await expect.poll(() => countsThatDiffer(product), { timeout: 30_000, interval: 500 }).toEqual([]);
}

describe(`under load (FAULT_SEED=${SEED})`, () => {
  it('loses nothing and counts nothing twice when the app is killed', async () => {
    await using product = await start();
    const next = chance(SEED);
    const load = startLoad(product, { seed: SEED, clients: 3, batch: 40 });
    for (let round = 0; round < ROUNDS; round++) {
      const before = load.ledger.acknowledged.size;
      await expect.poll(() => load.ledger.acknowledged.size, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 200);
      await pause(next() * 300);
      await product.kill9();
      await product.start();
    }
    await load.finish();
    expect(load.ledger.broken).toBeGreaterThan(0);
    await expectExact(product, load.ledger);
  });

  it('loses nothing and counts nothing twice when its Redis is killed; it says 503 with Retry-After meanwhile and recovers by itself', async () => {
    await using product = await start();
    const next = chance(SEED + 1);
    const load = startLoad(product, { seed: SEED + 1, clients: 3, batch: 40 });
    const app = product.pid;
    for (let round = 0; round < ROUNDS; round++) {
      const before = load.ledger.acknowledged.size;
      await expect.poll(() => load.ledger.acknowledged.size, { timeout: 30_000, interval: 20 }).toBeGreaterThan(before + 200);
      await pause(next() * 300);
      const server = await product.redisPid();
      if (server === undefined) throw new Error('The product notes no Redis server.');
      process.kill(server, 'SIGKILL');
      await expect.poll(() => product.redisPid(), { timeout: 20_000, interval: 20 }).not.toBe(server);
    }
    await load.finish();
    const refusals = load.ledger.refusals.filter((r) => r.status !== 429);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.filter((r) => r.status !== 503 || !(Number(r.retryAfter) >= 1))).toEqual([]);
    expect([product.running(), product.pid]).toEqual([true, app]);
    await expectExact(product, load.ledger);
  });

  it('loses nothing when its Redis is killed at the very moment at which it is ready, before its projectors have begun', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await using product = await start();
      const server = await product.redisPid();
      if (server === undefined) throw new Error('The product notes no Redis server.');
      await pause(round * 120);
      process.kill(server, 'SIGKILL');
      await expect.poll(() => product.redisPid(), { timeout: 20_000, interval: 20 }).not.toBe(server);
      const load = startLoad(product, { seed: SEED + 2 + round, clients: 2, batch: 40 });
      await expect.poll(() => load.ledger.acknowledged.size, { timeout: 20_000, interval: 20 }).toBeGreaterThan(100);
      await load.finish();
      await expectExact(product, load.ledger);
    }
  });
});
