import { randomBytes } from 'node:crypto';
import { Fault } from '#lib/contract/index.ts';
import type { Redis } from './client.ts';
import { keys } from './keys.ts';

/** Layout of the store; a later layout reads or refuses an earlier one. */
const FORMAT = '14';

/** What was settled when the store was made and never changes. */
export interface StoreSettings {
  readonly partitions: number;
  /** secret that turns identifiers into node names */
  readonly pepper: string;
}

/**
 * Settles the identity rules of a store: events already stored lie where these rules put them, so others need another store.
 * @throws Fault `bad_config` where the store was made with others
 */
export async function settleRules(redis: Redis, fingerprint: string): Promise<void> {
  await redis.hSetNX(keys.store(), 'identity', fingerprint);
  if ((await redis.hGet(keys.store(), 'identity')) === fingerprint) return;
  throw new Fault(
    'bad_config',
    'IDENTITY: priority, limits and groups are settled when a store is made, and this store was made with others. ' +
      'Use these again, or another DATA_DIR and send the events anew. Blocked values may change at any time.',
  );
}

/** Opens the store, making its settings where there are none. @throws Fault `bad_config` where another layout is found */
export async function openStore(redis: Redis, wanted: { readonly partitions: number }): Promise<StoreSettings> {
  const key = keys.store();
  await redis.hSetNX(key, 'pepper', randomBytes(24).toString('hex'));
  await redis.hSetNX(key, 'partitions', String(wanted.partitions));
  await redis.hSetNX(key, 'format', FORMAT);
  const found = await redis.hGetAll(key);
  if (found['format'] !== FORMAT)
    throw new Fault(
      'bad_config',
      `This store was written in format ${found['format'] ?? '?'}; this version reads format ${FORMAT}. Use another DATA_DIR.`,
    );
  return { partitions: Number(found['partitions']), pepper: String(found['pepper']) };
}

/**
 * Whether the store is still the one that was opened. One that was emptied gets its settings back: what it took in meanwhile was named by them, and
 * would not be found by others.
 */
export async function isSameStore(redis: Redis, settings: StoreSettings): Promise<boolean> {
  const key = keys.store();
  if ((await redis.hGet(key, 'pepper')) === settings.pepper) return true;
  await redis.hSetNX(key, 'pepper', settings.pepper);
  await redis.hSetNX(key, 'partitions', String(settings.partitions));
  await redis.hSetNX(key, 'format', FORMAT);
  return false;
}

/** How durable an acknowledged event is, as found out from the server; never more than detected. */
export async function durabilityOf(redis: Redis): Promise<'fsync-always' | 'fsync-everysec' | 'none' | 'unknown'> {
  try {
    const found = await redis.configGet(['appendonly', 'appendfsync']);
    if (found['appendonly'] !== 'yes') return 'none';
    if (found['appendfsync'] === 'always') return 'fsync-always';
    return found['appendfsync'] === 'everysec' ? 'fsync-everysec' : 'none';
  } catch {
    return 'unknown';
  }
}
