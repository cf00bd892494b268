import type { DelayListRef, ExposedListRef, ListRow } from '#lib/contract/index.ts';
import type { StayMember } from '#server/domain/case/stay.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { missedAt } from '#server/domain/promise/dates.ts';
import { datesOf } from '#server/domain/promise/ledger.ts';
import { scan } from './scan.ts';
import type { ListReading } from './scan.ts';

/** Promises whose first date passed unmet in a range, all of them or those that coincide with a factor. */
export async function* delayRows(ref: DelayListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = minuteOf(ref.from);
  for await (const [customer, ...member] of scan<PromiseMember>(reading, 'promises', {
    from: -Infinity,
    to: Infinity,
  })) {
    const missed = missedAt(datesOf(member));
    const factors = member[17];
    if (missed === 0 || minuteOf(missed) < from || minuteOf(missed) > at) continue;
    if (ref.factor !== undefined && (ref.factor === 'any' ? factors.length === 0 : !factors.includes(ref.factor))) continue;
    const [, , stage, , segment, , , , , , , , caseId, channel] = member;
    yield {
      customer,
      caseId,
      at: missed,
      stage: blueprint.stages[stage]?.id ?? '',
      channel,
      segment,
      friction: null,
      valence: null,
    };
  }
}

/** Cases that were in a stage while a factor was at work where they are: by the first such stay of each. */
export async function* exposedRows(ref: ExposedListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  for await (const member of scan<StayMember>(reading, 'stays', { from: -Infinity, to: Infinity })) {
    const [customer, caseId, segment, channel, stage, , , , factors] = member;
    const under = factors.find(([id, since, first]) => id === ref.factor && first === 1 && minuteOf(since) <= at);
    if (under === undefined) continue;
    const id = blueprint.stages[stage]?.id ?? '';
    yield { customer, caseId, at: under[1], stage: id, channel, segment, friction: null, valence: null };
  }
}
