import type { Booking } from '../kernel/counters.ts';
import type { Row, Touched } from '../kernel/row.ts';
import type { PromiseState } from '#lib/contract/index.ts';
import { PROMISE, cellKey } from '../kernel/counters.ts';
import { DAY, hourAnchor, minuteOf } from '../kernel/time.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { stageAt } from '../case/case.ts';
import type { CustomerState, PromiseRecord } from '../customer/state.ts';
import { promiseLadder } from '../friction/severity.ts';

/** How long a settled or hopeless promise is kept in the state. */
const KEEP_MS = 90 * DAY;
/** A promise without end keeps stepping until its severity has reached the top of the ladder. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The first instant at which an unmet promise is broken. */
export function breaksAt(promise: PromiseRecord): number {
  return promise.due + promise.graceMs + 1;
}

/** What has become of a promise at an instant: by its events, and by the clock alone. */
export function promiseStateAt(promise: PromiseRecord, at: number): PromiseState {
  if (promise.withdrawnAt !== 0 && promise.withdrawnAt <= at) return 'withdrawn';
  const met = promise.metAt !== 0 && promise.metAt <= at;
  if (met) return promise.metAt < breaksAt(promise) ? 'kept' : 'late';
  return at >= breaksAt(promise) ? 'broken' : 'open';
}

/** Steps of the friction of a missed promise, measured from the first date given; halved where the customer was told before. */
export function promiseSteps(promise: PromiseRecord): readonly { readonly at: number; readonly severity: number }[] {
  const end = promise.metAt !== 0 ? promise.metAt : promise.withdrawnAt !== 0 ? promise.withdrawnAt : NEVER;
  return promiseLadder({
    due: promise.firstDue,
    breaksAt: promise.firstDue + promise.graceMs + 1,
    halfHours: promise.halfHours,
    warned: promise.warnedAt !== 0,
    until: end,
  });
}

/** The promise as a row: on the list of its journey, by its making. Member: [promise, kind, stage, owner, segment, made, due, broken, met, withdrawn]. */
export function promiseRow(promise: PromiseRecord, blueprint: Blueprint): Row {
  const stage = stageAt(blueprint, promise.stage).id;
  const cell = cellKey('P', promise.journey, promise.version, [stage, promise.owner, promise.segment]);
  const anchor = hourAnchor(promise.madeAt);
  const broken = breaksAt(promise);
  const book = (measure: number, at: number, delta: number): Booking => [cell, measure, anchor, minuteOf(at), delta];
  const bookings: Booking[] = [book(PROMISE.made, promise.madeAt, 1)];
  if (promise.withdrawnAt !== 0) bookings.push(book(PROMISE.withdrawn, promise.withdrawnAt, 1));
  else if (promise.metAt !== 0 && promise.metAt < broken) bookings.push(book(PROMISE.kept, promise.metAt, 1));
  else {
    bookings.push(book(PROMISE.broken, broken, 1));
    if (promise.metAt !== 0) bookings.push(book(PROMISE.broken, promise.metAt, -1), book(PROMISE.late, promise.metAt, 1));
  }
  return {
    list: `promises:${promise.journey}:${promise.version}`,
    score: promise.madeAt,
    member: [
      promise.id,
      promise.kind,
      promise.stage,
      promise.owner,
      promise.segment,
      promise.madeAt,
      promise.due,
      broken,
      promise.metAt,
      promise.withdrawnAt,
    ],
    bookings,
  };
}

/** Key of a promise among what an event touches. */
export function promiseKey(promise: PromiseRecord): string {
  return `p:${promise.id}:${promise.madeAt}`;
}

/** Finds the promise an event speaks of: by id, else the newest of its kind that is not settled (of the case, where it has one). */
export function findPromise(
  state: CustomerState,
  wanted: { readonly id?: string | undefined; readonly kind: string; readonly case: string },
): PromiseRecord | undefined {
  const candidates = state.promises.filter((p) =>
    wanted.id !== undefined ? p.id === wanted.id : p.kind === wanted.kind && (wanted.case === '' || p.case === wanted.case),
  );
  const running = candidates.filter((p) => p.metAt === 0 && p.withdrawnAt === 0);
  return running[running.length - 1];
}

/** Forgets promises that can no longer change, once their visit is forgotten too. */
export function prunePromises(state: CustomerState, touched: Touched, at: number): void {
  const over = (p: PromiseRecord): boolean => isOver(p, at) && !state.visits.some((v) => v.id === p.visit);
  const gone = state.promises.filter(over);
  if (gone.length === 0) return;
  for (const promise of gone) touched.settle(promiseKey(promise));
  state.promises = state.promises.filter((p) => !gone.includes(p));
}

function isOver(promise: PromiseRecord, at: number): boolean {
  const settled = Math.max(promise.metAt, promise.withdrawnAt);
  return at - (settled !== 0 ? settled : promise.due) > KEEP_MS;
}

/** Marks a promise as about to change. Promises outside a journey are on the timeline only. */
export function touchPromise(touched: Touched, promise: PromiseRecord, blueprint: Blueprint | undefined): void {
  if (blueprint !== undefined) touched.change(promiseKey(promise), () => promiseRow(promise, blueprint));
}
