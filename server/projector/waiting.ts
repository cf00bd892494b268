import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { Stay } from '#server/domain/kernel/survival.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { isDated } from '#server/domain/promise/dates.ts';
import { datesOf } from '#server/domain/promise/ledger.ts';
import type { WaitingCurve } from '#server/domain/silence/overdue.ts';
import { DAY, MINUTE } from '#server/domain/kernel/time.ts';
import { waitingCurve } from '#server/domain/silence/overdue.ts';
import type { Redis } from '#server/redis/client.ts';
import { JourneyCurves } from './journey-curves.ts';
import { scan } from './lists/scan.ts';

/** How all waited is looked up anew this often. */
const AGAIN_MS = 10 * MINUTE;
/** Promises made longer ago tell little about today. */
const BACK_MS = 180 * DAY;

interface Reading {
  readonly redis: Redis;
  readonly partitions: number;
}

interface Options extends Reading {
  readonly onFault: (fault: unknown) => void;
}

/** How long customers wait for what they were promised, by kind. */
export function waitingCurves({ onFault, ...reading }: Options): JourneyCurves<string, WaitingCurve> {
  return new JourneyCurves({ read: (blueprint, now) => read(reading, blueprint, now), againMs: AGAIN_MS, onFault });
}

async function read(reading: Reading, blueprint: Blueprint, now: number): Promise<ReadonlyMap<string, WaitingCurve>> {
  const stays = new Map<string, Stay[]>();
  for await (const [, ...member] of scan<PromiseMember>({ ...reading, blueprint, at: 0 }, 'promises', {
    from: now - BACK_MS,
    to: now,
  })) {
    const kind = member[1];
    const dates = datesOf(member);
    // Nobody knows how long somebody waits who was told no date.
    if (!isDated(dates)) continue;
    const { madeAt, metAt, withdrawnAt } = dates;
    const ended = metAt !== 0 && metAt <= now;
    const until = ended ? metAt : withdrawnAt !== 0 ? Math.min(withdrawnAt, now) : now;
    const known = stays.get(kind);
    const stay = { duration: until - madeAt, ended };
    if (known === undefined) stays.set(kind, [stay]);
    else known.push(stay);
  }
  return new Map([...stays].map(([kind, of]) => [kind, waitingCurve(of, now)]));
}
