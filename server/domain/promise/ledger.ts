import type { Channel, Factor, PromiseWhat } from '#lib/contract/index.ts';
import type { Booking } from '../kernel/counters.ts';
import type { Row } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';
import { DELAY, PROMISE } from '../kernel/counters.ts';
import { binOf } from '../kernel/log-bins.ts';
import { MINUTE, hourAnchor, minuteOf } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { stageAt } from '../case/case.ts';
import type { PromiseRecord } from '../customer/state.ts';
import { chargeOf, factorsAt } from '../factor/factor.ts';
import type { Charge } from '../factor/factor.ts';
import type { PromiseDates } from './dates.ts';
import { breaksAt, isDated, missedAt, outcomeOf, promiseStateAt } from './dates.ts';
import { UNHAPPY, levelsOf } from './felt.ts';
import type { LevelStep } from './felt.ts';

/** Factors at work between the making of a promise and its outcome: what comes after it was broken explains nothing, and without a date nothing is to be explained. */
export function factorsDuring(promise: PromiseRecord, factors: readonly Factor[]): readonly Factor[] {
  if (!isDated(promise)) return [];
  const { journey, segment, area, madeAt } = promise;
  return factorsAt(factors, { journey, segment, area, from: madeAt, to: outcomeOf(promise)?.at ?? promise.withdrawnAt });
}

/**
 * A promise on its list: [key, kind, stage, owner, segment, made, first due, due, grace, warned, met, withdrawn, case, channel, touchpoint,
 * charge, [[minute, level], ...], factors, dated, given, variant]; the stage by its place, instants in ms, 0 = not (yet), the level of what was felt -1, 0 or 1.
 */
export type PromiseMember = readonly [
  key: string,
  kind: string,
  stage: number,
  owner: string,
  segment: string,
  madeAt: number,
  firstDue: number,
  due: number,
  graceMs: number,
  warnedAt: number,
  metAt: number,
  withdrawnAt: number,
  caseId: string,
  channel: Channel,
  touchpoint: string,
  charge: Charge,
  felt: readonly LevelStep[],
  factors: readonly string[],
  datedAt: number,
  givenAt: number,
  /** of its case; absent where the journey has no variants */
  variant?: string,
];

function settlements(promise: PromiseRecord, book: (measure: number, at: number, delta?: number) => void): void {
  const outcome = outcomeOf(promise);
  if (outcome === null) return book(PROMISE.withdrawn, promise.withdrawnAt);
  if (outcome.kept) return book(PROMISE.kept, outcome.at);
  book(PROMISE.broken, outcome.at);
  if (promise.metAt === 0) return;
  book(PROMISE.broken, promise.metAt, -1);
  book(PROMISE.late, promise.metAt);
}

function gaps(promise: PromiseRecord, book: (measure: number, at: number) => void): void {
  const { madeAt, datedAt, firstDue, metAt, warnedAt } = promise;
  book(PROMISE.promised + binOf(firstDue - madeAt), datedAt);
  if (metAt !== 0) {
    book(PROMISE.delivered + binOf(metAt - madeAt), metAt);
    if (metAt > firstDue) book(PROMISE.later + binOf(metAt - firstDue), metAt);
    else book(PROMISE.earlier + binOf(firstDue - metAt), metAt);
  }
  const missed = missedAt(promise);
  if (missed === 0) return;
  book(PROMISE.missed, missed);
  if (warnedAt === 0) return;
  book(PROMISE.warned, missed);
  book(PROMISE.ahead + binOf(firstDue - warnedAt), missed);
}

function feelings(promise: PromiseRecord, steps: readonly LevelStep[], book: (measure: number, at: number, delta?: number) => void): void {
  const first = (outcomeOf(promise)?.kept === true ? PROMISE.feltKept : PROMISE.feltBroken) - UNHAPPY;
  steps.forEach(([minute, level], i) => {
    const before = steps[i - 1];
    if (before !== undefined) book(first + before[1], minute, -1);
    book(first + level, minute);
  });
}

/** The day on which the first date passed unmet, and which factors were at work until then. */
function delays(
  promise: PromiseRecord,
  stage: string,
  where: { readonly blueprint: Blueprint; readonly factors: readonly Factor[] },
): Booking[] {
  const { blueprint, factors } = where;
  const missed = missedAt(promise);
  if (missed === 0) return [];
  const minute = minuteOf(missed);
  const cell = (factor: string): string => blueprint.cells.of('L', factor, stage);
  const booked: Booking[] = [[cell(''), DELAY.missed, minute, minute, 1]];
  if (factors.length > 0) booked.push([cell(''), DELAY.coincident, minute, minute, 1]);
  for (const factor of factors) booked.push([cell(factor.id), DELAY.missed, minute, minute, 1]);
  return booked;
}

