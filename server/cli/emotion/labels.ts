import type { Config } from '#server/config.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { isCustomersText } from '#server/domain/emotion/annotations.ts';
import { nameOf, readEvent } from '#server/domain/event/event.ts';
import { nameIn } from '#server/domain/event/key.ts';
import type { Redis } from '#server/redis/client.ts';
import { readState } from '#server/projector/saved-states.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { addressOf, connectTo } from '../running-store.ts';

const PAGE = 500;
/** What people say about emotions does not depend on any. */
const NO_DEFINITIONS: FoldContext = { blueprints: blueprintsOf([]) };

/** Everything people said about the emotion of a text, as CSV with the columns text and label: what `train` takes. */
export async function labelsAsCsv(config: Pick<Config, 'dataDir' | 'redisUrl'>): Promise<string> {
  const redis = await connectTo(await addressOf(config));
  try {
    const partitions = Number(await redis.hGet(keys.store(), 'partitions'));
    const rows: string[] = [];
    for (let partition = 0; partition < partitions; partition++)
      for (let from = 0; ; from += PAGE) {
        const people = await redis.zRange(keys.customers(partition), from, from + PAGE - 1);
        for (const person of people) rows.push(...(await labelsOf(redis, partitions, person)));
        if (people.length < PAGE) break;
      }
    return ['text,label', ...rows].join('\n');
  } finally {
    redis.destroy();
  }
}

async function labelsOf(redis: Redis, partitions: number, person: string): Promise<string[]> {
  const state = await readState({ redis, partitions, context: () => NO_DEFINITIONS }, person);
  if (state === null) return [];
  const { emotionsSaid, noEmotion, retracted } = state;
  if (noEmotion || Object.keys(emotionsSaid).length === 0) return [];
  const entries = (await redis.xRange(keys.customer(partitionOf(person, partitions), person), '-', '+')) ?? [];
  return entries.flatMap(({ message }) => {
    const event = readEvent(message['e'] ?? '{}');
    const label = emotionsSaid[nameIn(event.key)];
    if (label === undefined || label === 'unknown' || !isCustomersText(event) || retracted.includes(nameOf(event))) return [];
    return [`${quoted(event.text ?? '')},${label}`];
  });
}

/** A text that begins like a formula is no formula to a spreadsheet. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
