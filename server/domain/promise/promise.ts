import type { Touched } from '../kernel/row.ts';
import { DAY } from '../kernel/time.ts';
import type { CustomerState, PromiseRecord } from '../customer/state.ts';
import { promiseLadder } from '../friction/severity.ts';
import { firstPassedAt, isDated } from './dates.ts';

/** How long a settled or hopeless promise is kept in the state. */
export const KEEP_MS = 90 * DAY;
/** A promise without end keeps stepping until its severity has reached the top of the ladder. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Steps of the friction of a missed promise, measured from the first date given; less where the customer was told before.
 * @param warnedFactor share that is left for those who were told; absent: half
 */
export function promiseSteps(promise: PromiseRecord, warnedFactor?: number): readonly { readonly at: number; readonly severity: number }[] {
  if (!isDated(promise)) return [];
  const end = promise.metAt !== 0 ? promise.metAt : promise.withdrawnAt !== 0 ? promise.withdrawnAt : NEVER;
  return promiseLadder({
    due: promise.firstDue,
    breaksAt: firstPassedAt(promise),
    halfHours: promise.halfHours,
    warned: promise.warnedAt !== 0,
    ...(warnedFactor === undefined ? {} : { warnedFactor }),
    until: end,
  });
}

/** Key of a promise among what an event touches: as it is, because nothing else is named by the key of an event and a kind. */
export function promiseKey(promise: PromiseRecord): string {
  return promise.key;
}

/** Id of a promise that nobody gave one: there is one of a kind and case at a time. @param owner id of the case; empty outside a case */
export function unnamedPromise(kind: string, owner: string): string {
  return `${kind}:${owner}`;
}

/**
 * Finds the promise an event speaks of: by id, else the newest of its kind that is not settled (of the case, where it has one). Of a kind, those with a
 * date come first: them the clock breaks.
 */
export function findPromise(
  state: CustomerState,
  wanted: { readonly id?: string | undefined; readonly kind: string; readonly case: string },
): PromiseRecord | undefined {
  const isMeant = (p: PromiseRecord): boolean =>
    p.metAt === 0 &&
    p.withdrawnAt === 0 &&
    (wanted.id !== undefined ? p.id === wanted.id : p.kind === wanted.kind && (wanted.case === '' || p.case === wanted.case));
  return state.promises.findLast((p) => isDated(p) && isMeant(p)) ?? state.promises.findLast(isMeant);
}

/** Forgets promises that can no longer change, once their visit is forgotten too. */
export function prunePromises(state: CustomerState, touched: Touched, at: number): void {
  if (!state.promises.some((p) => isOver(p, at))) return;
  const gone = state.promises.filter((p) => isOver(p, at) && !state.visits.some((v) => v.id === p.visit));
  if (gone.length === 0) return;
  for (const promise of gone) touched.settle(promiseKey(promise));
  state.promises = state.promises.filter((p) => !gone.includes(p));
}

function isOver(promise: PromiseRecord, at: number): boolean {
  const settled = Math.max(promise.metAt, promise.withdrawnAt);
  return at - (settled !== 0 ? settled : isDated(promise) ? promise.due : promise.madeAt) > KEEP_MS;
}
