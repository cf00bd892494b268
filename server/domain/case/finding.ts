import { FINDINGS } from '#lib/contract/index.ts';
import { HOUR } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { overdueFrom, standardFor } from '../blueprint/standard.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import type { StoredEvent } from '../event/event.ts';
import type { CaseState, Stay, VisitState } from '../customer/state.ts';
import { lastStay, stageAt, stayEnd } from './case.ts';

export const DEAD_END = FINDINGS.indexOf('dead_end');
export const LOST_HANDOVER = FINDINGS.indexOf('lost_handover');
/** Findings kept with a case. */
export const FOUND_KEPT = 20;
/** A change of channel this long after the last word belongs together with it. */
const HANDOVER_MS = 72 * HOUR;

/**
 * When the last event of a case turns out to be a dead end: nothing that the journey allows followed within the standard time of the stage, on its
 * owner's calendar, rounded up to the hour so that it moves at most once an hour. 0: never, as no standard is set, the goal is reached, or the stay
 * ends before.
 * @param lastAt as for `idleEnd`
 */
export function deadEndAt(one: CaseState, blueprint: Blueprint, lastAt = one.lastAt): number {
  const stay = lastStay(one);
  if (stay === undefined || one.goalAt !== 0) return 0;
  const overdue = overdueFrom(standardFor(stageAt(blueprintForCase(blueprint, one), stay.stage), one), lastAt);
  if (overdue === 0) return 0;
  const at = Math.ceil((overdue - 1) / HOUR) * HOUR + 1;
  return at < stayEnd(one, stay, blueprint, lastAt) ? at : 0;
}

/** What was found during a stay: [instant, place among the findings]; the dead end that the clock alone will find is among them. */
export function foundIn(one: CaseState, stay: Stay, blueprint: Blueprint): (readonly [at: number, finding: number])[] {
  const found: (readonly [at: number, finding: number])[] = [];
  for (const [at, index, finding] of one.found) if (one.stays[index] === stay) found.push([at, finding]);
  const due = stay === lastStay(one) ? deadEndAt(one, blueprint) : 0;
  if (due !== 0) found.push([due, DEAD_END]);
  return found;
}

/** Whether the customer can have said anything in a visit: it was about something, or they called, came or wrote. */
function hadTheirSay(visit: VisitState): boolean {
  return visit.about !== '' || visit.contact === 1;
}

/**
 * The visit from which a thread was lost: another channel, at most three days before, and either the same matter has to be told again or the
 * customer has to say again who they are.
 */
export function threadLostFrom(visits: readonly VisitState[], visit: VisitState, event: StoredEvent): VisitState | undefined {
  const asked = event.signals?.some((signal) => signal.kind === 'repeat_info') === true;
  // Once it is known what a visit is about, only having to say it again tells anything new.
  if (!asked && (event.topic === undefined || visit.about !== '')) return undefined;
  return visits.findLast(
    (earlier) =>
      earlier.id !== visit.id &&
      earlier.case === visit.case &&
      earlier.channel !== visit.channel &&
      earlier.last <= event.at &&
      event.at - earlier.last <= HANDOVER_MS &&
      (asked ? hadTheirSay(earlier) : earlier.about !== '' && event.topic === earlier.about),
  );
}
