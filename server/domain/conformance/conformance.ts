import type { CaseDeviation, DeviationKind } from '#lib/contract/index.ts';
import { DEVIATIONS } from '#lib/contract/index.ts';
import type { Booking } from '../kernel/counters.ts';
import { WAY } from '../kernel/counters.ts';
import { hourAnchor, minuteOf } from '../kernel/time.ts';
import type { Blueprint, Touchpoint } from '../blueprint/blueprint.ts';
import type { CaseState, Deviation } from '../customer/state.ts';

/** One event of a case, as far as the plan asks: which touchpoint, and the move it made. */
export interface WayStep {
  readonly touchpoint: Touchpoint;
  readonly at: number;
  /** stage before; null: the case begins here */
  readonly from: number | null;
  /** stage after */
  readonly to: number;
  /** went back to a stage to which the journey does not lead from there */
  readonly back: boolean;
}

/** What a step changes on the way of a case. */
interface WayChange {
  readonly found: readonly Deviation[];
  /** deviations that are made up for by it */
  readonly settled: readonly Deviation[];
  readonly reachesGoal: boolean;
}

function kindIndex(kind: DeviationKind): number {
  return DEVIATIONS.indexOf(kind);
}

const MISSING = kindIndex('missing');
const NOTHING: readonly Deviation[] = [];
const NO_CHANGE: WayChange = { found: NOTHING, settled: NOTHING, reachesGoal: false };
const ONLY_THE_GOAL: WayChange = { found: NOTHING, settled: NOTHING, reachesGoal: true };

const has = (one: CaseState, kind: number, touchpoint: number): boolean => one.deviations.some((d) => d[0] === kind && d[1] === touchpoint);

function done(one: CaseState, touchpoint: Touchpoint): CaseState['did'][number] | undefined {
  return one.did.find((entry) => entry[0] === touchpoint.index);
}

/** Whether the plan says anything that depends on a touchpoint having happened. */
function isPlanned(touchpoint: Touchpoint): boolean {
  return touchpoint.required || touchpoint.exclusive !== null || touchpoint.most !== null;
}

/** Whether the event is the touchpoint happening once more, and not more about the same time. */
function happensAgain(one: CaseState, blueprint: Blueprint, step: WayStep): boolean {
  const known = done(one, step.touchpoint);
  return known === undefined || step.at - known[2] > blueprint.file.quiet;
}

const NONE: readonly Touchpoint[] = [];

/** Required touchpoints that a case which moves so has gone past without. */
function goneWithout(one: CaseState, blueprint: Blueprint, step: WayStep): readonly Touchpoint[] {
  if (step.from === step.to) return NONE;
  const target = blueprint.stages[step.to];
  const goal = blueprint.steps[blueprint.steps.length - 1];
  const past = (stage: number): boolean => {
    if (blueprint.stages[stage]?.after !== false) return false;
    return target?.after === true ? stage === goal && step.from === goal : stage < step.to;
  };
  return blueprint.touchpoints.filter(
    (t) => t.required && t.stage !== null && past(t.stage) && t.index !== step.touchpoint.index && done(one, t) === undefined,
  );
}

/** What an event changes on the way of a case: read before the case takes it in. */
export function wayChange(one: CaseState, blueprint: Blueprint, step: WayStep): WayChange {
  const { touchpoint, at } = step;
  const goal = blueprint.steps[blueprint.steps.length - 1];
  const reachesGoal = one.goalAt === 0 && step.to === goal;
  // Most events stay where they are, and the plan says nothing about them.
  if (step.from === step.to && !step.back && !isPlanned(touchpoint) && one.deviations.length === 0)
    return reachesGoal ? ONLY_THE_GOAL : NO_CHANGE;
  const found: Deviation[] = [];
  const note = (kind: DeviationKind, of: Touchpoint): void => {
    if (!has(one, kindIndex(kind), of.index)) found.push([kindIndex(kind), of.index, at, 0]);
  };
  for (const missing of goneWithout(one, blueprint, step)) note('missing', missing);
  const isSettled = (d: Deviation): boolean => d[0] === MISSING && d[1] === touchpoint.index && d[3] === 0;
  const settled = one.deviations.length === 0 ? NOTHING : one.deviations.filter(isSettled);
  // What was left out and comes late is out of order, though the journey may lead back there.
  if (step.back || settled.length > 0) note('outOfOrder', touchpoint);
  if (isPlanned(touchpoint) && happensAgain(one, blueprint, step)) {
    const times = (done(one, touchpoint)?.[1] ?? 0) + 1;
    if (touchpoint.most !== null && times > touchpoint.most) note('tooOften', touchpoint);
    const isOther = (t: Touchpoint): boolean => t.exclusive === touchpoint.exclusive && t.index !== touchpoint.index;
    if (touchpoint.exclusive !== null && blueprint.touchpoints.some((t) => isOther(t) && done(one, t) !== undefined))
      note('exclusive', touchpoint);
  }
  return { found, settled, reachesGoal };
}

