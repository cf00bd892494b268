import { RECOVERY_CAUSES, RECOVERY_STATES } from '#lib/contract/index.ts';
import type { Channel, RecoveryCause, RecoveryState, RecoveryWhat } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { stageAt } from '../case/case.ts';
import { recoveryItem, waitingPlace } from '../case/waits.ts';
import type { CaseCare, CaseState, Recovery } from '../customer/state.ts';
import { RECOVERY } from '../kernel/counters.ts';
import type { Booking } from '../kernel/counters.ts';
import { binOf } from '../kernel/log-bins.ts';
import type { Listed } from '../kernel/row.ts';
import { DAY, hourAnchor, minuteOf } from '../kernel/time.ts';

/** What is not made good within this time is lost: the customer has given up on it. */
const LOST_AFTER_MS = 30 * DAY;
/** Once contacted, it is to be made good within this time. */
const MAKE_GOOD_MS = DAY;
/** A feeling this bad, and this sure, is a failure of its own. Thousandths. */
const BAD_PEAK = { valence: -600, confidence: 600 } as const;
/** A feeling this good after it was made good: won back. Thousandths. */
const WON_FROM = 200;
/** How the customer felt longer ago than this says nothing about how they felt when it happened. */
const MOOD_MS = 7 * DAY;
/** Recoveries kept with a case. */
const MOST = 20;

/** Place of a cause among the causes. */
export const CAUSE = Object.fromEntries(RECOVERY_CAUSES.map((cause, i) => [cause, i])) as Readonly<Record<RecoveryCause, number>>;

/** From an instant on, a recovery is in a state. */
export type RecoveryStep = readonly [at: number, state: RecoveryState];

/** How a recovery moves through its states: in order of time, from each into the next. By events, and to `lost` by the clock alone. */
export function recoverySteps(recovery: Recovery): RecoveryStep[] {
  const [at, , , , contactedAt, resolvedAt, endedAt, won] = recovery;
  const steps: RecoveryStep[] = [[at, 'detected']];
  if (contactedAt !== 0) steps.push([contactedAt, 'contacted']);
  if (resolvedAt !== 0) steps.push([resolvedAt, 'resolved']);
  if (endedAt !== 0) steps.push([endedAt, won === 1 ? 'won' : 'lost']);
  else if (resolvedAt === 0) steps.push([at + LOST_AFTER_MS, 'lost']);
  return steps;
}

/** The one state a recovery is in at the end of a minute; null before it was detected. */
export function recoveryStateAt(recovery: Recovery, minute: number): RecoveryState | null {
  return recoverySteps(recovery).findLast(([at]) => minuteOf(at) <= minute)?.[1] ?? null;
}

/** Since when a recovery counts at the end of a minute as what a number counts, ms; null: it does not. */
export function recoveryOn(recovery: Recovery, what: RecoveryWhat, minute: number): number | null {
  const step = recoverySteps(recovery).findLast(([at]) => minuteOf(at) <= minute);
  if (step === undefined) return null;
  const [since, state] = step;
  const [at, , , , , resolvedAt, , , before, after] = recovery;
  switch (what) {
    case 'all':
      return at;
    case 'made-good':
      return resolvedAt !== 0 && minuteOf(resolvedAt) <= minute ? resolvedAt : null;
    case 'ended':
      return state === 'won' || state === 'lost' ? since : null;
    case 'felt':
      return before !== null && after !== null && minuteOf(after[0]) <= minute ? after[0] : null;
    default:
      return state === what ? since : null;
  }
}

/** Whether a recovery still waits to be made good at an instant. */
export function isRecovering(recovery: Recovery, at: number): boolean {
  return recovery[0] <= at && recovery[5] === 0 && recovery[6] === 0 && at < recovery[0] + LOST_AFTER_MS;
}

/** Whether what happens at an instant can still move a recovery on. */
export function isMovable(recovery: Recovery, at: number): boolean {
  return recovery[0] <= at && recovery[6] === 0 && at < recovery[0] + LOST_AFTER_MS;
}

/** What a case needs of people here; made where it never needed anybody. */
export function careOf(one: CaseState): CaseCare {
  return (one.care ??= { recoveries: [], desk: [] });
}

/** How the customer felt last before an instant, thousandths; null: long ago or never known. */
function moodBefore(
  evidence: readonly (readonly [at: number, rank: number, valence: number, ...rest: unknown[]])[],
  at: number,
): number | null {
  const last = evidence.findLast((one) => one[0] <= at && at - one[0] <= MOOD_MS);
  return last?.[2] ?? null;
}

