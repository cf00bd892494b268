import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

const PAGE = 1000;

/** Where and when a list is read. */
export interface ListReading {
  readonly redis: Redis;
  readonly partitions: number;
  readonly blueprint: Blueprint;
  /** minute of the position */
  readonly at: number;
}

/** Reads one list over all partitions, from a score on. */
export async function* scan<T>(
  reading: ListReading,
  kind: string,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<T> {
  const list = `${kind}:${reading.blueprint.journey}:${reading.blueprint.version}`;
  for (let partition = 0; partition < reading.partitions; partition++)
    for (let offset = 0; ; offset += PAGE) {
      const from = range.from === -Infinity ? '-inf' : range.from;
      const to = range.to === Infinity ? '+inf' : range.to;
      const page = await reading.redis.zRangeByScore(keys.list(partition, list), from, to, { LIMIT: { offset, count: PAGE } });
      for (const member of page) yield JSON.parse(member) as T;
      if (page.length < PAGE) break;
    }
}