/** Whether a change shows in any number. */
export function isSeen(change: WayChange): boolean {
  return change.found.length > 0 || change.settled.length > 0 || change.reachesGoal;
}

/** The case takes a step in: what it did, where it left the plan, whether it is there. */
export function takeStep(one: CaseState, blueprint: Blueprint, at: { readonly step: WayStep; readonly change: WayChange }): void {
  const { step, change } = at;
  for (const deviation of change.settled) deviation[3] = step.at;
  one.deviations.push(...change.found);
  if (change.reachesGoal) one.goalAt = step.at;
  if (!isPlanned(step.touchpoint)) return;
  const known = done(one, step.touchpoint);
  if (known === undefined) one.did.push([step.touchpoint.index, 1, step.at]);
  else {
    if (happensAgain(one, blueprint, step)) known[1] += 1;
    known[2] = Math.max(known[2], step.at);
  }
}

/** When a case first left the plan; 0: never. */
export function deviatesFrom(one: Pick<CaseState, 'deviations'>): number {
  return one.deviations.reduce((first, d) => (first === 0 || d[2] < first ? d[2] : first), 0);
}

/** How a case came to the goal: as planned, in a way of its own, or not (yet). A deviation after the goal does not count. */
export function arrival(one: Pick<CaseState, 'deviations' | 'goalAt'>): 'planned' | 'ownWay' | null {
  if (one.goalAt === 0) return null;
  const first = deviatesFrom(one);
  return first !== 0 && first <= one.goalAt ? 'ownWay' : 'planned';
}

/** Where a case left the plan, for a page. */
export function deviationsOf(one: CaseState, blueprint: Blueprint): CaseDeviation[] {
  return one.deviations.flatMap(([kind, index, at, until]) => {
    const touchpoint = blueprint.touchpoints[index];
    const name = DEVIATIONS[kind];
    if (touchpoint === undefined || name === undefined) return [];
    return [{ kind: name, touchpoint: touchpoint.name, internal: touchpoint.internal, at, until: until === 0 ? null : until }];
  });
}

/** Books what the way of a case adds to the numbers: the case, its deviations by touchpoint, and how it arrived. Anchored at the hour in which it was opened. */
export function bookWay(bookings: Booking[], one: CaseState, blueprint: Blueprint): readonly Booking[] {
  const anchor = hourAnchor(one.openedAt);
  const cell = (stage: string, touchpoint: string): string => blueprint.cells.of('D', stage, touchpoint, one.segment, one.channel);
  const whole = cell('', '');
  bookings.push([whole, WAY.cases, anchor, minuteOf(one.openedAt), 1]);
  const first = deviatesFrom(one);
  if (first !== 0) bookings.push([whole, WAY.deviating, anchor, minuteOf(first), 1]);
  const how = arrival(one);
  if (how !== null) bookings.push([whole, WAY[how], anchor, minuteOf(one.goalAt), 1]);
  for (const [kind, index, from, until] of one.deviations) {
    const touchpoint = blueprint.touchpoints[index];
    if (touchpoint === undefined) continue;
    const stage = touchpoint.stage === null ? '' : (blueprint.stages[touchpoint.stage]?.id ?? '');
    const here = cell(stage, touchpoint.id);
    bookings.push([here, WAY.kinds + kind, anchor, minuteOf(from), 1]);
    if (until !== 0) bookings.push([here, WAY.kinds + kind, anchor, minuteOf(until), -1]);
  }
  return bookings;
}
