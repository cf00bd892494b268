import { FINDINGS } from '#lib/contract/index.ts';
import type { Channel, Factor } from '#lib/contract/index.ts';
import type { Row, Touched } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';
import type { Booking } from '../kernel/counters.ts';
import { EXPOSED, FOUND, NOW } from '../kernel/counters.ts';
import { binOf } from '../kernel/log-bins.ts';
import { minuteOf } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { factorsAt } from '../factor/factor.ts';
import type { CaseState, Stay } from '../customer/state.ts';
import { lastStay, stageAt, stayEnd, stayKey, stuckFrom } from './case.ts';
import { foundIn } from './finding.ts';
import { bookStanding, standingSteps } from './standing.ts';
import type { StandingStep } from './standing.ts';
import { stayItem, waitingPlace } from './waits.ts';

/** Factors at work during a stay. */
export function factorsDuring(
  one: CaseState,
  stay: Stay,
  where: { readonly blueprint: Blueprint; readonly factors: readonly Factor[] },
): readonly Factor[] {
  const { journey, segment, area } = one;
  return factorsAt(where.factors, { journey, segment, area, from: stay.from, to: stayEnd(one, stay, where.blueprint) });
}

/** Under which factors a stay was, from when on, and whether it is the first stay of its case under each (1) or not (0). */
export type StayFactor = readonly [factor: string, from: number, first: 0 | 1];

function stayFactors(
  one: CaseState,
  stay: Stay,
  where: { readonly blueprint: Blueprint; readonly factors: readonly Factor[] },
): StayFactor[] {
  const during = factorsDuring(one, stay, where);
  if (during.length === 0) return [];
  const before = one.stays.slice(0, one.stays.indexOf(stay)).flatMap((earlier) => factorsDuring(one, earlier, where));
  return during.map((factor): StayFactor => [factor.id, Math.max(stay.from, factor.from), before.includes(factor) ? 0 : 1]);
}

/** A stay as it stands on its list; the stage by its place, instants in ms, 0 = never or not yet. */
export type StayMember = readonly [
  caseId: string,
  segment: string,
  channel: Channel,
  stage: number,
  from: number,
  until: number,
  stuckFrom: number,
  factors: readonly StayFactor[],
  steps: readonly StandingStep[],
  found: readonly (readonly [at: number, finding: number])[],
  /** begin of the next stay */
  next: number,
];

/** A stay as a row: on the list of its journey, by its end. */
export function stayRow(one: CaseState, stay: Stay, blueprint: Blueprint, factors: readonly Factor[]): Row {
  const until = stayEnd(one, stay, blueprint);
  const stage = stageAt(blueprint, stay.stage);
  const cell = blueprint.cells.of('N', stage.id, one.segment, one.channel);
  const [from, to] = [minuteOf(stay.from), minuteOf(until)];
  const overdue = stuckFrom(one, stay, blueprint);
  const bookings: Booking[] = [
    [cell, NOW.inflow, from, from, 1],
    [cell, NOW.outflow, to, to, 1],
  ];
  if (from < to) bookings.push([cell, NOW.occupancy, from, from, 1], [cell, NOW.occupancy, to, to, -1]);
  if (stay.left) bookings.push([cell, NOW.bins + binOf(until - stay.from), to, to, 1]);
  const stuck = minuteOf(overdue);
  if (overdue !== 0 && stuck < to) bookings.push([cell, NOW.stuck, stuck, stuck, 1], [cell, NOW.stuck, to, to, -1]);
  const under = stayFactors(one, stay, { blueprint, factors });
  for (const [factor, since, first] of under) {
    const exposed = blueprint.cells.of('X', factor, stage.id);
    const minute = minuteOf(since);
    bookings.push([exposed, EXPOSED.stays, minute, minute, 1]);
    if (first === 1) bookings.push([exposed, EXPOSED.cases, minute, minute, 1]);
  }
  const found = foundIn(one, stay, blueprint);
  for (const [at, finding] of found) {
    const minute = minuteOf(at);
    bookings.push([blueprint.cells.of('W', FINDINGS[finding] ?? '', stage.id), FOUND.cases, minute, minute, 1]);
  }
  const steps = standingSteps(one, stay, blueprint);
  const next = one.stays[one.stays.indexOf(stay) + 1]?.from ?? 0;
  bookStanding(bookings, blueprint.cells.of('C', stage.id), { steps, nextFrom: next });
  // What the clock alone has ended was booked so before, and does not change by being known: whoever waited then waited until its end.
  const waits =
    overdue === 0 || stay.left
      ? null
      : waitingPlace(one, {
          item: stayItem(stay),
          reason: 'stuck',
          from: overdue,
          until,
          stage: stay.stage,
          area: one.area,
          factors: under.map(([factor]) => factor),
        });
  const member: StayMember = [one.id, one.segment, one.channel, stay.stage, stay.from, until, overdue, under, steps, found, next];
  return {
    list: `stays:${one.journey}:${one.version}`,
    score: until,
    member,
    bookings,
    trail: null,
    also: waits === null ? NOWHERE_ELSE : [waits],
  };
}

/** Marks the stay a case is in as about to change. */
export function touchStay(
  touched: Touched,
  one: CaseState,
  where: { readonly blueprint: Blueprint; readonly factors: readonly Factor[] },
): void {
  const stay = lastStay(one);
  if (stay !== undefined) touched.change(stayKey(one, stay), () => stayRow(one, stay, where.blueprint, where.factors));
}
