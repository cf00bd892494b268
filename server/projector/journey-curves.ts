import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';

/** Curves of one journey, by what they are of. */
type Curves<Key, Curve> = ReadonlyMap<Key, Curve>;

interface Known<Key, Curve> {
  readonly at: number;
  readonly curves: Curves<Key, Curve>;
}

/** What the curves of journeys are read with, and how. */
interface Looking<Key, Curve> {
  readonly read: (blueprint: Blueprint, now: number) => Promise<Curves<Key, Curve>>;
  /** looked up anew this often, ms: it costs a walk along the list */
  readonly againMs: number;
  /** told of the first of several looks in a row at a journey that failed */
  readonly onFault: (fault: unknown) => void;
}

/**
 * How others fared in a journey: read from the lists behind the numbers now and then, in the background, so that no page waits for it. Until the first
 * look is over nothing is known.
 */
export class JourneyCurves<Key, Curve> {
  readonly #o: Looking<Key, Curve>;
  readonly #known = new Map<string, Known<Key, Curve>>();
  readonly #looking = new Map<string, Promise<void>>();
  readonly #failing = new Set<string>();

  constructor(options: Looking<Key, Curve>) {
    this.#o = options;
  }

  /** One curve of a journey; undefined: not known (yet). */
  of(blueprint: Blueprint, key: Key, now: number): Curve | undefined {
    const known = this.#known.get(nameOf(blueprint));
    if (known === undefined || now - known.at > this.#o.againMs) void this.look(blueprint, now);
    return known?.curves.get(key);
  }

  /** Looks now; a look under way is joined. One that fails leaves what was known. */
  look(blueprint: Blueprint, now: number): Promise<void> {
    const name = nameOf(blueprint);
    const running = this.#looking.get(name);
    if (running !== undefined) return running;
    const look = this.#o
      .read(blueprint, now)
      .then((curves) => {
        this.#known.set(name, { at: now, curves });
        this.#failing.delete(name);
      })
      .catch((fault: unknown) => {
        if (!this.#failing.has(name)) this.#o.onFault(fault);
        this.#failing.add(name);
      })
      .finally(() => this.#looking.delete(name));
    this.#looking.set(name, look);
    return look;
  }
}

function nameOf({ journey, version }: Blueprint): string {
  return `${journey}@${version}`;
}
