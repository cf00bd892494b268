import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { StayMember } from '#server/domain/case/stay.ts';
import type { Stay } from '#server/domain/kernel/survival.ts';
import { DAY, MINUTE } from '#server/domain/kernel/time.ts';
import { stayCurve } from '#server/domain/timeline/still-here.ts';
import type { StayCurve } from '#server/domain/timeline/still-here.ts';
import type { Redis } from '#server/redis/client.ts';
import { JourneyCurves } from './journey-curves.ts';
import { scan } from './lists/scan.ts';

/** How others stayed is looked up anew this often: it costs a walk along the list. */
const AGAIN_MS = 30 * MINUTE;
/** Stays that ended longer ago tell little about today. */
const BACK_MS = 90 * DAY;

interface Reading {
  readonly redis: Redis;
  readonly partitions: number;
}

interface Options extends Reading {
  readonly onFault: (fault: unknown) => void;
}

/** How long customers stay in each stage of a journey. A stay ends when its case leaves the stage or is given up there, as in the occupancy. */
export function stayCurves({ onFault, ...reading }: Options): JourneyCurves<number, StayCurve> {
  return new JourneyCurves({ read: (blueprint, now) => read(reading, blueprint, now), againMs: AGAIN_MS, onFault });
}

async function read(reading: Reading, blueprint: Blueprint, now: number): Promise<ReadonlyMap<number, StayCurve>> {
  const stays = new Map<number, Stay[]>();
  const range = { from: now - BACK_MS, to: Infinity };
  for await (const [, , , , stage, from, until] of scan<StayMember>({ ...reading, blueprint, at: 0 }, 'stays', range)) {
    if (from > now) continue;
    const stay = { duration: Math.min(until, now) - from, ended: until <= now };
    const known = stays.get(stage);
    if (known === undefined) stays.set(stage, [stay]);
    else known.push(stay);
  }
  return new Map([...stays].map(([stage, of]) => [stage, stayCurve(of)]));
}