/** Where a promise is counted. */
export interface PromisePlace {
  readonly blueprint: Blueprint;
  readonly factors: readonly Factor[];
  /** of its case; empty where the journey has none */
  readonly variant: string;
}

/** The promise as a row: on the list of its journey, by its making. */
export function promiseRow(promise: PromiseRecord, where: PromisePlace): Row {
  const stage = stageAt(where.blueprint, promise.stage).id;
  const factors = factorsDuring(promise, where.factors);
  const charge = chargeOf(promise.controller, factors);
  const { owner, segment, kind, touchpoint, channel } = promise;
  const { variant } = where;
  const cell = where.blueprint.cells.of('P', stage, owner, segment, kind, touchpoint, charge, variant, channel);
  const anchor = hourAnchor(promise.madeAt);
  const bookings: Booking[] = [];
  const bookMinute = (measure: number, minute: number, delta = 1): void => void bookings.push([cell, measure, anchor, minute, delta]);
  const book = (measure: number, at: number, delta = 1): void => bookMinute(measure, minuteOf(at), delta);
  const felt = levelsOf(promise);
  if (promise.datedAt !== promise.madeAt) book(PROMISE.undated, promise.madeAt);
  if (isDated(promise)) {
    if (promise.datedAt !== promise.madeAt) book(PROMISE.undated, promise.datedAt, -1);
    book(PROMISE.made, promise.datedAt);
    settlements(promise, book);
    gaps(promise, book);
    feelings(promise, felt, bookMinute);
    bookings.push(...delays(promise, stage, { blueprint: where.blueprint, factors }));
  }
  const member: PromiseMember = [
    promise.key,
    promise.kind,
    promise.stage,
    promise.owner,
    promise.segment,
    promise.madeAt,
    promise.firstDue,
    promise.due,
    promise.graceMs,
    promise.warnedAt,
    promise.metAt,
    promise.withdrawnAt,
    promise.case,
    promise.channel,
    promise.touchpoint,
    charge,
    felt,
    factors.map((factor) => factor.id),
    promise.datedAt,
    promise.givenAt,
    ...(variant === '' ? ([] as const) : ([variant] as const)),
  ];
  return {
    list: `promises:${promise.journey}:${promise.version}`,
    score: promise.madeAt,
    member,
    bookings,
    trail: null,
    also: NOWHERE_ELSE,
  };
}

/** The dates of a promise on its list. */
export function datesOf(member: PromiseMember): PromiseDates {
  const [, , , , , madeAt, firstDue, due, graceMs, warnedAt, metAt, withdrawnAt, , , , , , , datedAt, givenAt] = member;
  return { madeAt, datedAt, due, givenAt, firstDue, graceMs, warnedAt, metAt, withdrawnAt };
}

const holds = (at: number, minute: number): boolean => at !== 0 && minuteOf(at) <= minute;

/** When the promise got where it is at a minute: in the words of the list that asks; null: it is not there. */
function standing(member: PromiseMember, what: PromiseWhat, minute: number): number | null {
  const dates = datesOf(member);
  const end = minute * MINUTE + 59_999;
  const dated = holds(dates.datedAt, minute);
  if (what === 'undated') return dated ? null : member[5];
  if (!dated) return null;
  const state = promiseStateAt(dates, end);
  if (what === 'made') return member[5];
  if (what === 'missed' || what === 'warned') {
    const missed = missedAt(dates);
    return holds(missed, minute) && (what === 'missed' || dates.warnedAt !== 0) ? missed : null;
  }
  if (what === 'open') return state === 'open' ? member[5] : null;
  if (what !== state) return null;
  return state === 'withdrawn' ? dates.withdrawnAt : state === 'broken' ? breaksAt(dates) : dates.metAt;
}

const FELT: Readonly<Record<string, number | null>> = { unhappy: -1, neutral: 0, happy: 1, unknown: null };

/** Whether a promise is on a list at a minute, and since when: the very rule by which it was booked. */
export function promiseOn(member: PromiseMember, what: PromiseWhat, minute: number): number | null {
  if (minuteOf(member[5]) > minute) return null;
  const cut = what.indexOf('-');
  if (cut < 0) return standing(member, what, minute);
  const outcome = outcomeOf(datesOf(member));
  if (outcome === null || outcome.kept !== what.startsWith('kept') || minuteOf(outcome.at) > minute) return null;
  const felt = member[16].findLast(([from]) => from <= minute)?.[1] ?? null;
  return FELT[what.slice(cut + 1)] === felt ? outcome.at : null;
}
