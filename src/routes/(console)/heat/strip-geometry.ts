import type { StripPoint } from '#lib/contract/heat-strip.ts';
import { STRIP_SPANS, type StripSpan } from '#lib/contract/strip-spans.ts';
import { HOUR, MINUTE } from '#lib/contract/time.ts';
import type { HeatAddress } from './params.ts';

/** Axis of friction: from 0 to the next ten above the highest, at least 20. */
export function ceilingOf(points: readonly StripPoint[]): number {
  const highest = Math.max(0, ...points.map(({ friction }) => friction ?? 0));
  return Math.min(100, Math.max(20, Math.ceil((highest + 1) / 10) * 10));
}

/** Friction as steps, one per point, in a box as wide as there are points and 100 high. Where there is no number there is a gap, never zero. */
export function frictionPath(points: readonly StripPoint[]): string {
  const ceiling = ceilingOf(points);
  let path = '';
  let before: number | null = null;
  points.forEach(({ friction }, i) => {
    if (friction !== null) {
      const y = (100 - (100 * friction) / ceiling).toFixed(2);
      path += before === null ? `M${i} ${y}H${i + 1}` : `V${y}H${i + 1}`;
    }
    before = friction;
  });
  return path;
}

/** A mean feeling as a bar in a box 2 high: from the middle up where it is good, down where it is not. */
export function feelingBar(valence: number): { readonly y: number; readonly height: number } {
  const height = Math.max(0.08, Math.abs(valence));
  return { y: valence >= 0 ? 1 - height : 1, height };
}

/** Where an instant lies on the strip, in per cent of its width, not beyond its ends. */
export function placeOf(points: readonly StripPoint[], at: number): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return Math.min(100, Math.max(0, (100 * (at - first.from)) / (last.to + 1 - first.from)));
}

/** The point under a share (0..1) of the strip's width. */
export function pointAt(points: readonly StripPoint[], share: number): number {
  return Math.min(points.length - 1, Math.max(0, Math.floor(share * points.length)));
}

/** What two ends of a movement over the strip choose: one point is a place in time, more are a stretch of it. `to` is never beyond now. */
export interface Choice {
  /** null: the window that ends at `to` */
  readonly from: number | null;
  readonly to: number;
}
export function choiceOf(points: readonly StripPoint[], ends: readonly [number, number], now: number): Choice | null {
  const [first, last] = [points[Math.min(...ends)], points[Math.max(...ends)]];
  if (first === undefined || last === undefined) return null;
  const to = Math.min(last.to, now);
  return { from: ends[0] === ends[1] ? null : first.from, to };
}

/** Where the strip ends: at now, as long as what is shown lies within it; else so that what is shown is a quarter from its end. */
export function stripEnd(address: Pick<HeatAddress, 'to' | 'from'>, span: StripSpan, now: number): number | undefined {
  const length = STRIP_SPANS[span].minutes * MINUTE;
  const earliest = address.from ?? address.to;
  if (earliest === undefined || earliest > now - length) return undefined;
  const end = Math.min(now, (address.to ?? now) + length / 4);
  // To the hour: a strip that moved with every step of a replay would be read anew with every step.
  const rounded = Math.ceil(end / HOUR) * HOUR - 1;
  return rounded >= now ? undefined : rounded;
}

/** Marks of the axis: every so many points, so that about six are there. */
export function axisOf(points: readonly StripPoint[], most = 6): readonly { readonly at: number; readonly place: number }[] {
  const every = Math.max(1, Math.ceil(points.length / most));
  return points.flatMap((point, i) => (i % every === 0 ? [{ at: point.from, place: (100 * i) / points.length }] : []));
}
