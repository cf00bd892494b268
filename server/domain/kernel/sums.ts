import type { Booking } from './counters.ts';
import { DISTANCE } from './counters.ts';

const DAY_MINUTES = 1440;
/** Integers of one entry: cell, measure, anchor, booked, delta. */
const WIDTH = 5;
const FIRST_ENTRIES = 64;
/** Room for the measures of one cell. */
const MEASURES = 65_536;

/** Sums of one cell: measure -> integer. */
export type Measures = Map<number, number>;
/** Sums by cell. */
export type CellSums = Map<string, Measures>;

/** The name under which cells of one cube, journey and version are kept together: the first three parts of their keys. */
export function groupOf(cell: string): string {
  return cell.slice(0, cell.indexOf('|', cell.indexOf('|', cell.indexOf('|') + 1) + 1));
}

export function groupName(cube: string, journey: string, version: number): string {
  return `${cube}|${journey}|${version}`;
}

/** Which part of the past a reading wants. Minutes. */
export interface Range {
  /** anchors from here on (inclusive) */
  readonly from: number;
  /** anchors up to here (inclusive) */
  readonly to: number;
  /** bookings that hold at this minute */
  readonly at: number;
}

/** The bookings anchored in one day, in columns: small, and quick to go through. */
class DayColumn {
  data = new Int32Array(FIRST_ENTRIES * WIDTH);
  length = 0;
  /** length after the last tidying */
  #tidied = 0;

  add(entry: readonly [cell: number, measure: number, anchor: number, booked: number, delta: number]): void {
    if (this.length === this.data.length) this.#makeRoom();
    this.data.set(entry, this.length);
    this.length += WIDTH;
  }

  /** Adds up entries of one place; where that does not help, takes more room. */
  #makeRoom(): void {
    if (this.length >= 2 * this.#tidied) this.#tidy();
    if (this.length <= this.data.length / 2) return;
    const larger = new Int32Array(this.data.length * 2);
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  #tidy(): void {
    const cells = new Map<number, Map<number, number>>();
    let end = 0;
    for (let i = 0; i < this.length; i += WIDTH) {
      const cell = (this.data[i] ?? 0) * MEASURES + (this.data[i + 1] ?? 0);
      let places = cells.get(cell);
      if (places === undefined) cells.set(cell, (places = new Map<number, number>()));
      const anchor = this.data[i + 2] ?? 0;
      const place = anchor * DISTANCE + ((this.data[i + 3] ?? 0) - anchor);
      const known = places.get(place);
      const delta = this.data[i + 4] ?? 0;
      const sum = known === undefined ? delta : (this.data[known + 4] ?? 0) + delta;
      if (known !== undefined && Math.abs(sum) < 2 ** 31) this.data[known + 4] = sum;
      else {
        this.data.copyWithin(end, i, i + WIDTH);
        places.set(place, end);
        end += WIDTH;
      }
    }
    let kept = 0;
    for (let i = 0; i < end; i += WIDTH) {
      if (this.data[i + 4] === 0) continue;
      this.data.copyWithin(kept, i, i + WIDTH);
      kept += WIDTH;
    }
    this.length = kept;
    this.#tidied = kept;
  }
}

interface Group {
  readonly cells: string[];
  readonly index: Map<string, number>;
  readonly days: Map<number, DayColumn>;
}

/** All bookings ever made: any past minute can be read again. One set of columns per cube, journey, version and day of the anchor. */
export class Ledger {
  readonly #groups = new Map<string, Group>();

