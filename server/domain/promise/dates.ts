import type { PromiseState } from '#lib/contract/index.ts';

/** Of a promise, what decides its state. Instants in ms; 0 = not (yet). */
export interface PromiseDates {
  readonly madeAt: number;
  /** when it was first given a date, mostly as it was made; 0: nobody has said when, and `due` and `firstDue` mean nothing */
  readonly datedAt: number;
  /** the date that holds now, and when it was given */
  readonly due: number;
  readonly givenAt: number;
  /** the date first given */
  readonly firstDue: number;
  readonly graceMs: number;
  readonly warnedAt: number;
  readonly metAt: number;
  readonly withdrawnAt: number;
}

/** Whether anybody has said when a promise is due. */
export function isDated(promise: Pick<PromiseDates, 'datedAt'>): boolean {
  return promise.datedAt !== 0;
}

/**
 * The first instant at which an unmet promise is broken; one made for, or moved to, a date that has passed is broken as that is given. Infinity: nobody has given a date,
 * and the clock alone breaks nothing.
 */
export function breaksAt(promise: Pick<PromiseDates, 'datedAt' | 'due' | 'givenAt' | 'graceMs'>): number {
  return isDated(promise) ? Math.max(promise.givenAt, promise.due + promise.graceMs + 1) : Infinity;
}

/** The first instant at which the first date given has passed, grace included. Infinity: none was given. */
export function firstPassedAt(promise: Pick<PromiseDates, 'datedAt' | 'firstDue' | 'graceMs'>): number {
  return isDated(promise) ? Math.max(promise.datedAt, promise.firstDue + promise.graceMs + 1) : Infinity;
}

/** What has become of a promise at an instant: by its events, and by the clock alone. */
export function promiseStateAt(promise: PromiseDates, at: number): PromiseState {
  if (promise.withdrawnAt !== 0 && promise.withdrawnAt <= at) return 'withdrawn';
  const met = promise.metAt !== 0 && promise.metAt <= at;
  if (met) return promise.metAt < breaksAt(promise) ? 'kept' : 'late';
  return at >= breaksAt(promise) ? 'broken' : 'open';
}

/** When a promise turned out kept or not: when it was met in time, else when it broke. Null: withdrawn, or without a date, so neither. */
export function outcomeOf(promise: PromiseDates): { readonly at: number; readonly kept: boolean } | null {
  if (promise.withdrawnAt !== 0 || !isDated(promise)) return null;
  const broken = breaksAt(promise);
  return promise.metAt !== 0 && promise.metAt < broken ? { at: promise.metAt, kept: true } : { at: broken, kept: false };
}

/** The instant at which the first date given had passed unmet; 0 where it never does: none was given, or met or withdrawn before. */
export function missedAt(promise: PromiseDates): number {
  const { metAt, withdrawnAt } = promise;
  if (!isDated(promise)) return 0;
  const passed = firstPassedAt(promise);
  return (metAt !== 0 && metAt < passed) || (withdrawnAt !== 0 && withdrawnAt < passed) ? 0 : passed;
}
