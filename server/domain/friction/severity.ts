import type { Component } from '#lib/contract/index.ts';
import { HOUR } from '../kernel/time.ts';

/** Severities that run with time move in steps of 1/16, so that a visit is rebooked at most fifteen times. */
const STEPS = 16;
/** Turns a median absolute deviation into a standard deviation under normality. */
const MAD_TO_DEVIATION = 1.4826;
/** Least spread of ln(time): a stage where everybody takes equally long must not make a second's delay extreme. */
const LEAST_SPREAD = 0.1;
/** Robust z from which a stay is unusually long, and the z beyond it that weighs half. */
export const DWELL_TOLERANCE_Z = 2;
export const DWELL_HALF_Z = 2;
/** A wait of up to the standard is no friction; twice the standard weighs half. */
export const WAIT_TOLERANCE_STANDARDS = 1;
export const WAIT_HALF_STANDARDS = 1;
/** A warning before the due time halves a missed promise. */
export const WARNED_FACTOR = 0.5;

/** Weight of each component, 0..0.95. The promise's is fitted on late orders; the others are starting points to be calibrated. */
export const DEFAULT_WEIGHTS: Readonly<Record<Component, number>> = Object.freeze({
  promise_missed: 0.8,
  dead_end: 0.5,
  repeat_contact: 0.4,
  reopen: 0.4,
  abandon: 0.4,
  repeat_info: 0.35,
  forced_switch: 0.35,
  failed_self_service: 0.35,
  transfer: 0.3,
  wait: 0.25,
  error: 0.25,
  rage_click: 0.25,
  backtrack: 0.2,
  dwell: 0.15,
  dead_click: 0.1,
});

/** Hours late at which a missed promise weighs half, where the journey names no other for its kind: a parcel's three days. */
export const DEFAULT_PROMISE_HALF_HOURS = 72;
/**
 * How many times weigh half, of what is counted. Dead clicks are noisy: three weigh what one of another signal does. Giving up, being driven to
 * another channel and a dead end happen or do not: the first weighs in full.
 */
export const COUNT_HALVES = Object.freeze({
  dead_end: 0,
  repeat_contact: 1,
  reopen: 1,
  abandon: 0,
  repeat_info: 1,
  forced_switch: 0,
  failed_self_service: 1,
  transfer: 1,
  error: 1,
  rage_click: 1,
  backtrack: 1,
  dead_click: 3,
} as const satisfies Partial<Record<Component, number>>);

/**
 * Severity of something that happened `count` times: 1 - 2^(-count/half), 0..1. A count may be a part: a probability, or half a step back.
 * @param half count that weighs half; 0: whatever has happened at all weighs in full
 */
export function countSeverity(count: number, half = 1): number {
  if (!(count > 0)) return 0;
  return half > 0 ? 1 - 2 ** (-count / half) : 1;
}

/**
 * Severity of an excess over what is tolerated: x^2 / (x^2 + m^2) for x > 0, else 0. A zone of tolerance, then a steep rise, then saturation.
 * @param x the excess
 * @param m excess that weighs half, > 0, same unit
 */
function timeSeverity(x: number, m: number): number {
  if (!(x > 0)) return 0;
  // as a ratio: x * x may overflow where x / m does not
  const ratio = m / x;
  return 1 / (1 + ratio * ratio);
}

/**
 * Severity of a wait: none up to the standard, .5 at twice, .8 at three times.
 * @param standardSeconds without a positive standard there is nothing to miss: 0
 * @param by in standards: how long is tolerated, and how much longer weighs half
 */
export function waitSeverity(
  waitSeconds: number,
  standardSeconds: number,
  by: { readonly tolerance: number; readonly half: number } = { tolerance: WAIT_TOLERANCE_STANDARDS, half: WAIT_HALF_STANDARDS },
): number {
  return standardSeconds > 0 ? timeSeverity(waitSeconds / standardSeconds - by.tolerance, by.half) : 0;
}

/**
 * How unusual a stay is: robust z of ln(duration).
 * @param ms duration in milliseconds; 0 and less are minus infinity
 * @param medianMs usual duration, > 0
 * @param mad median absolute deviation of ln(duration)
 */
export function dwellZ(ms: number, medianMs: number, mad: number): number {
  return ms > 0 ? (Math.log(ms) - Math.log(medianMs)) / dwellSpread(mad) : -Infinity;
}

/** Robust z that is tolerated, and the z beyond it that weighs half. */
export interface DwellRule {
  readonly tolerance: number;
  readonly half: number;
}
const DWELL_RULE: DwellRule = { tolerance: DWELL_TOLERANCE_Z, half: DWELL_HALF_Z };

