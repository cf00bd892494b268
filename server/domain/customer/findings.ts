import type { Blueprint } from '../blueprint/blueprint.ts';
import { lastStay } from '../case/case.ts';
import { DEAD_END, FOUND_KEPT, LOST_HANDOVER, deadEndAt, threadLostFrom } from '../case/finding.ts';
import { touchStay } from '../case/stay.ts';
import { cameToNothing } from '../event/outcome.ts';
import { addMinute, componentIndex, isLastOf } from '../visit/visit.ts';
import type { Applying } from './applying.ts';
import { factorsOf } from './applying.ts';
import { noteFailure } from './recoveries.ts';
import type { CaseState, Found, VisitState } from './state.ts';
import { touchVisit } from './touch.ts';

/** The dead end that the clock had found, or was going to find, is settled by the next event: found, or never. */
export function meetDeadEnd(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const { event } = applying;
  const due = deadEndAt(one, blueprint);
  const stay = lastStay(one);
  if (stay === undefined) return;
  // It weighs on the visit of the last event, as long as that is the last.
  const bearer = due === 0 ? undefined : applying.state.visits.findLast((visit) => isLastOf(one, visit));
  if (bearer !== undefined) {
    touchVisit(applying, bearer, blueprint);
    if (event.at >= due) {
      const component = componentIndex('dead_end');
      bearer.marks.push([due, component, 1]);
      addMinute(bearer, due);
      applying.context.witness?.hit(bearer, { component, at: due, by: [one.lastEvent] });
    }
  }
  const after = deadEndAt(one, blueprint, Math.max(one.lastAt, event.at));
  if (due === after && (due === 0 || event.at < due)) return;
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  if (due !== 0 && event.at >= due) find(one, [due, one.stays.length - 1, DEAD_END, [one.lastEvent]]);
}

function find(one: CaseState, found: Found): void {
  if (one.found.length < FOUND_KEPT) one.found.push(found);
}

/** What the event itself shows to have gone wrong: nothing came of it, the thread was lost between two channels, or it is opened again. */
export function noteFindings(
  applying: Applying,
  visit: VisitState,
  where: { readonly one: CaseState; readonly blueprint: Blueprint },
): void {
  const { event, state } = applying;
  const { one, blueprint } = where;
  const stay = lastStay(one);
  // This event's own: the case has just taken it in.
  const id = one.lastEvent;
  const lost = visit.lost ? undefined : threadLostFrom(state.visits, visit, event);
  const nothing = cameToNothing(event);
  const reopened = event.type === 'case.reopened';
  if (stay !== undefined && (lost !== undefined || nothing || reopened)) {
    touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
    if (nothing) find(one, [event.at, one.stays.length - 1, DEAD_END, [id]]);
    if (nothing) noteFailure(applying, one, 'dead_end');
    if (lost !== undefined) find(one, [event.at, one.stays.length - 1, LOST_HANDOVER, [lost.lastEvent, id]]);
    if (reopened) one.reopened.push(event.at);
  }
  if (lost !== undefined) visit.lost = true;
  if (visit.about === '') visit.about = event.topic ?? (lost === undefined ? '' : lost.about);
  visit.lastEvent = id;
}
