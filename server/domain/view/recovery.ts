import { RECOVERY_CAUSES, RECOVERY_STATES } from '#lib/contract/index.ts';
import type { Position, RecoveryCase, RecoveryCause, RecoveryLine, RecoveryState, RecoveryView } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import { recoveryStateAt } from '../care/recovery.ts';
import { recoveryOfPromise } from '../care/rows.ts';
import type { CaseState, CustomerState, PromiseRecord, Recovery } from '../customer/state.ts';
import { RECOVERY, parseCell } from '../kernel/counters.ts';
import { quantile } from '../kernel/log-bins.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { minuteOf } from '../kernel/time.ts';
import { breaksAt } from '../promise/dates.ts';

/** With fewer moods than these no mean is shown: it could be one customer's. */
const FEW_MOODS = 5;

function lineOf(measures: Measures | undefined): RecoveryLine {
  const of = (measure: number): number => measures?.get(measure) ?? 0;
  const states = Object.fromEntries(RECOVERY_STATES.map((state, i) => [state, of(RECOVERY.states + i)])) as Record<RecoveryState, number>;
  return { detected: of(RECOVERY.detected), states };
}

function add(into: Map<number, number>, measures: Measures): void {
  for (const [measure, sum] of measures) into.set(measure, (into.get(measure) ?? 0) + sum);
}

/** What becomes of failures: how many are in each state, how long it takes to make them good, and how customers feel before and after. Pure. */
export function recoveryView(input: {
  readonly journey: string;
  /** one for each version of the journey */
  readonly sums: readonly CellSums[];
  readonly from: number;
  readonly position: Position;
}): RecoveryView {
  const total = new Map<number, number>();
  const byCause = new Map<string, Map<number, number>>();
  for (const sums of input.sums)
    for (const [cell, measures] of sums) {
      const cause = parseCell(cell).dimensions[0] ?? '';
      let line = byCause.get(cause);
      if (line === undefined) byCause.set(cause, (line = new Map<number, number>()));
      add(line, measures);
      add(total, measures);
    }
  const times = new Map<number, number>();
  for (const [measure, count] of total) if (measure >= RECOVERY.times) times.set(measure - RECOVERY.times, count);
  const moods = total.get(RECOVERY.moods) ?? 0;
  const mean = (measure: number): number => (total.get(measure) ?? 0) / moods / 1000;
  return {
    journey: input.journey,
    from: input.from,
    position: input.position,
    total: lineOf(total),
    causes: Object.fromEntries(RECOVERY_CAUSES.map((cause) => [cause, lineOf(byCause.get(cause))])) as Record<RecoveryCause, RecoveryLine>,
    medianMs: quantile(times, 0.5),
    resolved: [...times.values()].reduce((sum, count) => sum + count, 0),
    mood: moods < FEW_MOODS ? null : { before: mean(RECOVERY.before), after: mean(RECOVERY.after) },
    moods,
  };
}

/** Since when a promise that failed is broken, as everywhere. It is forgotten one day: then since it failed. */
function brokenSince(promises: readonly PromiseRecord[], key: string, at: number): number {
  const promise = promises.find((known) => known.key === key);
  return promise === undefined ? at : Math.min(at, breaksAt(promise));
}

function caseOf(
  one: CaseState,
  recovery: Recovery,
  { promises, now }: { readonly promises: readonly PromiseRecord[]; readonly now: number },
): RecoveryCase | null {
  const state = recoveryStateAt(recovery, minuteOf(now));
  const cause = RECOVERY_CAUSES[recovery[1]];
  if (state === null || cause === undefined) return null;
  const [at, , ref, , contactedAt, resolvedAt, endedAt, , before, after] = recovery;
  const instant = (value: number): number | null => (value === 0 || value > now ? null : value);
  return {
    key: `${one.id} ${at} ${cause} ${ref}`,
    caseId: one.id,
    cause,
    state,
    since: cause === 'promise' ? brokenSince(promises, ref, at) : at,
    at,
    contactedAt: instant(contactedAt),
    resolvedAt: instant(resolvedAt),
    endedAt: instant(endedAt),
    before: before === null ? null : before / 1000,
    after: after === null || after[0] > now ? null : after[1] / 1000,
  };
}

/** What is being made good for a customer at an instant, newest first: what is on record, and what the clock alone has found since. Pure. */
export function recoveriesOf(
  state: CustomerState,
  { blueprints, now }: { readonly blueprints: Blueprints; readonly now: number },
): RecoveryCase[] {
  const found = state.cases.flatMap((one): (RecoveryCase | null)[] => {
    if (blueprints.get(one.journey, one.version) === undefined) return [];
    const known = one.care?.recoveries ?? [];
    const all = [...known];
    for (const promise of state.promises) {
      if (promise.case !== one.id || known.some((recovery) => recovery[2] === promise.key)) continue;
      const pending = recoveryOfPromise(one, promise);
      if (pending !== null) all.push(pending);
    }
    return all.map((recovery) => caseOf(one, recovery, { promises: state.promises, now }));
  });
  return found.filter((one) => one !== null).sort((a, b) => b.at - a.at);
}
