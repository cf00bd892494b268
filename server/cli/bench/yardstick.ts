import { randomBytes } from 'node:crypto';
import type { Redis } from '#server/redis/client.ts';

const ENTRY_BYTES = 300;
const BATCH = 100;
const IN_FLIGHT = 16;
const KEY = 'bench:yardstick';

/** Appends entries of 300 bytes, 100 a batch, 16 batches in flight, as plainly as the client can. @returns entries appended and the time it took, ms */
export async function appendPlainly(redis: Redis, forMs: number): Promise<{ readonly entries: number; readonly tookMs: number }> {
  const value = randomBytes(ENTRY_BYTES / 2).toString('hex');
  const begun = performance.now();
  let entries = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - begun < forMs) {
      const batch = redis.multi();
      for (let i = 0; i < BATCH; i++) batch.xAdd(KEY, '*', { e: value });
      await batch.execAsPipeline();
      entries += BATCH;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return { entries, tookMs: performance.now() - begun };
}
