import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { Stay } from '#server/domain/kernel/survival.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import type { WaitingCurve } from '#server/domain/silence/overdue.ts';
import { DAY } from '#server/domain/kernel/time.ts';
import { waitingCurve } from '#server/domain/silence/overdue.ts';
import type { Redis } from '#server/redis/client.ts';
import { scan } from './list-scan.ts';

/** How others waited is looked up anew this often. */
const AGAIN_MS = 10 * 60_000;
/** Promises made longer ago tell little about today. */
const BACK_MS = 180 * DAY;

interface Known {
  readonly at: number;
  readonly curves: ReadonlyMap<string, WaitingCurve>;
}

/**
 * How long customers wait for what they were promised, by kind: read from the lists behind the numbers now and then, in the background, so that no
 * page waits for it. Until the first look is over nothing is known.
 */
export class WaitingCurves {
  readonly #o: { readonly redis: Redis; readonly partitions: number };
  readonly #known = new Map<string, Known>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(options: { readonly redis: Redis; readonly partitions: number }) {
    this.#o = options;
  }

  /** The curve of a kind of promise in a journey; undefined: not known (yet). */
  of(blueprint: Blueprint, kind: string, now: number): WaitingCurve | undefined {
    const name = `${blueprint.journey}@${blueprint.version}`;
    const known = this.#known.get(name);
    if (known === undefined || now - known.at > AGAIN_MS) void this.look(blueprint, now);
    return known?.curves.get(kind);
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

  async #read(blueprint: Blueprint, now: number): Promise<ReadonlyMap<string, WaitingCurve>> {
    const stays = new Map<string, Stay[]>();
    const reading = { ...this.#o, blueprint, at: 0 };
    for await (const [, , kind, , , , madeAt, , , , , metAt, withdrawnAt] of scan<readonly [string, ...PromiseMember]>(
      reading,
      'promises',
      {
        from: now - BACK_MS,
        to: now,
      },
    )) {
      const ended = metAt !== 0 && metAt <= now;
      const until = ended ? metAt : withdrawnAt !== 0 ? Math.min(withdrawnAt, now) : now;
      const known = stays.get(kind);
      const stay = { duration: until - madeAt, ended };
      if (known === undefined) stays.set(kind, [stay]);
      else known.push(stay);
    }
    return new Map([...stays].map(([kind, of]) => [kind, waitingCurve(of)]));
  }
}
