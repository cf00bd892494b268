import { RECOVERY_CAUSES } from '#lib/contract/index.ts';
import type { ListRow, RecoveryListRef } from '#lib/contract/index.ts';
import type { RecoveryMember } from '#server/domain/care/recovery.ts';
import { recoveryOn } from '#server/domain/care/recovery.ts';
import { MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { scan } from './scan.ts';
import type { ListReading } from './scan.ts';

/** What is being made good in cases of one version of a journey, as it stands at the position. */
export async function* recoveryRows(ref: RecoveryListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = ref.from === undefined ? -Infinity : hourAnchor(ref.from) * MINUTE;
  const scores = { from, to: at * MINUTE + MINUTE - 1 };
  for await (const member of scan<RecoveryMember>(reading, 'recoveries', scores)) {
    const [customer, caseId, segment, channel, recovery] = member;
    if (ref.cause !== undefined && ref.cause !== RECOVERY_CAUSES[recovery[1]]) continue;
    const since = recoveryOn(recovery, ref.what, at);
    if (since === null) continue;
    const stage = blueprint.stages[recovery[3]]?.id ?? '';
    yield { customer, caseId, at: since, stage, channel, segment, friction: null, valence: null };
  }
}
