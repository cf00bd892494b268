import { CHANNELS } from '#lib/contract/index.ts';
import type { ListRow, SavedListRef } from '#lib/contract/index.ts';
import { attemptAnswer } from '#server/domain/funnel/list.ts';
import type { AttemptMember } from '#server/domain/funnel/row.ts';
import { attemptList } from '#server/domain/funnel/row.ts';
import { MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import type { Redis } from '#server/redis/client.ts';
import { scanList } from './lists/scan.ts';

export interface AttemptReading {
  readonly redis: Redis;
  readonly partitions: number;
  /** `<id>:<version>` of the funnel */
  readonly key: string;
  /** minute of the position */
  readonly at: number;
  /** whether a group of the breakdown is meant, where one is asked for */
  readonly isMeant: ((group: string) => boolean) | undefined;
}

function binsOf(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [first = 0, last = 0] = text.split('-').map(Number);
  return [first, last];
}

/** The attempts behind a number of a saved funnel, in no particular order, but the same each time. */
export async function* attemptRows(ref: SavedListRef, reading: AttemptReading): AsyncGenerator<ListRow> {
  const from = ref.from === undefined ? -Infinity : hourAnchor(ref.from) * MINUTE;
  const to = Math.min(reading.at + 1, ref.until === undefined ? Infinity : hourAnchor(ref.until) + 60) * MINUTE - 1;
  const question = { ...ref, bins: binsOf(ref.bins), breakdown: ref.by, next: ref.next === '-' ? '' : ref.next, isMeant: reading.isMeant };
  for await (const [customer, ...member] of scanList<[string, ...AttemptMember]>(reading, attemptList(reading.key), { from, to })) {
    const answer = attemptAnswer(member, question, reading.at);
    if (answer === null) continue;
    const channel = CHANNELS.find((one) => one === member[8]) ?? 'outside';
    const segment = member[9] === '' ? 'unknown' : member[9];
    yield { customer, caseId: member[0], at: answer.at, stage: String(answer.step), channel, segment, friction: null, valence: null };
  }
}
