import type { StoredEvent } from '#server/domain/event/event.ts';
import { formed, readEvent } from '#server/domain/event/event.ts';
import { acceptedUnder } from '#server/log/redis-log.ts';
import type { AcceptedPlace } from '#server/log/redis-log.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { Command } from '#server/redis/scripts.ts';

/** Field of an annotation of its own: what it speaks of. */
const pointer = (annotation: string): string => `@${annotation}`;
/** Annotations that speak of annotations, followed at most this far: enough for people, and an end for machines. */
const DEEPEST = 16;

/** What one batch needs to bring annotations and events together, loaded before; and what it adds. */
export class Annotations {
  readonly #partition: number;
  readonly #known: Map<string, readonly StoredEvent[]>;
  readonly #places: ReadonlyMap<string, readonly AcceptedPlace[]>;
  readonly #acts: Map<string, StoredEvent>;
  /** annotation -> what it speaks of */
  readonly #abouts: Map<string, string>;
  readonly #changed = new Set<string>();
  readonly #decided: StoredEvent[] = [];

  constructor(
    partition: number,
    loaded: {
      readonly known: Map<string, readonly StoredEvent[]>;
      readonly places: ReadonlyMap<string, readonly AcceptedPlace[]>;
      readonly acts: Map<string, StoredEvent>;
      readonly abouts: Map<string, string>;
    },
  ) {
    this.#partition = partition;
    this.#known = loaded.known;
    this.#places = loaded.places;
    this.#acts = loaded.acts;
    this.#abouts = loaded.abouts;
  }

  /** The annotations that speak of an event itself. */
  of(eventKey: string): readonly StoredEvent[] {
    return this.#known.get(eventKey) ?? [];
  }

  /** The annotations that speak of an event, and those that speak of these, in no order that matters. */
  allOf(eventKey: string): readonly StoredEvent[] {
    const all = new Map<string, StoredEvent>();
    const gather = (key: string): void => {
      for (const one of this.of(key)) {
        if (all.has(one.key) || one.key === eventKey) continue;
        all.set(one.key, one);
        gather(one.key);
      }
    };
    gather(eventKey);
    return [...all.values()];
  }

  /** Keeps one. */
  add(about: string, event: StoredEvent): void {
    this.#known.set(about, [...this.of(about), event]);
    this.#abouts.set(event.key, about);
    this.#changed.add(about).add(pointer(event.key));
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

  /** What an annotation speaks of in the end; the key itself where it is no annotation's, or one that has not come here. */
  endOf(eventKey: string): string {
    let key = eventKey;
    for (let depth = 0; depth < DEEPEST; depth++) {
      const about = this.#abouts.get(key);
      if (about === undefined) return key;
      key = about;
    }
    return key;
  }

  /** Where events of that name came in this partition; none where none has come here, or it is an annotation's. */
  placesOf(eventKey: string): readonly AcceptedPlace[] {
    return this.#places.get(eventKey) ?? [];
  }

  /** The nodes it will ask for. */
  get nodes(): readonly string[] {
    return [...this.#places.values()].flatMap((places) => places.map(({ under }) => under));
  }

  /** What has to be written. */
  commands(): Command[] {
    const key = keys.annotations(this.#partition);
    const kept = [...this.#changed].map((field): Command => [
      'HSET',
      key,
      field,
      field.startsWith('@') ? (this.#abouts.get(field.slice(1)) ?? '') : JSON.stringify(this.of(field)),
    ]);
    return [...kept, ...this.#decided.map((act): Command => ['HSET', keys.acts(this.#partition, act.under), act.key, JSON.stringify(act)])];
  }
}

type Place = { readonly redis: Redis; readonly partition: number };

async function fields(at: Place, names: readonly string[]): Promise<(string | null | undefined)[]> {
  return names.length === 0 ? [] : at.redis.hmGet(keys.annotations(at.partition), [...names]);
}

/** Lists of annotations by what they speak of, and the lists of these in turn. */
export async function annotationsOn(at: Place, asked: readonly string[]): Promise<Map<string, readonly StoredEvent[]>> {
  const known = new Map<string, readonly StoredEvent[]>();
  const seen = new Set(asked);
  for (let next = [...seen]; next.length > 0;) {
    const lists = await fields(at, next);
    const found: string[] = [];
    next.forEach((key, i) => {
      const list = lists[i];
      if (list === null || list === undefined) return;
      const events = (JSON.parse(list) as StoredEvent[]).map(formed);
      known.set(key, events);
      for (const event of events) if (!seen.has(event.key)) found.push(event.key);
    });
    for (const key of found) seen.add(key);
    next = found;
  }
  return known;
}

/** What annotations speak of, followed to the end. */
async function loadAbouts(at: Place, asked: readonly string[]): Promise<Map<string, string>> {
  const abouts = new Map<string, string>();
  let next = [...new Set(asked)];
  for (let depth = 0; depth < DEEPEST && next.length > 0; depth++) {
    const found = await fields(at, next.map(pointer));
    const further: string[] = [];
    next.forEach((key, i) => {
      const about = found[i];
      if (about === null || about === undefined) return;
      abouts.set(key, about);
      if (!abouts.has(about)) further.push(about);
    });
    next = further;
  }
  return abouts;
}

/**
 * Reads what was said about the events of a batch, and where the events are that its annotations speak of.
 * @param input.events keys of events that come, annotations among them
 * @param input.abouts keys of events that the batch's annotations speak of
 * @param input.any whether this partition keeps annotations at all: mostly it does not, and nothing need be asked
 */
export async function loadAnnotations(
  at: Place,
  input: { readonly events: readonly string[]; readonly abouts: readonly string[]; readonly any: boolean },
): Promise<Annotations> {
  const { redis, partition } = at;
  const abouts = input.any ? await loadAbouts(at, input.abouts) : new Map<string, string>();
  const known = input.any
    ? await annotationsOn(at, [...input.events, ...input.abouts, ...abouts.values()])
    : new Map<string, readonly StoredEvent[]>();
  const placed = [...new Set([...input.abouts, ...abouts.values()])];
  const accepted = await acceptedUnder(redis, partition, placed);
  const found = placed.map((key, i): [string, readonly AcceptedPlace[]] => [key, accepted[i] ?? []]);
  const decided = found.flatMap(([key, places]) => places.filter((place) => place.act).map(({ under }) => [key, under] as const));
  const acts = await Promise.all(decided.map(([key, under]) => redis.hGet(keys.acts(partition, under), key)));
  return new Annotations(partition, {
    known,
    places: new Map(found),
    acts: new Map(decided.flatMap(([key], i) => (acts[i] == null ? [] : [[key, readEvent(acts[i])]]))),
    abouts,
  });
}
