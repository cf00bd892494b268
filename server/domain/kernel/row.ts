import type { Booking } from './counters.ts';

/**
 * What one case, stay, visit or promise contributes: its place on the list behind the numbers, and its bookings.
 * List and number come from the same row, so the count on a bar is the length of the list behind it.
 */
export interface Row {
  /** list name; every partition has its own part of it */
  readonly list: string;
  /** sort key of the list, ms */
  readonly score: number;
  /** the row as kept on the list, without the customer */
  readonly member: readonly unknown[];
  readonly bookings: readonly Booking[];
}

type Make = () => Row;

/** Remembers, for everything an event changes, the row as it was; reads afterwards what it has become. */
export class Touched {
  readonly #before = new Map<string, Row | null>();
  readonly #make = new Map<string, Make>();
  readonly bookings: Booking[] = [];

  /** To be called before a thing changes for the first time. */
  change(key: string, make: Make): void {
    if (this.#make.has(key)) return;
    this.#before.set(key, make());
    this.#make.set(key, make);
  }

  /** To be called when a thing begins to exist. */
  begin(key: string, make: Make): void {
    if (this.#make.has(key)) return;
    this.#before.set(key, null);
    this.#make.set(key, make);
  }

  /** To be called when a thing is forgotten because nothing can change it any more: its row is read now. */
  settle(key: string): void {
    const make = this.#make.get(key);
    if (make === undefined) return;
    const row = make();
    this.#make.set(key, () => row);
  }

  /** Rows by key: as they were when this run began (null: there was none), and as they are now. */
  rows(): Map<string, { readonly before: Row | null; readonly after: Row }> {
    const rows = new Map<string, { before: Row | null; after: Row }>();
    for (const [key, make] of this.#make) rows.set(key, { before: this.#before.get(key) ?? null, after: make() });
    return rows;
  }
}
