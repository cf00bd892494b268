import { AHEAD_MS, InputFault } from '#lib/contract/index.ts';
import type { Position } from '#lib/contract/index.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';

/** An instant that a view is of, and the minute up to which it is exact. */
interface Placed {
  readonly position: Position;
  readonly minute: number;
}

/** Where a view stands: at `to`, or now where that is not over yet or nothing is said. */
export function positionAt(to: number | undefined, now: number): Placed {
  if (to === undefined || to >= now) return { position: { at: now, live: true }, minute: minuteOf(now) };
  return { position: { at: to, live: false }, minute: minuteOf(to) };
}

/**
 * The same for a stretch of time that begins at `from`. Whoever asks may have a clock that runs a little ahead.
 * @throws InputFault where it ends before it begins: zeros would look as if nothing had happened
 */
export function spanAt({ from, to }: { readonly from?: number | undefined; readonly to?: number | undefined }, now: number): Placed {
  const placed = positionAt(to, now);
  const { at, live } = placed.position;
  if (from === undefined || from <= (live ? at + AHEAD_MS : at)) return placed;
  throw new InputFault([{ path: ['from'], message: live ? 'lies in the future' : 'lies after to' }]);
}