/** Severity of a stay from its robust z: none up to 2, .5 at 4, where nothing else is set. */
export function dwellSeverity(z: number, by: DwellRule = DWELL_RULE): number {
  return timeSeverity(z - by.tolerance, by.half);
}

/**
 * Severity of a promise missed by so many hours; not stepped.
 * @param hoursLate after the due time; 0 and less are 0
 * @param halfHours hours late that weigh half, > 0
 * @param warned the customer was told before the due time: half
 */
export function promiseSeverity(hoursLate: number, halfHours: number, warned: boolean): number {
  return timeSeverity(hoursLate, halfHours) * (warned ? WARNED_FACTOR : 1);
}

/** From `at` on (ms since 1970, whole), the severity is `severity` (0..1), until the next step. */
export interface LadderStep {
  readonly at: number;
  readonly severity: number;
}

/** A promise as its ladder needs it; instants in ms since 1970. `warnedFactor`: what is left of it for those who were told; absent: half. */
export interface PromiseLadder {
  readonly due: number;
  /** due and grace: nothing counts before */
  readonly breaksAt: number;
  /** hours late that weigh half, > 0 */
  readonly halfHours: number;
  /** told before the due time: every step is half as high, at the same instants */
  readonly warned: boolean;
  readonly warnedFactor?: number;
  /** met, withdrawn or as far as one looks (inclusive); `Infinity` while nothing is known */
  readonly until: number;
}

/**
 * The instants at which an unmet promise gets worse: steps of 1/16, ascending, at most fifteen. The first is not before `breaksAt`, where it
 * takes all that has gathered since `due`.
 */
export function promiseLadder(promise: PromiseLadder): readonly LadderStep[] {
  const { due, breaksAt, halfHours, warned, until } = promise;
  const steps = ladder({
    origin: due,
    notBefore: breaksAt,
    until,
    steps: STEPS,
    severityAfter: (ms) => promiseSeverity(ms / HOUR, halfHours, false),
    msAt: (ratio) => halfHours * HOUR * ratio,
  });
  const left = promise.warnedFactor ?? WARNED_FACTOR;
  return warned ? steps.map(({ at, severity }) => ({ at, severity: severity * left })) : steps;
}

/** A stay as its ladder needs it. */
export interface DwellLadder {
  /** begin of the stay, ms since 1970 */
  readonly from: number;
  readonly medianMs: number;
  /** median absolute deviation of ln(duration) */
  readonly mad: number;
  readonly by?: DwellRule;
  /** how many steps there are from 0 to 1: a power of two, at most 16; absent: 16 */
  readonly steps?: number;
  /** end of the stay or as far as one looks, ms since 1970 (inclusive); `Infinity` while nothing is known */
  readonly until: number;
}

/** The instants at which a running stay gets worse: steps of 1/16 (or as asked), ascending, at most fifteen. */
export function dwellLadder(stay: DwellLadder): readonly LadderStep[] {
  const { from, medianMs, mad, until, by = DWELL_RULE, steps = STEPS } = stay;
  return ladder({
    origin: from,
    notBefore: from,
    until,
    steps,
    severityAfter: (ms) => dwellSeverity(dwellZ(ms, medianMs, mad), by),
    msAt: (ratio) => medianMs * Math.exp((by.tolerance + by.half * ratio) * dwellSpread(mad)),
  });
}

function dwellSpread(mad: number): number {
  return Math.max(MAD_TO_DEVIATION * mad, LEAST_SPREAD);
}

interface LadderRule {
  readonly origin: number;
  readonly notBefore: number;
  readonly until: number;
  readonly steps: number;
  readonly severityAfter: (ms: number) => number;
  /** ms after the origin at which the excess is `ratio` times the half-weight excess */
  readonly msAt: (ratio: number) => number;
}

function ladder(rule: LadderRule): LadderStep[] {
  const steps: LadderStep[] = [];
  for (let level = 1; level < rule.steps; level++) {
    const at = Math.max(rule.notBefore, rule.origin + firstMs(rule, level));
    if (!(at <= rule.until) || !Number.isSafeInteger(at)) break;
    // two levels in one millisecond are one step to the higher
    if (steps.at(-1)?.at === at) steps.pop();
    steps.push({ at, severity: level / rule.steps });
  }
  return steps;
}

/** First whole millisecond after the origin at which the severity is at least level/steps: inverted, then set right against rounding. */
function firstMs(rule: LadderRule, level: number): number {
  let ms = Math.ceil(rule.msAt(Math.sqrt(level / (rule.steps - level))));
  if (!Number.isSafeInteger(ms)) return Infinity;
  const reached = (candidate: number): boolean => Math.floor(rule.severityAfter(candidate) * rule.steps) >= level;
  while (reached(ms - 1)) ms--;
  while (!reached(ms)) ms++;
  return ms;
}
