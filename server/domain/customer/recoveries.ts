import type { Blueprint } from '../blueprint/blueprint.ts';
import type { Deed } from '../care/moves.ts';
import { deedOf, itemNow, moveOf, moveOfOutcome, noteDeed } from '../care/moves.ts';
import type { RecoveryMove } from '../care/recovery.ts';
import { CAUSE, detect, heedMood, isBadPeak, isMovable, isRecovering, moveRecovery } from '../care/recovery.ts';
import { failsAt } from '../care/rows.ts';
import { lastStay, stayKey } from '../case/case.ts';
import { stayRow } from '../case/stay.ts';
import { promiseItem, recoveryItem, stayItem } from '../case/waits.ts';
import { breaksAt } from '../promise/dates.ts';
import type { Applying } from './applying.ts';
import { blueprintOf, factorsOf } from './applying.ts';
import type { CaseState, Recovery } from './state.ts';
import { caseOfPromise, touchPromise, touchCase } from './touch.ts';

/** Failures of promises that the clock has found by now are put on record: from here on what people do about them counts. */
export function meetFailures(applying: Applying, one: CaseState): void {
  const { state, event } = applying;
  for (const promise of state.promises) {
    if (promise.case !== one.id || promise.metAt !== 0 || promise.withdrawnAt !== 0 || event.at < breaksAt(promise)) continue;
    if (caseOfPromise(state, promise) !== one || one.care?.recoveries.some((known) => known[2] === promise.key) === true) continue;
    const at = failsAt(promise);
    if (at === 0 || at > event.at) continue;
    touchPromise(applying, promise);
    detect(one, { at, cause: 'promise', ref: promise.key, stage: promise.stage }, state.evidence);
  }
}

/** Something went wrong by what an event says; where something is being made good already, it belongs to that. */
export function noteFailure(applying: Applying, one: CaseState, cause: 'bad_peak' | 'complaint' | 'dead_end'): void {
  const { state, event, context } = applying;
  const blueprint = blueprintOf(one, context);
  if (blueprint === undefined || one.care?.recoveries.some((known) => isRecovering(known, event.at)) === true) return;
  touchCase(applying, one, blueprint);
  detect(one, { at: event.at, cause, ref: '', stage: lastStay(one)?.stage ?? 0 }, state.evidence);
}

/** Moves everything on that is being made good in a case. */
export function moveFailures(applying: Applying, one: CaseState, move: RecoveryMove, only?: (recovery: Recovery) => boolean): void {
  const { event, context } = applying;
  for (const recovery of one.care?.recoveries ?? []) {
    if (!isMovable(recovery, event.at) || only?.(recovery) === false) continue;
    if (markRecovery(applying, one, { recovery, blueprint: blueprintOf(one, context) })) moveRecovery(recovery, move, event.at);
  }
}

/** Marks what shows a recovery as about to change. @returns false where that was forgotten: then nothing can change it any more */
function markRecovery(
  applying: Applying,
  one: CaseState,
  its: { readonly recovery: Recovery; readonly blueprint: Blueprint | undefined },
): boolean {
  if (its.blueprint === undefined) return false;
  if (its.recovery[1] !== CAUSE.promise) {
    touchCase(applying, one, its.blueprint);
    return true;
  }
  const promise = applying.state.promises.find((known) => known.key === its.recovery[2]);
  if (promise !== undefined) touchPromise(applying, promise);
  return promise !== undefined;
}

/** How the customer feels about what was made good. */
export function feelAboutCare(applying: Applying, one: CaseState, said: { readonly valence: number; readonly confidence: number }): void {
  const { event, context } = applying;
  for (const recovery of one.care?.recoveries ?? [])
    if (
      recovery[5] !== 0 &&
      isMovable(recovery, event.at) &&
      markRecovery(applying, one, { recovery, blueprint: blueprintOf(one, context) })
    )
      heedMood(recovery, event.at, said.valence);
  if (isBadPeak(said)) noteFailure(applying, one, 'bad_peak');
}

/** What somebody here does about something that waits: noted where it waits, for all to see. */
function noteCare(applying: Applying, one: CaseState, deed: Deed): void {
  const { state, touched, context } = applying;
  const blueprint = blueprintOf(one, context);
  if (blueprint === undefined) return;
  const item = itemNow(one, deed.item, deed.at);
  const promise = state.promises.find((known) => promiseItem(known) === item);
  const stay = one.stays.find((known) => stayItem(known) === item);
  const recovery = one.care?.recoveries.find((known) => recoveryItem(known) === item);
  if (promise !== undefined) touchPromise(applying, promise);
  else if (stay !== undefined) touched.change(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
  else if (recovery !== undefined) touchCase(applying, one, blueprint);
  else return;
  noteDeed(one, { ...deed, item });
  const move = moveOfOutcome(deed.outcome);
  if (move !== null)
    moveFailures(applying, one, move, (known) => known === recovery || (promise !== undefined && known[2] === promise.key));
}

/** What was going to fail by now is put on record, and what somebody here did about it is noted. */
export function heedCare(applying: Applying, one: CaseState): void {
  meetFailures(applying, one);
  const deed = deedOf(applying.event);
  if (deed !== null) return noteCare(applying, one, deed);
  const move = moveOf(applying.event);
  if (move !== null) moveFailures(applying, one, move);
}
