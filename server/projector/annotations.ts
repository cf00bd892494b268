import type { StoredEvent } from '#server/domain/event/event.ts';
import { acceptedUnder } from '#server/log/redis-log.ts';
import type { AcceptedPlace } from '#server/log/redis-log.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { Command } from '#server/redis/scripts.ts';

/** What one batch needs to bring annotations and events together, loaded before; and what it adds. */
export class Annotations {
  readonly #partition: number;
  readonly #known: Map<string, readonly StoredEvent[]>;
  readonly #places: ReadonlyMap<string, AcceptedPlace>;
  readonly #acts: Map<string, StoredEvent>;
  readonly #changed = new Set<string>();
  readonly #decided: StoredEvent[] = [];

  constructor(
    partition: number,
    loaded: {
      readonly known: Map<string, readonly StoredEvent[]>;
      readonly places: ReadonlyMap<string, AcceptedPlace>;
      readonly acts: Map<string, StoredEvent>;
    },
  ) {
    this.#partition = partition;
    this.#known = loaded.known;
    this.#places = loaded.places;
    this.#acts = loaded.acts;
  }

  /** The annotations that speak of an event, in no order that matters. */
  of(eventKey: string): readonly StoredEvent[] {
    return this.#known.get(eventKey) ?? [];
  }

  /** Keeps one. */
  add(about: string, event: StoredEvent): void {
    this.#known.set(about, [...this.of(about), event]);
    this.#changed.add(about);
  }

  /** Keeps a decision about identities. */
  addAct(act: StoredEvent): void {
    this.#acts.set(act.key, act);
    this.#decided.push(act);
  }

  /** The decision of that key; undefined where it has been accepted but not yet projected. */
  actOf(eventKey: string): StoredEvent | undefined {
    return this.#acts.get(eventKey);
  }

  /** The node under which the event came in this partition; undefined: it has not come here. */
  placeOf(eventKey: string): AcceptedPlace | undefined {
    return this.#places.get(eventKey);
  }

  /** The nodes it will ask for. */
  get nodes(): readonly string[] {
    return [...this.#places.values()].map(({ under }) => under);
  }

  /** What has to be written. */
  commands(): Command[] {
    return [
      ...[...this.#changed].map((about): Command => ['HSET', keys.annotations(this.#partition), about, JSON.stringify(this.of(about))]),
      ...this.#decided.map((act): Command => ['HSET', keys.acts(this.#partition, act.under), act.key, JSON.stringify(act)]),
    ];
  }
}

/**
 * Reads what was said about the events of a batch, and where the events are that its annotations speak of.
 * @param input.events keys of events that come
 * @param input.abouts keys of events that the batch's annotations speak of
 * @param input.any whether this partition keeps annotations at all: mostly it does not, and nothing need be asked
 */
export async function loadAnnotations(
  at: { readonly redis: Redis; readonly partition: number },
  input: { readonly events: readonly string[]; readonly abouts: readonly string[]; readonly any: boolean },
): Promise<Annotations> {
  const { redis, partition } = at;
  const asked = input.any ? [...new Set([...input.events, ...input.abouts])] : [];
  const [known, places] = await Promise.all([
    asked.length === 0 ? [] : redis.hmGet(keys.annotations(partition), asked),
    acceptedUnder(redis, partition, input.abouts),
  ]);
  const found = input.abouts.flatMap((key, i): [string, AcceptedPlace][] => (places[i] === undefined ? [] : [[key, places[i]]]));
  const decided = found.filter(([, place]) => place.act);
  const acts = await Promise.all(decided.map(([key, { under }]) => redis.hGet(keys.acts(partition, under), key)));
  return new Annotations(partition, {
    known: new Map(asked.flatMap((key, i) => (known[i] == null ? [] : [[key, JSON.parse(known[i]) as StoredEvent[]]]))),
    places: new Map(found),
    acts: new Map(decided.flatMap(([key], i) => (acts[i] == null ? [] : [[key, JSON.parse(acts[i]) as StoredEvent]]))),
  });
}
