import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JourneyPreview, PreviewPiece, PreviewPlace, StagePreview } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints, BlueprintVersion } from '#server/domain/blueprint/blueprint.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { isOpen, lastStay, stuckFrom } from '#server/domain/case/case.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CaseState } from '#server/domain/customer/state.ts';
import { isAnnotation } from '#server/domain/event/annotation.ts';
import { isRetraction, nameOf, readEvent, retractedName } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { isStaffWord } from '#server/domain/event/staff.ts';
import { DAY } from '#server/domain/kernel/time.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { scanPart } from './lists/scan.ts';

/** Customers of one piece: enough to get on, few enough for one request to be short. */
const PIECE_CUSTOMERS = 400;
/** Events after which a piece ends, however few customers they are of. */
const PIECE_EVENTS = 10_000;
/** Streams that are fetched at a time. */
const AT_A_TIME = 20;
/** Somebody with more events than this is left out, and it is said how many were: all of them are folded in one go. */
const MOST_EVENTS = 5000;
/** Names of what would no longer be matched, of one piece. */
const MOST_NAMES = 200;

export interface PreviewInput {
  readonly redis: Redis;
  readonly partitions: number;
  /** the version in force; undefined: the journey is new */
  readonly current: Blueprint | undefined;
  readonly draft: Blueprint;
  /** every version of every journey: cases are in the stages of their own, and an event belongs to a case of one journey only */
  readonly blueprints: Blueprints;
  readonly now: number;
  /** where an earlier piece ended; undefined: the first one */
  readonly from?: PreviewPlace | undefined;
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

