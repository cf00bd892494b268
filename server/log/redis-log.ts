import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { nameIn } from '#server/domain/event/key.ts';
import { isAct } from '#server/domain/identity/acts.ts';
import { storeFault } from '#server/redis/faults.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { AppendLine } from '#server/redis/scripts.ts';
import { Lane } from './lane.ts';
import type { EventLog, Refused } from './log.ts';
import { keepRefused } from './quarantine.ts';

/** Stands where an event's node is remembered: an annotation has no place of its own. */
const ANNOTATION = '';
const SOURCES_EVERY_MS = 1000;
/** Digits of the key that choose the duplicate shard: 4,096 shards a partition stay small hashes up to two million events each. */
const SHARD_DIGITS = 3;
/** Marks, before the node, that the event is a decision about identities. */
const ACT = '!';

export interface LogOptions {
  readonly redis: Redis;
  readonly partitions: number;
  /** entries that may wait in one partition before the door answers 429 */
  readonly lagLimit: number;
  readonly clock: () => number;
  /** told the partitions that have something new, so that a projector in this process need not wait */
  readonly onAppend?: (partitions: Iterable<number>) => void;
}

/**
 * The log on Redis Streams. The event's partition follows from the strongest identifier it carries, so a retry meets its own name there. The same name
 * under another identifier is no retry: it is another event, in whichever partition that lies.
 */
export function createLog(options: LogOptions): EventLog {
  const { redis, partitions, lagLimit } = options;
  const lanes = Array.from({ length: partitions }, (_, partition) => new Lane(redis, partition, lagLimit));

  /** newest event per source, written at most once a second, and within a second: the heartbeat of the feeds */
  const seen = new Map<string, number>();
  let toldAt = 0;
  let later: NodeJS.Timeout | undefined;

  async function tellSources(events: readonly StoredEvent[]): Promise<void> {
    for (const event of events) if (event.at > (seen.get(event.source) ?? 0)) seen.set(event.source, event.at);
    const rest = Math.min(SOURCES_EVERY_MS, toldAt + SOURCES_EVERY_MS - options.clock());
    if (rest <= 0) return writeSources();
    later ??= setTimeout(() => void writeSources().catch(() => undefined), rest).unref();
  }

  async function writeSources(): Promise<void> {
    clearTimeout(later);
    later = undefined;
    toldAt = options.clock();
    for (const [source, at] of Object.entries(await redis.hGetAll(keys.sources())))
      if (Number(at) > (seen.get(source) ?? 0)) seen.set(source, Number(at));
    await redis.hSet(keys.sources(), Object.fromEntries([...seen].map(([source, at]) => [source, String(at)])));
  }

  return {
    async append(events) {
      const byPartition = new Map<number, { readonly indexes: number[]; readonly lines: AppendLine[] }>();
      events.forEach((event, index) => {
        const partition = partitionOf(event.under, partitions);
        let group = byPartition.get(partition);
        if (group === undefined) byPartition.set(partition, (group = { indexes: [], lines: [] }));
        group.indexes.push(index);
        group.lines.push({
          shard: keys.dedupe(partition, nameIn(event.key).slice(0, SHARD_DIGITS)),
          key: nameIn(event.key).slice(SHARD_DIGITS),
          under: event.about !== undefined ? ANNOTATION : isAct(event) ? ACT + event.under : event.under,
          line: JSON.stringify(event),
        });
      });
      const fresh = new Array<boolean>(events.length).fill(false);
      try {
        await Promise.all(
          [...byPartition].map(async ([partition, group]) => {
            const flags = (await lanes[partition]?.append(group.lines)) ?? '';
            group.indexes.forEach((index, i) => (fresh[index] = flags[i] === '1'));
          }),
        );
      } catch (error) {
        throw storeFault(error);
      }
      options.onAppend?.(byPartition.keys());
      // Health of the feeds is not part of the promise: the events are in already.
      if (events.length > 0) void tellSources(events).catch(() => undefined);
      return fresh;
    },

    async quarantine(refused: readonly Refused[]) {
      try {
        await keepRefused(redis, refused);
        if (refused.length > 0) await redis.hIncrBy(keys.stat(0), 'rejected', refused.length);
      } catch (error) {
        throw storeFault(error);
      }
    },
  };
}

/** Where an accepted event came: under which node, and whether it is a decision about identities. */
export interface AcceptedPlace {
  readonly under: string;
  readonly act: boolean;
}

/**
 * Where events were accepted in one partition, by name: mostly under one identifier. Accepted is not yet projected.
 * @returns none per name that this partition has not accepted, or that is an annotation's
 */
export async function acceptedUnder(redis: Redis, partition: number, names: readonly string[]): Promise<readonly AcceptedPlace[][]> {
  return Promise.all(
    names.map(async (name) => {
      const found = await redis.hGet(keys.dedupe(partition, name.slice(0, SHARD_DIGITS)), name.slice(SHARD_DIGITS));
      if (found === null || found === undefined || found === ANNOTATION) return [];
      if (found.startsWith(ACT)) return [{ under: found.slice(ACT.length), act: true }];
      return found.split(' ').map((under) => ({ under, act: false }));
    }),
  );
}

/** Reads one log entry back into its events. @param noted told the text of each */
export function unpack(packed: string, noted?: (event: StoredEvent, text: string) => void): StoredEvent[] {
  return packed.split('\n').map((line) => {
    const event = readEvent(line);
    noted?.(event, line);
    return event;
  });
}
