import type { JourneyPreview, StagePreview } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { isOpen, lastStay, stuckFrom } from '#server/domain/case/case.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CaseState } from '#server/domain/customer/state.ts';
import { isRetraction } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { DAY } from '#server/domain/kernel/time.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

/** Customers that are folded again: enough to see what changes, few enough to wait for. */
const MOST_CUSTOMERS = 400;
/** Somebody with more events than this is left out. */
const MOST_EVENTS = 2000;
const TOP = 10;

export interface PreviewInput {
  readonly redis: Redis;
  readonly partitions: number;
  /** the version in force; undefined: the journey is new */
  readonly current: Blueprint | undefined;
  readonly draft: Blueprint;
  readonly now: number;
}

/** What one side, the version in force or the draft, makes of the customers. */
class Side {
  readonly #blueprint: Blueprint | undefined;
  readonly #blueprints: Blueprints;
  readonly #now: number;
  readonly events = new Map<string, number>();
  readonly here = new Map<string, number>();
  readonly stuck = new Map<string, number>();
  unmatched = 0;
  cases = 0;
  deviating = 0;

  constructor(blueprint: Blueprint | undefined, now: number) {
    this.#blueprint = blueprint;
    this.#blueprints = blueprintsOf(blueprint === undefined ? [] : [{ blueprint, publishedAt: 0 }]);
    this.#now = now;
  }

  /** @returns whether the journey matches the event */
  see(event: StoredEvent): boolean {
    const touchpoint = this.#blueprint?.match(event);
    if (touchpoint === undefined) this.unmatched++;
    else if (touchpoint.stage !== null) add(this.events, this.#blueprint?.stages[touchpoint.stage]?.id ?? '');
    return touchpoint !== undefined;
  }

  fold(events: readonly StoredEvent[]): void {
    const state = emptyState();
    foldOnto(state, events, { blueprints: this.#blueprints });
    for (const one of state.cases) this.#take(one);
  }

  #take(one: CaseState): void {
    const blueprint = this.#blueprint;
    const stay = lastStay(one);
    this.cases++;
    if (one.deviations.length > 0) this.deviating++;
    if (blueprint === undefined || stay === undefined || !isOpen(one, blueprint, this.#now)) return;
    const stage = blueprint.stages[stay.stage]?.id ?? '';
    add(this.here, stage);
    const overdue = stuckFrom(one, stay, blueprint);
    if (overdue !== 0 && overdue <= this.#now) add(this.stuck, stage);
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

async function heardOf(input: PreviewInput): Promise<{ readonly partition: number; readonly customer: string }[]> {
  const { redis, partitions, now } = input;
  const found = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) =>
      (await redis.zRangeByScore(keys.customers(partition), now - DAY, '+inf')).map((customer) => ({ partition, customer })),
    ),
  );
  return found.flat();
}

async function streamOf(
  input: PreviewInput,
  one: { readonly partition: number; readonly customer: string },
): Promise<StoredEvent[] | null> {
  const entries = (await input.redis.xRange(keys.customer(one.partition, one.customer), '-', '+', { COUNT: MOST_EVENTS + 1 })) ?? [];
  if (entries.length === 0 || entries.length > MOST_EVENTS) return null;
  return entries.map((entry) => JSON.parse(entry.message['e'] ?? '{}') as StoredEvent);
}

function stagePreviews(input: PreviewInput, before: Side, after: Side): StagePreview[] {
  const names = new Map([...(input.current?.stages ?? []), ...input.draft.stages].map((stage) => [stage.id, stage.name]));
  return [...names].map(([stage, name]) => {
    const pair = (of: (side: Side) => ReadonlyMap<string, number>): [number, number] => [
      of(before).get(stage) ?? 0,
      of(after).get(stage) ?? 0,
    ];
    return { stage, name, events: pair((side) => side.events), here: pair((side) => side.here), stuck: pair((side) => side.stuck) };
  });
}

/**
 * Folds the customers heard of in the last 24 hours twice from their first event on: under the version in force and under a draft, each as if it had
 * always been in force. Changes nothing.
 */
export async function previewJourney(input: PreviewInput): Promise<JourneyPreview> {
  const everybody = await heardOf(input);
  const [before, after] = [new Side(input.current, input.now), new Side(input.draft, input.now)];
  const lost = new Map<string, number>();
  let [customers, events] = [0, 0];
  for (const one of everybody.slice(0, MOST_CUSTOMERS)) {
    const stream = await streamOf(input, one);
    if (stream === null) continue;
    customers++;
    for (const event of stream) {
      if (event.at < input.now - DAY || isRetraction(event)) continue;
      events++;
      const [was, is] = [before.see(event), after.see(event)];
      if (was && !is) add(lost, event.touchpoint ?? event.type ?? 'without a name');
    }
    before.fold(stream);
    after.fold(stream);
  }
  return {
    customers,
    of: everybody.length,
    events,
    unmatched: [before.unmatched, after.unmatched],
    lost: [...lost]
      .map(([name, n]) => ({ name, events: n }))
      .sort((a, b) => b.events - a.events)
      .slice(0, TOP),
    stages: stagePreviews(input, before, after),
    deviating: [before.deviating, after.deviating],
    cases: [before.cases, after.cases],
  };
}
