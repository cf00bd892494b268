import { MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { SquareMoments } from '#server/domain/friction/pull.ts';
import type { VisitMember } from '#server/domain/visit/visit.ts';
import type { Redis } from '#server/redis/client.ts';
import { scan } from './lists/scan.ts';

/** Visits of the last days that an estimate goes by. */
const DAYS_MINUTES = 7 * 1440;
const MOST_VISITS = 100_000;
const PER_VISIT = 100_000;

/** Friction of the visits of the last seven days, by square. @param now ms */
export async function squaresOf(
  reading: { readonly redis: Redis; readonly partitions: number },
  blueprint: Blueprint,
  now: number,
): Promise<SquareMoments[]> {
  const at = minuteOf(now);
  const squares = new Map<string, { stage: string; n: number; sum: number; squares: number }>();
  let read = 0;
  for await (const [, , , stage, channel, , , points] of scan<VisitMember>({ ...reading, blueprint, at }, 'visits', {
    from: (at - DAYS_MINUTES) * MINUTE,
    to: Infinity,
  })) {
    const friction = points.findLast((point) => point[0] <= at)?.[1];
    if (friction === undefined) continue;
    const key = `${stage} ${channel}`;
    let square = squares.get(key);
    if (square === undefined) squares.set(key, (square = { stage: String(stage), n: 0, sum: 0, squares: 0 }));
    const share = friction / PER_VISIT;
    square.n++;
    square.sum += share;
    square.squares += share * share;
    if (++read === MOST_VISITS) break;
  }
  return [...squares.values()];
}
