import type { Factor } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { variantIdOf } from '../blueprint/variant.ts';
import { caseRow } from '../case/case.ts';
import { promiseItem, waitingPlace } from '../case/waits.ts';
import type { CaseState, PromiseRecord, Recovery } from '../customer/state.ts';
import type { Row } from '../kernel/row.ts';
import { breaksAt, isDated } from '../promise/dates.ts';
import { factorsDuring, promiseRow } from '../promise/ledger.ts';
import { promiseSteps } from '../promise/promise.ts';
import { CAUSE, recoveryBookings, recoveryPlaces } from './recovery.ts';

/** A promise with this name is one to call back: where nobody does, the customer hears nothing at all. */
const CALL_BACK = 'call_back';

/**
 * When a promise that is not met becomes a failure to make good: it is broken, and has been for so long that it makes the visit harder. So a minute of
 * delay of a parcel is none. 0: never, it was met or withdrawn before.
 */
export function failsAt(promise: PromiseRecord): number {
  if (promise.withdrawnAt !== 0 || (promise.metAt !== 0 && promise.metAt < breaksAt(promise))) return 0;
  const felt = promiseSteps(promise)[0];
  if (felt === undefined) return 0;
  const at = Math.max(felt.at, breaksAt(promise));
  return promise.metAt !== 0 && promise.metAt < at ? 0 : at;
}

/** The failure of a promise as it is known, or as the clock alone will find it; null: none. */
export function recoveryOfPromise(one: CaseState | undefined, promise: PromiseRecord): Recovery | null {
  const known = one?.care?.recoveries.find((recovery) => recovery[2] === promise.key);
  if (known !== undefined) return known;
  const at = failsAt(promise);
  return at === 0 ? null : [at, CAUSE.promise, promise.key, promise.stage, 0, promise.metAt, 0, 0, null, null];
}

/** The case as a row, with what went wrong in it besides its promises. */
export function caseRowWithCare(one: CaseState, blueprint: Blueprint): Row {
  const row = caseRow(one, blueprint);
  const own = one.care?.recoveries.filter((recovery) => recovery[1] !== CAUSE.promise) ?? [];
  if (own.length === 0) return row;
  return {
    ...row,
    bookings: [...row.bookings, ...own.flatMap((recovery) => recoveryBookings(recovery, blueprint))],
    also: own.flatMap((recovery) => recoveryPlaces(one, recovery)),
  };
}

/** The promise as a row, with its failure, and its place among what waits while it is neither met nor withdrawn. */
export function promiseRowWithCare(
  promise: PromiseRecord,
  one: CaseState | undefined,
  where: { readonly blueprint: Blueprint; readonly factors: readonly Factor[] },
): Row {
  const row = promiseRow(promise, { ...where, variant: variantIdOf(where.blueprint, one) });
  if (one === undefined) return row;
  const failure = recoveryOfPromise(one, promise);
  const waits =
    promise.metAt !== 0 || promise.withdrawnAt !== 0 || !isDated(promise)
      ? null
      : waitingPlace(one, {
          item: promiseItem(promise),
          reason: promise.kind === CALL_BACK ? 'call_back' : 'promise',
          from: breaksAt(promise),
          stage: promise.stage,
          area: promise.area,
          kind: promise.kind,
          owner: promise.owner,
          factors: factorsDuring(promise, where.factors).map(({ id }) => id),
        });
  if (failure === null && waits === null) return row;
  const failed = failure === null ? [] : recoveryBookings(failure, where.blueprint);
  const also = [...(failure === null ? [] : recoveryPlaces(one, failure)), ...(waits === null ? [] : [waits])];
  return { ...row, bookings: failed.length === 0 ? row.bookings : [...row.bookings, ...failed], also };
}
