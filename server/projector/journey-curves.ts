import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';

/** Curves of one journey, by what they are of. */
type Curves<Key, Curve> = ReadonlyMap<Key, Curve>;

interface Known<Key, Curve> {
  readonly at: number;
  readonly curves: Curves<Key, Curve>;
}

/**
 * How others fared in a journey: read from the lists behind the numbers now and then, in the background, so that no page waits for it. Until the first
 * look is over nothing is known.
 */
export class JourneyCurves<Key, Curve> {
  readonly #read: (blueprint: Blueprint, now: number) => Promise<Curves<Key, Curve>>;
  readonly #againMs: number;
  readonly #known = new Map<string, Known<Key, Curve>>();
  readonly #looking = new Map<string, Promise<void>>();

  /** @param againMs looked up anew this often: it costs a walk along the list */
  constructor(read: (blueprint: Blueprint, now: number) => Promise<Curves<Key, Curve>>, againMs: number) {
    this.#read = read;
    this.#againMs = againMs;
  }

  /** One curve of a journey; undefined: not known (yet). */
  of(blueprint: Blueprint, key: Key, now: number): Curve | undefined {
    const known = this.#known.get(nameOf(blueprint));
    if (known === undefined || now - known.at > this.#againMs) void this.look(blueprint, now);
    return known?.curves.get(key);
  }

  /** Looks now; a look under way is joined. A store that is away leaves what was known. */
  look(blueprint: Blueprint, now: number): Promise<void> {
    const name = nameOf(blueprint);
    const running = this.#looking.get(name);
    if (running !== undefined) return running;
    const look = this.#read(blueprint, now)
      .then((curves) => void this.#known.set(name, { at: now, curves }))
      .catch(() => undefined)
      .finally(() => this.#looking.delete(name));
    this.#looking.set(name, look);
    return look;
  }
}

function nameOf({ journey, version }: Blueprint): string {
  return `${journey}@${version}`;
}
