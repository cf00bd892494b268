import { FINDINGS } from '#lib/contract/index.ts';
import type { FindingListRef, ListRow, StateListRef } from '#lib/contract/index.ts';
import type { StayMember } from '#server/domain/case/stay.ts';
import type { StandingStep } from '#server/domain/case/standing.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { scan } from './scan.ts';
import type { Entry, ListReading } from './scan.ts';

function rowOf(member: Entry<StayMember>, at: number, reading: ListReading): ListRow {
  const [customer, caseId, segment, channel, stage] = member;
  const id = reading.blueprint.stages[stage]?.id ?? '';
  return { customer, caseId, at, stage: id, channel, segment, friction: null, valence: null };
}

/** Since when the stay tells that its case stands so at a minute; null: it does not. A step that another replaces in its own minute does not count. */
export function standsSince([, , , , , , , , steps, , next]: StayMember, minute: number): StandingStep | null {
  const step = steps.findLast(([at], i) => {
    const until = steps[i + 1]?.[0] ?? (next === 0 ? Infinity : next);
    return minuteOf(at) <= minute && (until === Infinity || (minuteOf(until) > minute && minuteOf(until) > minuteOf(at)));
  });
  return step ?? null;
}

/** Cases in a state at a position. */
export async function* stateRows(ref: StateListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const from = ref.from === undefined ? -Infinity : minuteOf(ref.from);
  for await (const member of scan<StayMember>(reading, 'stays', { from: -Infinity, to: Infinity })) {
    const [, ...stay] = member;
    const step = standsSince(stay, reading.at);
    if (step === null || step[1] !== ref.state || (step[2] === 1) !== (ref.where === 'here')) continue;
    if (ref.where === 'gone' && minuteOf(step[0]) < from) continue;
    yield rowOf(member, step[0], reading);
  }
}

/** What was found in a range, one row each. */
export async function* findingRows(ref: FindingListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const [from, wanted] = [minuteOf(ref.from), FINDINGS.indexOf(ref.finding)];
  for await (const member of scan<StayMember>(reading, 'stays', { from: ref.from, to: Infinity })) {
    for (const [at, finding] of member[10]) {
      if (finding !== wanted || minuteOf(at) < from || minuteOf(at) > reading.at) continue;
      const row = rowOf(member, at, reading);
      if (ref.stage === undefined || ref.stage === row.stage) yield row;
    }
  }
}