  /** @param others the journeys beside it, as they are in force: what is theirs is not this one's */
  constructor(blueprint: Blueprint | undefined, others: readonly BlueprintVersion[], now: number) {
    this.#blueprint = blueprint;
    this.#blueprints = blueprintsOf(blueprint === undefined ? others : [...others, { blueprint, publishedAt: 0 }]);
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
    if (one.journey !== blueprint?.journey) return;
    const stay = lastStay(one);
    this.cases++;
    if (one.deviations.length > 0) this.deviating++;
    if (stay === undefined || !isOpen(one, blueprint, this.#now)) return;
    const stage = blueprint.stages[stay.stage]?.id ?? '';
    add(this.here, stage);
    const overdue = stuckFrom(one, stay, blueprint);
    if (overdue !== 0 && overdue <= this.#now) add(this.stuck, stage);
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** One customer, and the events that had happened when the preview was begun; null: too many of them. */
interface Heard {
  readonly customer: string;
  readonly stream: readonly StoredEvent[] | null;
}

async function streamOf(input: PreviewInput, partition: number, customer: string): Promise<Heard> {
  const { redis, now } = input;
  const entries = (await redis.xRange(keys.customer(partition, customer), '-', String(now), { COUNT: MOST_EVENTS + 1 })) ?? [];
  if (entries.length > MOST_EVENTS) return { customer, stream: null };
  return { customer, stream: entries.map((entry) => readEvent(entry.message['e'] ?? '{}')) };
}

/** Customers of a partition who are in a stage of the journey: whoever waits there says nothing, and is what a standard time is about. */
async function inAStage({ redis, blueprints, draft, now }: PreviewInput, partition: number): Promise<string[]> {
  const found: string[] = [];
  for (const { blueprint } of blueprints.versions(draft.journey)) {
    const open = scanPart<readonly [customer: string]>({ redis, blueprint, partition }, 'stays', { from: now, to: Infinity });
    for await (const [customer] of open) found.push(customer);
  }
  return found;
}

/**
 * The customers of a partition that the preview is about: heard of in the day before it was begun, or in a stage then. In the order of their ids:
 * whoever is heard of again meanwhile keeps his place, so that everybody is looked at exactly once.
 */
async function concerned(input: PreviewInput, partition: number): Promise<string[]> {
  const heard = await input.redis.zRangeByScore(keys.customers(partition), input.now - DAY, '+inf');
  return [...new Set([...heard, ...(await inAStage(input, partition))])].sort();
}

async function countConcerned(input: PreviewInput): Promise<number> {
  let sum = 0;
  for (let partition = 0; partition < input.partitions; partition++) sum += (await concerned(input, partition)).length;
  return sum;
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

/** What a piece has found so far. */
class Found {
  readonly #input: PreviewInput;
  readonly #before: Side;
  readonly #after: Side;
  readonly #lost = new Map<string, number>();
  #customers = 0;
  #leftOut = 0;
  #events = 0;
  /** events that were folded, the older ones too */
  work = 0;

  constructor(input: PreviewInput) {
    this.#input = input;
    const { blueprints, current, draft, now } = input;
    const others = blueprints.all.filter(({ journey }) => journey !== draft.journey).flatMap(({ journey }) => blueprints.versions(journey));
    this.#before = new Side(current, others, now);
    this.#after = new Side(draft, others, now);
  }

  get seen(): number {
    return this.#customers + this.#leftOut;
  }

  take({ stream }: Heard): void {
    if (stream === null) {
      this.#leftOut++;
      return;
    }
    // Heard of only since the preview was begun.
    if (stream.length === 0) return;
    this.#customers++;
    this.work += stream.length;
    const takenBack = new Set(stream.filter(isRetraction).map(retractedName));
    for (const event of stream) {
      // What was only said about a customer or an event did not happen to anybody, and what was taken back did not happen.
      if (event.at < this.#input.now - DAY || isAnnotation(event) || isStaffWord(event) || takenBack.has(nameOf(event))) continue;
      this.#events++;
      const [was, is] = [this.#before.see(event), this.#after.see(event)];
      if (was && !is) add(this.#lost, event.touchpoint ?? event.type ?? 'without a name');
    }
    this.#before.fold(stream);
    this.#after.fold(stream);
  }

  preview(of: number): JourneyPreview {
    const [before, after] = [this.#before, this.#after];
    return {
      customers: this.#customers,
      leftOut: this.#leftOut,
      of,
      events: this.#events,
      unmatched: [before.unmatched, after.unmatched],
      lost: [...this.#lost]
        .map(([name, n]) => ({ name, events: n }))
        .sort((a, b) => b.events - a.events)
        .slice(0, MOST_NAMES),
      stages: stagePreviews(this.#input, before, after),
      deviating: [before.deviating, after.deviating],
      cases: [before.cases, after.cases],
    };
  }
}

/** Takes customers of one partition in until the piece is full. @returns whom it took last; null: nobody is left there */
async function takeFrom(input: PreviewInput, place: PreviewPlace, found: Found): Promise<string | null> {
  const customers = (await concerned(input, place.partition)).filter((customer) => customer > place.after);
  for (let i = 0; i < customers.length; i += AT_A_TIME) {
    const some = customers.slice(i, i + AT_A_TIME);
    for (const one of await Promise.all(some.map((customer) => streamOf(input, place.partition, customer)))) {
      found.take(one);
      // Folding somebody is short, folding everybody is not: whoever waits for the process has his turn in between.
      await nextTurn();
    }
    const isFull = found.seen >= PIECE_CUSTOMERS || found.work >= PIECE_EVENTS;
    if (isFull && i + AT_A_TIME < customers.length) return some.at(-1) ?? null;
  }
  return null;
}

/**
 * Folds customers heard of in the last 24 hours, or in a stage now, twice from their first event on: under the version in force and under a draft,
 * each as if it had always been in force. One piece of them: `joinPreviews` puts the pieces together. Changes nothing.
 */
export async function previewJourney(asked: PreviewInput): Promise<PreviewPiece> {
  const of = asked.from?.of ?? (await countConcerned(asked));
  let place: PreviewPlace | null = asked.from ?? { at: asked.now, partition: 0, after: '', of };
  const input = { ...asked, now: place.at };
  const found = new Found(input);
  while (place !== null && found.seen < PIECE_CUSTOMERS && found.work < PIECE_EVENTS) {
    const { at, partition }: PreviewPlace = place;
    const after = await takeFrom(input, place, found);
    if (after !== null) place = { at, partition, after, of };
    else place = partition + 1 < input.partitions ? { at, partition: partition + 1, after: '', of } : null;
  }
  return { preview: found.preview(of), next: place };
}
