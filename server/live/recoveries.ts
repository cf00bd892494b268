import { Fault } from '#lib/contract/index.ts';
import type { RecoveryParams, RecoveryView } from '#lib/contract/index.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { DAY, MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { recoveryView } from '#server/domain/view/recovery.ts';
import type { Clock } from '#server/platform/clock.ts';
import { spanAt } from './span.ts';
import type { LiveSums } from './sums.ts';

/** Recoveries begin this far back where nobody says from when. */
const DEFAULT_RANGE_MS = 30 * DAY;

/** Reads the sums of what is being made good, over all versions of a journey. @throws Fault `not_found` */
export function createRecoveryReader(o: {
  readonly blueprints: Blueprints;
  readonly sums: () => LiveSums;
  readonly clock: Clock;
}): (params: RecoveryParams) => RecoveryView {
  return ({ journey, from, to }) => {
    const versions = o.blueprints.versions(journey);
    if (versions.length === 0) throw new Fault('not_found', `There is no journey "${journey}".`);
    const { position, minute } = spanAt({ from, to }, o.clock());
    const fromMinute = hourAnchor(from ?? position.at - DEFAULT_RANGE_MS);
    return recoveryView({
      journey,
      sums: versions.map(({ blueprint }) => o.sums().recoveries(blueprint, fromMinute, minute)),
      from: fromMinute * MINUTE,
      position,
    });
  };
}
