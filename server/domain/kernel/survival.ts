/** One stay: how long it has lasted, and whether it ended (true) or is still running or lost sight of (false, censored). */
export interface Stay {
  /** any unit of time, >= 0 */
  readonly duration: number;
  readonly ended: boolean;
}

/** From `time` on (inclusive), the share `survival` is still there. */
export interface SurvivalStep {
  readonly time: number;
  /** 0..1 */
  readonly survival: number;
}

/**
 * Kaplan-Meier curve: the share still there after each time at which somebody left, times ascending.
 * A stay censored at the very time of a leaving counts as having been at risk of it. Nobody left: no steps.
 */
export function kaplanMeier(stays: readonly Stay[]): readonly SurvivalStep[] {
  const sorted = [...stays].sort((a, b) => a.duration - b.duration);
  const steps: SurvivalStep[] = [];
  let survival = 1;
  let start = 0;
  while (start < sorted.length) {
    const time = sorted[start]?.duration ?? 0;
    let end = start;
    let left = 0;
    for (let stay = sorted[end]; stay?.duration === time; stay = sorted[++end]) if (stay.ended) left++;
    if (left > 0) {
      survival *= 1 - left / (sorted.length - start);
      steps.push({ time, survival });
    }
    start = end;
  }
  return steps;
}

/** S(t): the share still there after `time`; 1 before the first leaving, and flat after the last. */
export function survivalAt(curve: readonly SurvivalStep[], time: number): number {
  let survival = 1;
  for (const step of curve) {
    if (step.time > time) break;
    survival = step.survival;
  }
  return survival;
}

/**
 * P(still there at `to` | still there at `from`) = S(to) / S(from).
 * @returns 0..1; null where nobody was ever still there at `from`, so nothing can be said
 */
export function conditionalSurvival(curve: readonly SurvivalStep[], from: number, to: number): number | null {
  const base = survivalAt(curve, from);
  return base > 0 ? survivalAt(curve, Math.max(from, to)) / base : null;
}

/**
 * S(t) of all stays but one, without making the curve of the others.
 * @param sorted shortest first
 * @param without place of the one that is left out; negative: none is
 */
export function survivalWithout(sorted: readonly Stay[], without: number, at: number): number {
  let risk = sorted.length - (without < 0 ? 0 : 1);
  let survival = 1;
  let next = 0;
  for (let stay = sorted[next]; stay !== undefined && stay.duration <= at;) {
    const time = stay.duration;
    let [left, gone] = [0, 0];
    for (; stay?.duration === time; stay = sorted[++next]) {
      if (next === without) continue;
      gone++;
      if (stay.ended) left++;
    }
    if (left > 0) survival *= 1 - left / risk;
    risk -= gone;
  }
  return survival;
}
