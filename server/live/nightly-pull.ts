import type { DefinitionEntry } from '#lib/contract/index.ts';
import { kappaEntry } from '#server/definitions/kappa.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { estimateKappa } from '#server/domain/friction/pull.ts';
import type { Clock } from '#server/platform/clock.ts';
import { squaresOf } from '#server/projector/pull.ts';
import type { Redis } from '#server/redis/client.ts';

const LOOK_MS = 600_000;

export interface NightlyPullOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly blueprints: Blueprints;
  readonly clock: Clock;
  readonly isPublished: (id: string) => boolean;
  readonly publish: (entry: DefinitionEntry) => Promise<unknown>;
  readonly onFault: (fault: unknown) => void;
}

/** Estimates once a day, from the visits of the last seven days, how strongly squares are pulled to their stage. */
export class NightlyPull {
  readonly #o: NightlyPullOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NightlyPullOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look().catch(this.#o.onFault), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Estimates what has no estimate of today. Several processes may do so at once: they find the same, and the last word of a day counts. */
  async look(): Promise<void> {
    const { clock, blueprints, redis, partitions } = this.#o;
    for (const blueprint of blueprints.all) {
      const at = clock();
      const nothing = { kappa: 0, within: 0, between: 0, visits: 0, squares: 0 };
      const published = { at, by: 'nightly estimate' };
      if (this.#o.isPublished(kappaEntry(blueprint.journey, nothing, published).id)) continue;
      const estimate = estimateKappa(await squaresOf({ redis, partitions }, blueprint, at));
      if (estimate !== null) await this.#o.publish(kappaEntry(blueprint.journey, estimate, published));
    }
  }
}
