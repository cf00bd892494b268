import { WINDOWS } from '#lib/contract/index.ts';
import type { ListRow, OutcomeListRef } from '#lib/contract/index.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { windowRange } from '#server/domain/kernel/sums.ts';
import { MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import { outcomeOf } from '#server/domain/promise/dates.ts';
import { datesOf } from '#server/domain/promise/ledger.ts';
import { promiseColumn } from '#server/domain/view/heat.ts';
import { PROMISE_REACH_MINUTES } from '#server/domain/view/strip.ts';
import { scan } from './scan.ts';
import type { ListReading } from './scan.ts';

/** The promises that were kept, or that broke, in the window of a square of the heatmap. */
export async function* outcomeRows(ref: OutcomeListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = ref.from === undefined ? windowRange(WINDOWS[ref.window], at).from : minuteOf(ref.from);
  for await (const [customer, ...member] of scan<PromiseMember>(reading, 'promises', {
    from: (from - PROMISE_REACH_MINUTES) * MINUTE,
    to: at * MINUTE + MINUTE - 1,
  })) {
    const [, , stage, owner, segment, , , , , , , , caseId, channel, touchpoint, charge] = member;
    const id = blueprint.stages[stage]?.id ?? '';
    const outcome = outcomeOf(datesOf(member));
    if (outcome === null || outcome.kept !== (ref.what === 'kept')) continue;
    if (minuteOf(outcome.at) < from || minuteOf(outcome.at) > at || (ref.stage !== 'all' && ref.stage !== id)) continue;
    if (ref.column !== 'all' && ref.column !== promiseColumn({ owner, segment, touchpoint, charge, channel }, ref.by, blueprint)) continue;
    yield { customer, caseId, at: outcome.at, stage: id, channel, segment, friction: null, valence: null };
  }
}
