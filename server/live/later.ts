/** Integers of a booking that waits: its place, its anchor, and the next one that waits for the same minute. */
const FIELDS = 3;
const FIRST_ROOM = 1024;
const NONE = -1;

/**
 * Bookings that hold only from a later minute on, chained by that minute. They wait in columns: thousands come in a second, most wait for minutes or
 * hours, and what is no object is nothing for the garbage collector to move. What has held makes room for what comes.
 */
export class Later {
  #fields = new Int32Array(FIRST_ROOM * FIELDS);
  #deltas = new Float64Array(FIRST_ROOM);
  /** minute -> the one that was put there last */
  readonly #last = new Map<number, number>();
  #length = 0;
  /** the first of those that have held */
  #free = NONE;

  /** Minutes for which something waits. */
  get minutes(): number {
    return this.#last.size;
  }

  /** Has a booking wait for a minute. */
  add(minute: number, place: number, anchor: number, delta: number): void {
    const entry = this.#room();
    const at = entry * FIELDS;
    this.#fields[at] = place;
    this.#fields[at + 1] = anchor;
    this.#fields[at + 2] = this.#last.get(minute) ?? NONE;
    this.#deltas[entry] = delta;
    this.#last.set(minute, entry);
  }

  /** Lets go of all that waits for a minute, in no order that matters. */
  release(minute: number, take: (place: number, anchor: number, delta: number) => void): void {
    let entry = this.#last.get(minute) ?? NONE;
    this.#last.delete(minute);
    while (entry !== NONE) {
      const at = entry * FIELDS;
      const next = this.#fields[at + 2] ?? NONE;
      take(this.#fields[at] ?? 0, this.#fields[at + 1] ?? 0, this.#deltas[entry] ?? 0);
      this.#fields[at + 2] = this.#free;
      this.#free = entry;
      entry = next;
    }
  }

  #room(): number {
    if (this.#free !== NONE) {
      const entry = this.#free;
      this.#free = this.#fields[entry * FIELDS + 2] ?? NONE;
      return entry;
    }
    if (this.#length === this.#deltas.length) {
      const [fields, deltas] = [new Int32Array(this.#fields.length * 2), new Float64Array(this.#deltas.length * 2)];
      fields.set(this.#fields);
      deltas.set(this.#deltas);
      [this.#fields, this.#deltas] = [fields, deltas];
    }
    return this.#length++;
  }
}
