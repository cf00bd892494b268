import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance, readStored, recount, startLoad } from '../support/fault-load.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { verifyStore } from '../support/verify.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const PARTITIONS = 4;
const ROUNDS = 2;
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

async function sendUntilAcknowledged(product: Product, events: readonly object[]): Promise<void> {
  for (;;) {
    const answer = await product.send(events).catch(() => undefined);
    if (answer?.status === 200) return expect(answer.body['rejected']).toEqual([]);
    await pause(30);
  }
}

describe(`merging and un-merging across partitions under load (FAULT_SEED=${SEED})`, () => {
  it('loses nothing, doubles nothing and leaves no trace when the app is killed in the middle', async () => {
    await using product = await startProduct({ env: { PARTITIONS: String(PARTITIONS), JOURNEYS: journeys, LOG_LEVEL: 'fatal' } });
    const next = chance(SEED);
    const load = startLoad(product, { seed: SEED, clients: 2, batch: 25 });
    const merges: string[] = [];
    const merge = async (): Promise<void> => {
      const [a, b] = [Math.floor(next() * 150), Math.floor(next() * 150)];
      if (a === b) return;
      const id = `merge-${merges.length}`;
      merges.push(id);
      const other = next() < 0.5 ? { customerId: `C${b}` } : { anonymousId: `A${b}` };
      await sendUntilAcknowledged(product, [
        { id, type: 'identity.merged', customer: { customerId: `C${a}` }, attributes: { other, reason: 'test' } },
      ]);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const before = load.ledger.acknowledged.size;
      const deciding = Promise.all(Array.from({ length: 12 }, merge));
      await expect.poll(() => load.ledger.acknowledged.size, { timeout: 30_000, interval: 20 }).toBeGreaterThan(before + 100);
      await pause(next() * 200);
      await product.kill9();
      await product.start();
      await deciding;
    }
    await load.finish();
    await product.settled();
    expect(await verifyStore(product, PARTITIONS)).toEqual([]);
    const taking = sendUntilAcknowledged(
      product,
      merges.map((id) => ({
        id: `un${id}`,
        type: 'identity.unmerged',
        customer: { customerId: 'C0' },
        attributes: { eventId: id, reason: 'test' },
      })),
    );
    await pause(next() * 100);
    await product.kill9();
    await product.start();
    await taking;
    await product.settled();
    expect(await verifyStore(product, PARTITIONS)).toEqual([]);
    const stored = await readStored({ socketPath: product.socketPath }, PARTITIONS);
    expect(stored.refused).toEqual([]);
    expect(stored.ids).toEqual([...load.ledger.acknowledged].sort());
    const never = await recount(clean, stored, { partitions: PARTITIONS, blueprints: blueprintsFrom(TEST_JOURNEY) });
    expect(stored.streams).toEqual(never.streams);
    expect(stored.states).toEqual(never.states);
    expect(stored.lists).toEqual(never.lists);
    expect(stored.sums).toEqual(never.sums);
  });
});
