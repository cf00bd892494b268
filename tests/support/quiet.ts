import { setTimeout as pause } from 'node:timers/promises';
import type { Redis, RedisAddress } from '#server/redis/client.ts';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

const POLL_MS = 25;

/** Whether everything in the logs, and everything partitions sent each other, has been taken in. */
async function isQuiet(redis: Redis, partitions: number): Promise<boolean> {
  const places = Array.from({ length: partitions }, (_, p) => p);
  for (const p of places) {
    if ((await redis.xLen(keys.log(p))) > 0) return false;
    const cursors = await redis.hGetAll(keys.cursors(p));
    for (const q of places) {
      const [last] = (await redis.xRevRange(keys.outbox(q, p), '+', '-', { COUNT: 1 })) ?? [];
      if (last !== undefined && cursors[String(q)] !== last.id) return false;
    }
  }
  return true;
}

/** Resolves when everything is quiet, twice in a row: a message under way may cause another. @throws after `within` ms */
export async function untilQuiet(address: RedisAddress, partitions: number, within = 90_000): Promise<void> {
  const redis = await connect(address);
  try {
    const deadline = Date.now() + within;
    for (let quiet = 0; quiet < 2;) {
      quiet = (await isQuiet(redis, partitions)) ? quiet + 1 : 0;
      if (Date.now() > deadline) throw new Error('Not everything accepted was taken into the numbers in time.');
      await pause(POLL_MS);
    }
  } finally {
    redis.destroy();
  }
}
