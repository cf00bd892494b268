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

/** Scores of a list that are read, both inclusive. */
interface Scores {
  readonly from: number;
  readonly to: number;
}

/** A place in one part of a list: members of the score `from` that were read already are left out. */
interface Place {
  readonly from: number;
  readonly read: number;
}

/** What stands on a list: the customer, and the row that was put there. */
export type Entry<Member extends readonly unknown[]> = readonly [customer: string, ...member: Member];

type Page = readonly { readonly value: string; readonly score: number }[];

/** Reads one list of a journey. */
export function scan<Member extends readonly unknown[]>(reading: ListReading, kind: string, scores: Scores): AsyncGenerator<Entry<Member>> {
  return scanList<Entry<Member>>(reading, nameOf(kind, reading.blueprint), scores);
}

function nameOf(kind: string, { journey, version }: Blueprint): string {
  return `${kind}:${journey}:${version}`;
}

/** Reads one list over all partitions, from a score on. */
export async function* scanList<T>(reading: Omit<ListReading, 'blueprint'>, list: string, scores: Scores): AsyncGenerator<T> {
  for (let partition = 0; partition < reading.partitions; partition++) yield* scanKey<T>(reading.redis, keys.list(partition, list), scores);
}

/** Reads what one partition has of a list of a journey. */
export function scanPart<T>(
  reading: Pick<ListReading, 'redis' | 'blueprint'> & { readonly partition: number },
  kind: string,
  scores: Scores,
): AsyncGenerator<T> {
  return scanKey<T>(reading.redis, keys.list(reading.partition, nameOf(kind, reading.blueprint)), scores);
}

/**
 * Each page begins at the score where the last one ended, so a list costs what its length is, however long; the next page is under way while one is
 * gone through.
 */
async function* scanKey<T>(redis: Redis, key: string, scores: Scores): AsyncGenerator<T> {
  const fetch = ({ from, read }: Place): Promise<Page> =>
    redis.zRangeByScoreWithScores(key, bound(from), bound(scores.to), { LIMIT: { offset: read, count: PAGE } });
  let place: Place = { from: scores.from, read: 0 };
  for (let coming: Promise<Page> | undefined = fetch(place); coming !== undefined;) {
    const page: Page = await coming;
    place = behind(place, page);
    coming = page.length < PAGE ? undefined : fetch(place);
    // A reader that stops early leaves this unread; its failure is then nobody's.
    coming?.catch(() => undefined);
    for (const { value } of page) yield JSON.parse(value) as T;
  }
}

function bound(score: number): number | string {
  if (score === -Infinity) return '-inf';
  return score === Infinity ? '+inf' : score;
}

function behind(place: Place, page: Page): Place {
  const last = page.at(-1);
  if (last === undefined) return place;
  const first = page.findIndex(({ score }) => score === last.score);
  const read = page.length - first;
  return { from: last.score, read: last.score === place.from ? place.read + read : read };
}
