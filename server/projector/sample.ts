import type { SamplePlace } from '#server/log/feeds.ts';
import { decodeNode } from '#server/identity/node.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';

/**
 * Reads one event from where it lies: the stream of the person that its identifier belongs to today. So nothing personal is kept twice, and an
 * event that was erased is gone from here too.
 * @returns the event as JSON; null where it is not there (not yet projected, moved, erased)
 */
export async function readSample(at: { readonly redis: Redis; readonly partitions: number }, place: SamplePlace): Promise<string | null> {
  const { redis, partitions } = at;
  const { root } = decodeNode(place.under, await redis.hGetAll(keys.node(partitionOf(place.under, partitions), place.under)));
  const [entry] = (await redis.xRange(keys.customer(partitionOf(root, partitions), root), place.entry, place.entry)) ?? [];
  return entry?.message['e'] ?? null;
}
