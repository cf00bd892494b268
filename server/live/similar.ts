import type { SimilarCases, SimilarParams } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { rulesFor } from '#server/domain/customer/applying.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { DAY, MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import { similarCases } from '#server/domain/moment/similar.ts';
import { experienceOf } from '#server/domain/moment/story.ts';
import { visitPoints } from '#server/domain/visit/visit.ts';
import type { CustomerReading } from '#server/projector/customers.ts';
import { gatherStories } from '#server/projector/lists/moment.ts';
import type { Stories } from '#server/projector/lists/moment.ts';
import { readState } from '#server/projector/saved-states.ts';

/** Decided cases of so long are looked at. */
const BACK_MS = 28 * DAY;
/** They are looked up anew this often: it costs a walk along two lists. */
const AGAIN_MS = 15 * MINUTE;

/** Decided cases kept of one version of a journey; with their visits some 3 kB each. */
const MOST_CASES = 10_000;
/** Versions of journeys whose decided cases are kept: those asked for last. */
const MOST_KEPT = 3;

interface Decided {
  readonly at: number;
  readonly until: number;
  readonly stories: Promise<Stories>;
}

/** Finds cases like one that is open now, among those whose outcome is decided. */
export class SimilarReader {
  readonly #o: CustomerReading;
  readonly #decided = new Map<string, Decided>();

  constructor(options: CustomerReading) {
    this.#o = options;
  }

  /** @returns null: too few cases are like it, or it is not open any more */
  async of({ customerId, caseId }: SimilarParams, now: number): Promise<SimilarCases | null> {
    const state = await readState(this.#o, customerId);
    const one = state?.cases.find(({ id }) => id === caseId);
    const blueprint = one === undefined ? undefined : this.#o.blueprints.get(one.journey, one.version);
    const visit = state?.visits.filter((of) => of.case === caseId).at(-1);
    if (state === null || blueprint === undefined || visit === undefined) return null;
    const place = blueprint.touchpoints[visit.touchpoint];
    const stage = blueprint.stages[visit.stage];
    const experience = experienceOf(this.#now(state, visit, { blueprint, now }));
    if (place === undefined || stage === undefined) return null;
    const { stories, until } = this.#decidedOf(blueprint, now);
    const found = await stories;
    const similar = similarCases(
      { stage: visit.stage, touchpoint: visit.touchpoint, experience, age: minuteOf(now) - minuteOf(visit.from) },
      found.stories,
    );
    if (similar === null) return null;
    return {
      ...similar,
      touchpoint: { customer: place.name, internal: place.internal },
      stage: stage.name,
      experience,
      next: similar.next.flatMap(({ touchpoint, arrived, all }) => {
        const at = blueprint.touchpoints[touchpoint];
        return at === undefined ? [] : [{ touchpoint: at.id, name: { customer: at.name, internal: at.internal }, arrived, all }];
      }),
      from: found.from,
      until,
      position: { at: now, live: true },
    };
  }

  /** Friction and feeling of a visit as they stand. */
  #now(
    state: CustomerState,
    visit: CustomerState['visits'][number],
    { blueprint, now }: { readonly blueprint: Blueprint; readonly now: number },
  ): { readonly friction: number; readonly valence: number | null } {
    const point = visitPoints(visit, state, { blueprint, rules: rulesFor(this.#o.context(), blueprint, visit) }).findLast(
      ({ minute }) => minute <= minuteOf(now),
    );
    const valence = point?.valence ?? null;
    return { friction: (point?.friction ?? 0) / 1000, valence: valence === null ? null : valence / 1000 };
  }

  #decidedOf(blueprint: Blueprint, now: number): Decided {
    const name = `${blueprint.journey}@${blueprint.version}`;
    const known = this.#decided.get(name);
    if (known !== undefined && now - known.at < AGAIN_MS) {
      this.#decided.delete(name);
      this.#decided.set(name, known);
      return known;
    }
    const until = now - blueprint.file.window;
    const reading = { redis: this.#o.redis, partitions: this.#o.partitions, blueprint, at: minuteOf(now) };
    const decided = { at: now, until, stories: gatherStories(reading, { from: until - BACK_MS, until }, MOST_CASES) };
    this.#decided.delete(name);
    this.#decided.set(name, decided);
    for (const oldest of [...this.#decided.keys()].slice(0, -MOST_KEPT)) this.#decided.delete(oldest);
    decided.stories.catch(() => this.#decided.delete(name));
    return decided;
  }
}
