import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis, RedisAddress } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { readLock } from '#server/redis/directory-lock.ts';

/** The store of this configuration; never starts one. @throws Fault `store_unavailable` where none runs */
export async function addressOf(config: Pick<Config, 'dataDir' | 'redisUrl'>): Promise<RedisAddress> {
  if (config.redisUrl !== undefined) return { url: config.redisUrl };
  const lock = join(config.dataDir, 'redis', 'server.lock');
  const socketPath = (await readLock(lock))?.record?.socketPath;
  if (socketPath !== undefined && existsSync(socketPath)) return { socketPath };
  throw new Fault(
    'store_unavailable',
    `No store is running for DATA_DIR=${config.dataDir}. Start the product (npm start), or name its store in REDIS_URL, then try again.`,
  );
}

/** Connects a command to a store, and says what it waits for where that still reads its files. @throws Fault `store_unavailable` with what to do */
export function connectTo(address: RedisAddress): Promise<Redis> {
  return connect(address, (error) => {
    // A connection that breaks shows in the command that fails.
    if (error instanceof Fault) process.stderr.write(`${error.message}\n`);
  });
}

/** Into how many parts a store is cut. @throws Fault `not_found` where nothing was ever accepted */
export async function partitionsOf(redis: Redis): Promise<number> {
  const partitions = await redis.hGet(keys.store(), 'partitions');
  if (partitions === null || partitions === undefined) throw new Fault('not_found', 'The store is empty: nothing was ever accepted here.');
  return Number(partitions);
}
