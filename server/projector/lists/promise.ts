import type { ListRow, PromiseListRef } from '#lib/contract/index.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { promiseOn } from '#server/domain/promise/ledger.ts';
import { scan } from './scan.ts';
import type { ListReading } from './scan.ts';

/** The promises on a list, as they stand at its position. */
export async function* promiseRows(ref: PromiseListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = ref.from === undefined ? -Infinity : hourAnchor(ref.from) * MINUTE;
  for await (const [customer, ...member] of scan<PromiseMember>(reading, 'promises', {
    from,
    to: at * MINUTE + MINUTE - 1,
  })) {
    const [, kind, stage, owner, segment, , , , , , , , caseId, channel, , charge, , , , , variant] = member;
    const id = blueprint.stages[stage]?.id ?? '';
    if ((ref.stage !== undefined && ref.stage !== id) || (ref.kind !== undefined && ref.kind !== kind)) continue;
    if (ref.owner !== undefined && ref.owner !== owner) continue;
    if (ref.variant !== undefined && ref.variant !== variant) continue;
    if (ref.charge !== undefined && (ref.charge === 'owner') !== (charge === 'owner')) continue;
    const since = promiseOn(member, ref.what, at);
    if (since !== null) yield { customer, caseId, at: since, stage: id, channel, segment, friction: null, valence: null };
  }
}