/** Notes that something went wrong. */
export function detect(
  one: CaseState,
  failure: { readonly at: number; readonly cause: RecoveryCause; readonly ref: string; readonly stage: number },
  evidence: Parameters<typeof moodBefore>[0],
): void {
  const { recoveries } = careOf(one);
  if (recoveries.length >= MOST) return;
  recoveries.push([failure.at, CAUSE[failure.cause], failure.ref, failure.stage, 0, 0, 0, 0, moodBefore(evidence, failure.at), null]);
}

/** What an event says about how a failure is being made good. */
export type RecoveryMove = 'contacted' | 'resolved' | 'won' | 'lost';

/** Moves a recovery on; never back, and never once it has ended. */
export function moveRecovery(recovery: Recovery, move: RecoveryMove, at: number): void {
  if (!isMovable(recovery, at)) return;
  if (move === 'contacted') {
    if (recovery[4] === 0 && recovery[5] === 0) recovery[4] = at;
    return;
  }
  if (move === 'lost') {
    [recovery[6], recovery[7]] = [at, 0];
    return;
  }
  if (recovery[5] === 0) recovery[5] = at;
  if (move === 'won') [recovery[6], recovery[7]] = [at, 1];
}

/** Takes in how the customer feels once a failure was made good: the first word after it is the mood after, and a good one means won back. */
export function heedMood(recovery: Recovery, at: number, valence: number): void {
  if (recovery[5] === 0 || recovery[5] > at || !isMovable(recovery, at)) return;
  recovery[9] ??= [at, valence];
  if (valence >= WON_FROM) moveRecovery(recovery, 'won', at);
}

/** Whether a feeling is bad and sure enough to be a failure of its own. Both in thousandths. */
export function isBadPeak(said: { readonly valence: number; readonly confidence: number }): boolean {
  return said.valence <= BAD_PEAK.valence && said.confidence >= BAD_PEAK.confidence;
}

/** What a recovery adds to the sums. */
export function recoveryBookings(recovery: Recovery, blueprint: Blueprint): Booking[] {
  const [at, cause, , stage, , resolvedAt, , , before, after] = recovery;
  const cell = blueprint.cells.of('R', RECOVERY_CAUSES[cause] ?? '', stageAt(blueprint, stage).id);
  const anchor = hourAnchor(at);
  const bookings: Booking[] = [[cell, RECOVERY.detected, anchor, minuteOf(at), 1]];
  const steps = recoverySteps(recovery);
  steps.forEach(([from, state], i) => {
    const [begins, ends] = [minuteOf(from), steps[i + 1] === undefined ? Infinity : minuteOf(steps[i + 1]?.[0] ?? 0)];
    if (begins === ends) return;
    const measure = RECOVERY.states + RECOVERY_STATES.indexOf(state);
    bookings.push([cell, measure, anchor, begins, 1]);
    if (ends !== Infinity) bookings.push([cell, measure, anchor, ends, -1]);
  });
  if (resolvedAt !== 0) bookings.push([cell, RECOVERY.times + binOf(resolvedAt - at), anchor, minuteOf(resolvedAt), 1]);
  if (before !== null && after !== null) {
    const known = minuteOf(after[0]);
    bookings.push([cell, RECOVERY.moods, anchor, known, 1], [cell, RECOVERY.before, anchor, known, before]);
    bookings.push([cell, RECOVERY.after, anchor, known, after[1]]);
  }
  return bookings.filter(([, , , , delta]) => delta !== 0);
}

/** A recovery on its list: whose it is, and the recovery. */
export type RecoveryMember = readonly [caseId: string, segment: string, channel: Channel, recovery: Recovery];

/** The places of a recovery: among those of its journey, and, where somebody is needed for it, among what waits. A promise waits by itself. */
export function recoveryPlaces(one: CaseState, recovery: Recovery): Listed[] {
  // A copy: the row stays as it was when it was made.
  const member: RecoveryMember = [one.id, one.segment, one.channel, [...recovery]];
  const places: Listed[] = [{ list: `recoveries:${one.journey}:${one.version}`, score: recovery[0], member }];
  const [at, cause, , stage, contactedAt, resolvedAt, endedAt] = recovery;
  const reason = RECOVERY_CAUSES[cause];
  if (reason === undefined || reason === 'promise' || resolvedAt !== 0 || endedAt !== 0) return places;
  const waiting =
    contactedAt === 0
      ? waitingPlace(one, { item: recoveryItem(recovery), reason, from: at, stage, area: one.area })
      : waitingPlace(one, {
          item: recoveryItem(recovery),
          reason: 'recovery',
          from: contactedAt + MAKE_GOOD_MS,
          until: at + LOST_AFTER_MS,
          area: one.area,
          stage,
        });
  return waiting === null ? places : [...places, waiting];
}
