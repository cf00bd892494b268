import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { Stay } from '#server/domain/kernel/survival.ts';
import { DAY } from '#server/domain/kernel/time.ts';
import { stayCurve } from '#server/domain/timeline/still-here.ts';
import type { StayCurve } from '#server/domain/timeline/still-here.ts';
import type { Redis } from '#server/redis/client.ts';
import { scan } from './list-scan.ts';

/** How others stayed is looked up anew this often: it costs a walk along the list. */
const AGAIN_MS = 30 * 60_000;
/** Stays that ended longer ago tell little about today. */
const BACK_MS = 90 * DAY;

type StayMember = readonly [customer: string, id: string, segment: string, channel: string, stage: number, from: number, until: number];

interface Known {
  readonly at: number;
  readonly curves: ReadonlyMap<number, StayCurve>;
}

/**
 * How long customers stay in each stage of a journey: read from the list behind the numbers now and then, in the background, so that no page waits for
 * it. Until the first look is over nothing is known. A stay ends when its case leaves the stage or is given up there, as in the occupancy.
 */
export class StayCurves {
  readonly #o: { readonly redis: Redis; readonly partitions: number };
  readonly #known = new Map<string, Known>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(options: { readonly redis: Redis; readonly partitions: number }) {
    this.#o = options;
  }

  /** The curve of a stage of a journey; undefined: not known (yet). */
  of(blueprint: Blueprint, stage: number, now: number): StayCurve | undefined {
    const name = `${blueprint.journey}@${blueprint.version}`;
    const known = this.#known.get(name);
    if (known === undefined || now - known.at > AGAIN_MS) void this.look(blueprint, now);
    return known?.curves.get(stage);
  }

  /** Looks now; a look under way is joined. A store that is away leaves what was known. */
  look(blueprint: Blueprint, now: number): Promise<void> {
    const name = `${blueprint.journey}@${blueprint.version}`;
    const running = this.#looking.get(name);
    if (running !== undefined) return running;
    const look = this.#read(blueprint, now)
      .then((curves) => void this.#known.set(name, { at: now, curves }))
      .catch(() => undefined)
      .finally(() => this.#looking.delete(name));
    this.#looking.set(name, look);
    return look;
  }

  async #read(blueprint: Blueprint, now: number): Promise<ReadonlyMap<number, StayCurve>> {
    const stays = new Map<number, Stay[]>();
    const range = { from: now - BACK_MS, to: Infinity };
    for await (const [, , , , stage, from, until] of scan<StayMember>({ ...this.#o, blueprint, at: 0 }, 'stays', range)) {
      if (from > now) continue;
      const stay = { duration: Math.min(until, now) - from, ended: until <= now };
      const known = stays.get(stage);
      if (known === undefined) stays.set(stage, [stay]);
      else known.push(stay);
    }
    return new Map([...stays].map(([stage, of]) => [stage, stayCurve(of)]));
  }
}
