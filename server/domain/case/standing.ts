import { CASE_STATES } from '#lib/contract/index.ts';
import type { CaseStanding } from '#lib/contract/index.ts';
import type { Booking } from '../kernel/counters.ts';
import { STANDING, cellKey } from '../kernel/counters.ts';
import { minuteOf } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CaseState, Stay } from '../customer/state.ts';
import { converted, stageAt, stayEnd, stuckFrom } from './case.ts';

/** From an instant on, a case stands so: in a stage (1) or out of every stage (0). */
export type StandingStep = readonly [at: number, state: CaseStanding, here: 0 | 1];

const sameStay = (a: Stay, b: Stay): boolean => a.from === b.from && a.stage === b.stage;

/** Whether the case had been out of every stage before a stay. */
function cameBack(one: CaseState, index: number): boolean {
  return one.stays.slice(0, index).some((stay, i) => stay.until < (one.stays[i + 1]?.from ?? 0));
}

function beginsAs(one: CaseState, index: number, at: { readonly goalAt: number; readonly blueprint: Blueprint }): CaseStanding {
  const stay = one.stays[index];
  if (stay === undefined) return 'open';
  const stage = stageAt(at.blueprint, stay.stage);
  const isGoal = stay.stage === at.blueprint.steps.at(-1);
  if (at.goalAt <= stay.from) return stage.after || isGoal ? 'completed' : 'reopened';
  if (cameBack(one, index)) return 'reopened';
  return index === 0 ? 'open' : 'progressing';
}

/** How a case stands from the begin of a stay until the next one: what events say, and what the clock alone will do. */
export function standingSteps(one: CaseState, stay: Stay, blueprint: Blueprint): StandingStep[] {
  const index = one.stays.findIndex((other) => other === stay || sameStay(other, stay));
  const end = stayEnd(one, stay, blueprint);
  const goalAt = converted(one, blueprint) ? (one.steps.at(-1) ?? Infinity) : Infinity;
  const steps: StandingStep[] = [[stay.from, beginsAs(one, index, { goalAt, blueprint }), 1]];
  if (goalAt > stay.from && goalAt < end) steps.push([goalAt, 'completed', 1]);
  for (const at of one.reopened) if (at >= stay.from && at < end) steps.push([at, 'reopened', 1]);
  const overdue = stuckFrom(one, stay, blueprint);
  if (overdue !== 0 && overdue < end && steps.findLast(([at]) => at <= overdue)?.[1] !== 'completed') steps.push([overdue, 'stalled', 1]);
  const next = one.stays[index + 1];
  if (next === undefined || next.from > end) steps.push([end, goalAt <= end ? 'completed' : 'abandoned', 0]);
  return steps.sort((a, b) => a[0] - b[0]);
}

/** What a stay adds to the counts of states: each step from its minute until that of the next. */
export function standingBookings(one: CaseState, stay: Stay, blueprint: Blueprint): Booking[] {
  const steps = standingSteps(one, stay, blueprint);
  const cell = cellKey('C', one.journey, one.version, [stageAt(blueprint, stay.stage).id]);
  const next = one.stays[one.stays.indexOf(stay) + 1];
  const bookings: Booking[] = [];
  steps.forEach(([at, state, here], i) => {
    const measure = CASE_STATES.indexOf(state) + (here === 1 ? STANDING.here : STANDING.gone);
    const [from, until] = [minuteOf(at), steps[i + 1]?.[0] ?? next?.from];
    if (until === undefined) bookings.push([cell, measure, from, from, 1]);
    else if (minuteOf(until) > from) bookings.push([cell, measure, from, from, 1], [cell, measure, from, minuteOf(until), -1]);
  });
  return bookings;
}

/** How a case stands at an instant; null before it began. */
export function standingAt(one: CaseState, blueprint: Blueprint, at: number): StandingStep | null {
  const stay = one.stays.findLast((s) => s.from <= at);
  if (stay === undefined) return null;
  return standingSteps(one, stay, blueprint).findLast(([from]) => from <= at) ?? null;
}
