import { CASE_STATES } from '#lib/contract/index.ts';
import type { CaseStanding } from '#lib/contract/index.ts';
import type { Booking } from '../kernel/counters.ts';
import { STANDING } from '../kernel/counters.ts';
import { minuteOf } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CaseState, Stay } from '../customer/state.ts';
import { stageAt, stayEnd, stuckFrom } from './case.ts';

/** From an instant on, a case stands so: in a stage (1) or out of every stage (0). */
export type StandingStep = readonly [at: number, state: CaseStanding, here: 0 | 1];

const sameStay = (a: Stay, b: Stay): boolean => a.from === b.from && a.stage === b.stage;

/** Whether the case had been out of every stage before a stay. */
function cameBack(one: CaseState, index: number): boolean {
  return one.stays.some((stay, i) => i < index && stay.until < (one.stays[i + 1]?.from ?? 0));
}

function beginsAs(one: CaseState, index: number, blueprint: Blueprint): CaseStanding {
  const stay = one.stays[index];
  if (stay === undefined) return 'open';
  const goal = blueprint.steps.at(-1);
  // By the order of the stays, not by the clock: within one millisecond a case may pass through several.
  const isThere = one.stays.some((earlier, i) => i <= index && earlier.stage === goal);
  if (isThere) return stageAt(blueprint, stay.stage).after || stay.stage === goal ? 'completed' : 'reopened';
  if (cameBack(one, index)) return 'reopened';
  return index === 0 ? 'open' : 'progressing';
}

/**
 * How a case stands from the begin of a stay until the next one: what events say, and what the clock alone will do. It is completed once it has reached
 * its goal, in whatever way and however late: whether it converted is asked by the funnel.
 */
export function standingSteps(one: CaseState, stay: Stay, blueprint: Blueprint): StandingStep[] {
  const here = one.stays.indexOf(stay);
  const index = here >= 0 ? here : one.stays.findIndex((other) => sameStay(other, stay));
  const end = stayEnd(one, stay, blueprint);
  const goalAt = one.goalAt === 0 ? Infinity : one.goalAt;
  const steps: StandingStep[] = [[stay.from, beginsAs(one, index, blueprint), 1]];
  if (goalAt > stay.from && goalAt < end) steps.push([goalAt, 'completed', 1]);
  for (const at of one.reopened) if (at >= stay.from && at < end) steps.push([at, 'reopened', 1]);
  const overdue = stuckFrom(one, stay, blueprint);
  if (overdue !== 0 && overdue < end && steps.findLast(([at]) => at <= overdue)?.[1] !== 'completed') steps.push([overdue, 'stalled', 1]);
  const next = one.stays[index + 1];
  if (next === undefined || next.from > end) steps.push([end, goalAt <= end ? 'completed' : 'abandoned', 0]);
  return steps.length < 2 ? steps : steps.sort((a, b) => a[0] - b[0]);
}

/**
 * Books what a stay adds to the counts of states: each step from its minute until that of the next.
 * @param steps what `standingSteps` says of it; @param nextFrom begin of the next stay, ms; 0: none
 */
export function bookStanding(
  bookings: Booking[],
  cell: string,
  at: { readonly steps: readonly StandingStep[]; readonly nextFrom: number },
): void {
  const { steps, nextFrom } = at;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined) continue;
    const measure = CASE_STATES.indexOf(step[1]) + (step[2] === 1 ? STANDING.here : STANDING.gone);
    const from = minuteOf(step[0]);
    const until = steps[i + 1]?.[0] ?? nextFrom;
    if (until === 0) bookings.push([cell, measure, from, from, 1]);
    else if (minuteOf(until) > from) bookings.push([cell, measure, from, from, 1], [cell, measure, from, minuteOf(until), -1]);
  }
}

/** How a case stands at an instant; null before it began. */
export function standingAt(one: CaseState, blueprint: Blueprint, at: number): StandingStep | null {
  const stay = one.stays.findLast((s) => s.from <= at);
  if (stay === undefined) return null;
  return standingSteps(one, stay, blueprint).findLast(([from]) => from <= at) ?? null;
}