  add(booking: Booking): void {
    const [cell, measure, anchor, booked, delta] = booking;
    const name = groupOf(cell);
    let group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, (group = { cells: [], index: new Map(), days: new Map() }));
    let index = group.index.get(cell);
    if (index === undefined) {
      group.index.set(cell, (index = group.cells.length));
      group.cells.push(cell);
    }
    const day = Math.floor(anchor / DAY_MINUTES);
    let column = group.days.get(day);
    if (column === undefined) group.days.set(day, (column = new DayColumn()));
    column.add([index, measure, anchor, booked, delta]);
  }

  /** Sums of one group over a range, as they held at a minute. */
  read(name: string, range: Range): CellSums {
    const group = this.#groups.get(name);
    if (group === undefined) return new Map();
    const found: (Measures | undefined)[] = new Array<Measures | undefined>(group.cells.length);
    const [first, last] = [Math.floor(range.from / DAY_MINUTES), Math.floor(range.to / DAY_MINUTES)];
    for (const [day, column] of group.days) if (day >= first && day <= last) readColumn(column, range, found);
    const sums: CellSums = new Map();
    found.forEach((measures, index) => {
      if (measures === undefined) return;
      for (const [measure, sum] of measures) if (sum === 0) measures.delete(measure);
      if (measures.size > 0) sums.set(group.cells[index] ?? '', measures);
    });
    return sums;
  }

  /** First and last day of a group's anchors, in minutes; null while it is empty. */
  span(name: string): { readonly from: number; readonly to: number } | null {
    const days = [...(this.#groups.get(name)?.days.keys() ?? [])];
    if (days.length === 0) return null;
    return { from: Math.min(...days) * DAY_MINUTES, to: Math.max(...days) * DAY_MINUTES + DAY_MINUTES - 1 };
  }
}

function readColumn(column: DayColumn, range: Range, found: (Measures | undefined)[]): void {
  const { data, length } = column;
  for (let i = 0; i < length; i += WIDTH) {
    const anchor = data[i + 2] ?? 0;
    if (anchor < range.from || anchor > range.to || (data[i + 3] ?? 0) > range.at) continue;
    const cell = data[i] ?? 0;
    const measure = data[i + 1] ?? 0;
    let measures = found[cell];
    if (measures === undefined) found[cell] = measures = new Map<number, number>();
    measures.set(measure, (measures.get(measure) ?? 0) + (data[i + 4] ?? 0));
  }
}

/** Anchors of a sliding window at a minute: whole buckets of the grain, the newest still running. */
export function windowRange(window: { readonly minutes: number; readonly grain: number }, at: number): Range {
  const newest = Math.floor(at / window.grain);
  return { from: (newest - window.minutes / window.grain + 1) * window.grain, to: newest * window.grain + window.grain - 1, at };
}

/** Cells as small numbers, so that sums are kept under numbers and not under texts. */
export class CellTable {
  readonly #index = new Map<string, number>();
  readonly #cells: string[] = [];

  /** One number for a measure of a cell. */
  place(cell: string, measure: number): number {
    let index = this.#index.get(cell);
    if (index === undefined) {
      this.#index.set(cell, (index = this.#cells.length));
      this.#cells.push(cell);
    }
    return index * MEASURES + measure;
  }

  /** Sums by place, taken apart for one group. */
  sums(places: ReadonlyMap<number, number>, group: string): CellSums {
    const sums: CellSums = new Map();
    for (const [place, sum] of places) {
      const cell = this.#cells[Math.floor(place / MEASURES)] ?? '';
      if (groupOf(cell) !== group) continue;
      let measures = sums.get(cell);
      if (measures === undefined) sums.set(cell, (measures = new Map<number, number>()));
      measures.set(place % MEASURES, sum);
    }
    return sums;
  }
}

function addAt(places: Map<number, number>, place: number, delta: number): void {
  const sum = (places.get(place) ?? 0) + delta;
  if (sum === 0) places.delete(place);
  else places.set(place, sum);
}

/** Levels: what holds from its booking on. */
export class LevelSums {
  readonly totals = new Map<number, number>();

  add(place: number, delta: number): void {
    addAt(this.totals, place, delta);
  }
}

/** A sliding window kept up to date: every booking costs the same however long the window, and time only takes old buckets off. */
export class WindowSums {
  readonly #window: { readonly minutes: number; readonly grain: number };
  readonly #buckets = new Map<number, Map<number, number>>();
  readonly totals = new Map<number, number>();
  #newest: number;

  constructor(window: { readonly minutes: number; readonly grain: number }, minute: number) {
    this.#window = window;
    this.#newest = Math.floor(minute / window.grain);
  }

  /** Takes in a booking that holds already. */
  add(place: number, anchor: number, delta: number): void {
    const bucket = Math.floor(anchor / this.#window.grain);
    if (bucket <= this.#newest - this.#length) return;
    let sums = this.#buckets.get(bucket);
    if (sums === undefined) this.#buckets.set(bucket, (sums = new Map<number, number>()));
    addAt(sums, place, delta);
    addAt(this.totals, place, delta);
  }

  /** Moves on to a minute: old buckets leave. */
  advance(minute: number): void {
    this.#newest = Math.floor(minute / this.#window.grain);
    for (const [bucket, sums] of this.#buckets) {
      if (bucket > this.#newest - this.#length) continue;
      for (const [place, sum] of sums) addAt(this.totals, place, -sum);
      this.#buckets.delete(bucket);
    }
  }

  get #length(): number {
    return this.#window.minutes / this.#window.grain;
  }
}
