import type { StoredEvent } from '#server/domain/event/event.ts';
import { acceptedUnder } from '#server/log/redis-log.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { Command } from '#server/redis/scripts.ts';

/** What one batch needs to bring annotations and events together, loaded before; and what it adds. */
export class Annotations {
  readonly #partition: number;
  readonly #known: Map<string, readonly StoredEvent[]>;
  readonly #places: ReadonlyMap<string, string>;
  readonly #changed = new Set<string>();

  constructor(partition: number, known: Map<string, readonly StoredEvent[]>, places: ReadonlyMap<string, string>) {
    this.#partition = partition;
    this.#known = known;
    this.#places = places;
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

  /** The node under which the event came in this partition; undefined: it has not come here. */
  placeOf(eventKey: string): string | undefined {
    return this.#places.get(eventKey);
  }

  /** The nodes it will ask for. */
  get nodes(): Iterable<string> {
    return this.#places.values();
  }

  /** What has to be written. */
  commands(): Command[] {
    return [...this.#changed].map((about) => ['HSET', keys.annotations(this.#partition), about, JSON.stringify(this.of(about))]);
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
  return new Annotations(
    partition,
    new Map(asked.flatMap((key, i) => (known[i] == null ? [] : [[key, JSON.parse(known[i]) as StoredEvent[]]]))),
    new Map(input.abouts.flatMap((key, i) => (places[i] === undefined ? [] : [[key, places[i]]]))),
  );
}
