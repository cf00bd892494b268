import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work at a stretch after which pages and doors get their turn, ms. */
const BREATH_MS = 4;
const MOST_KEPT = 200;

interface Kept<T> {
  readonly minute: number;
  readonly value: T;
}

/**
 * Readings of the past that now is compared with, such as the same window one week before. They move on with the clock, minute by minute, and
 * reading them goes through much of the ledger. So the reading of the minute before is shown until the next one is there, and that is read in
 * steps with turns for others in between. The first reading of all, and one after a longer pause, is made at once.
 */
export class Earlier {
  readonly #kept = new Map<string, Kept<unknown>>();
  readonly #reading = new Set<string>();
  readonly #onRead: () => void;
  #telling = false;

  /** @param onRead told, in a turn of its own, that readings have moved on: what was shown meanwhile was compared with the minute before */
  constructor(onRead: () => void) {
    this.#onRead = onRead;
  }

  /**
   * @param name what is read; always read by the same steps
   * @param minute minute of the position that moves
   */
  get<T>(name: string, minute: number, steps: () => Generator<undefined, T>): T {
    const known = this.#kept.get(name) as Kept<T> | undefined;
    if (known?.minute === minute) return known.value;
    if (known?.minute === minute - 1) {
      if (!this.#reading.has(name)) void this.#inBackground(name, minute, steps());
      return known.value;
    }
    const value = atOnce(steps());
    this.#keep(name, { minute, value });
    return value;
  }

  async #inBackground<T>(name: string, minute: number, steps: Generator<undefined, T>): Promise<void> {
    this.#reading.add(name);
    try {
      for (let begun = performance.now(), step = steps.next(); ; step = steps.next()) {
        if (step.done === true) {
          this.#keep(name, { minute, value: step.value });
          return this.#tell();
        }
        if (performance.now() - begun < BREATH_MS) continue;
        await nextTurn();
        begun = performance.now();
      }
    } finally {
      this.#reading.delete(name);
    }
  }

  /** Once for all that are read in the same turn. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      this.#onRead();
    });
  }

  #keep(name: string, kept: Kept<unknown>): void {
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(name, kept);
  }
}

function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
