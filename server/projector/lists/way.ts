import { DEVIATIONS } from '#lib/contract/index.ts';
import type { ListRef, ListRow } from '#lib/contract/index.ts';
import { isInVariant } from '#server/domain/blueprint/variant.ts';
import { arrival, deviatesFrom } from '#server/domain/conformance/conformance.ts';
import type { CaseMember } from '#server/domain/case/case.ts';
import type { Deviation } from '#server/domain/customer/state.ts';
import { MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { scan } from './scan.ts';
import type { Entry, ListReading } from './scan.ts';

type WayRef = Extract<ListRef, { readonly of: 'way' }>;

/** A place on the list: when it came about, and the stage it speaks of. */
interface Place extends Pick<ListRow, 'deviation'> {
  readonly at: number;
  readonly stage: string;
}

function deviationPlaces(ref: WayRef, deviations: readonly Deviation[], reading: ListReading): Place[] {
  const { blueprint, at } = reading;
  return deviations.flatMap(([kind, index, from, until]): Place[] => {
    const [touchpoint, deviation] = [blueprint.touchpoints[index], DEVIATIONS[kind]];
    if (touchpoint === undefined || deviation === undefined || (ref.what !== 'deviations' && deviation !== ref.what)) return [];
    const stage = touchpoint.stage === null ? '' : (blueprint.stages[touchpoint.stage]?.id ?? '');
    if ((ref.stage !== undefined && ref.stage !== stage) || (ref.touchpoint !== undefined && ref.touchpoint !== touchpoint.id)) return [];
    const place = { at: from, stage, deviation: { kind: deviation, touchpoint: touchpoint.id } };
    return minuteOf(from) <= at && (until === 0 || minuteOf(until) > at) ? [place] : [];
  });
}

function placesOf(ref: WayRef, member: Entry<CaseMember>, reading: ListReading): Place[] {
  const { blueprint, at } = reading;
  const [, , , , opened, , , stays, deviations, goalAt] = member;
  const first = [...stays].sort((a, b) => a[1] - b[1]);
  const stageAt = (instant: number): string => blueprint.stages[first.filter((stay) => stay[1] <= instant).at(-1)?.[0] ?? 0]?.id ?? '';
  const one = (instant: number): Place[] => (instant !== 0 && minuteOf(instant) <= at ? [{ at: instant, stage: stageAt(instant) }] : []);
  switch (ref.what) {
    case 'cases':
      return one(opened);
    case 'visited':
      return one(first.find((stay) => blueprint.stages[stay[0]]?.id === ref.stage)?.[1] ?? 0);
    case 'deviating':
      return one(deviatesFrom({ deviations: [...deviations] }));
    case 'planned':
    case 'ownWay':
      return arrival({ deviations: [...deviations], goalAt }) === ref.what ? one(goalAt) : [];
    default:
      return deviationPlaces(ref, deviations, reading);
  }
}

/** Cases held against the plan, opened in a range, as they stand at the position: one row for each deviation where deviations are asked for. */
export async function* wayRows(ref: WayRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = ref.from === undefined ? -Infinity : hourAnchor(ref.from);
  // The list is ordered by entry into the funnel, which is never before the opening.
  for await (const member of scan<CaseMember>(reading, 'cases', { from: from * MINUTE, to: Infinity })) {
    const [customer, caseId, segment, channel, opened] = member;
    if (hourAnchor(opened) < from || hourAnchor(opened) > at) continue;
    if ((ref.segment !== undefined && ref.segment !== segment) || (ref.channel !== undefined && ref.channel !== channel)) continue;
    if (!isInVariant(ref.variant, blueprint, { segment, channel })) continue;
    const deviations = member[8].filter((d) => minuteOf(d[2]) <= at).length;
    for (const place of placesOf(ref, member, reading))
      yield { customer, caseId, ...place, channel, segment, friction: null, valence: null, deviations };
  }
}
