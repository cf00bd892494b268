import type { Booking, BookingSink } from './counters.ts';
import { AnchoredSums } from './anchored.ts';
import { CellNames } from './places.ts';
import type { PlaceSums } from './places.ts';
import { DAY_MINUTES } from './time.ts';

/** Anchors kept together: short, so that packing or reading one stretch is soon done. */
const STRETCH_MINUTES = 180;
/** A stretch rests this long after its end, minutes: bookings mostly come to the hour that is. */
const REST_MINUTES = 120;
/** And this long after something came late, minutes: where one case of an old hour moves on, others do. */
const TOUCHED_MINUTES = 10;

/** Sums of one cell: measure -> integer. */
export type Measures = Map<number, number>;
/** Sums by cell. */
export type CellSums = Map<string, Measures>;

/** One measure, summed over all cells. */
export function totalOf(sums: CellSums, measure: number): number {
  let sum = 0;
  for (const measures of sums.values()) sum += measures.get(measure) ?? 0;
  return sum;
}

/** The name under which cells of one cube, journey and version are kept together: the first three parts of their keys. */
export function groupOf(cell: string): string {
  return cell.slice(0, cell.indexOf('|', cell.indexOf('|', cell.indexOf('|') + 1) + 1));
}

export function groupName(cube: string, journey: string, version: number): string {
  return `${cube}|${journey}|${version}`;
}

/** Sees one sum after the other. Minutes. */
export type Tracer = (cell: string, measure: number, anchor: number, booked: number, sum: number) => void;

/** Which part of the past a reading wants. Minutes. */
export interface Range {
  /** anchors from here on (inclusive) */
  readonly from: number;
  /** anchors up to here (inclusive) */
  readonly to: number;
  /** bookings that hold at this minute */
  readonly at: number;
}

/** The anchors of some hours. */
interface Stretch {
  readonly sums: AnchoredSums;
  /** minute after its last anchor */
  readonly end: number;
  /** minute in which something was booked here last */
  touched: number;
}

interface Group {
  readonly cells: CellNames;
  readonly stretches: Map<number, Stretch>;
}

/**
 * All bookings ever made: any past minute can be read again. One table of sums per cube, journey, version and stretch of anchors; those that rest
 * are packed.
 */
export class Ledger implements BookingSink {
  readonly #groups = new Map<string, Group>();
  #cell = '';
  #group: Group | undefined;
  #index = 0;
  #stretch = 0;
  #places: PlaceSums | undefined;
  /** what lies open */
  readonly #open = new Set<Stretch>();
  /** minute of the last tidying */
  #minute = 0;

  add(booking: Booking): void {
    this.cell(booking[0]);
    this.book(booking[1], booking[2], booking[3], booking[4]);
  }

  cell(name: string): void {
    if (this.#group !== undefined && name === this.#cell) return;
    const its = groupOf(name);
    let group = this.#groups.get(its);
    if (group === undefined) this.#groups.set(its, (group = { cells: new CellNames(), stretches: new Map() }));
    if (group !== this.#group) this.#places = undefined;
    this.#group = group;
    this.#cell = name;
    this.#index = group.cells.indexOf(name);
  }

  book(measure: number, anchor: number, booked: number, delta: number): void {
    const stretch = Math.floor(anchor / STRETCH_MINUTES);
    if (this.#places === undefined || stretch !== this.#stretch) this.#places = this.#opened(stretch);
    this.#places.add(this.#index, measure, anchor, booked, delta);
  }

  /** A cell's bookings jump from stretch to stretch, so nothing is made here, and noted, but for a stretch that was not open. */
  #opened(stretch: number): PlaceSums {
    this.#stretch = stretch;
    let its = this.#group?.stretches.get(stretch);
    if (its === undefined) {
      its = { sums: new AnchoredSums(), end: (stretch + 1) * STRETCH_MINUTES, touched: 0 };
      this.#group?.stretches.set(stretch, its);
      this.#open.add(its);
    } else if (its.sums.isPacked) this.#open.add(its);
    its.touched = this.#minute;
    return its.sums.open();
  }

  /**
   * Packs stretches that rest at a minute. To be called again and again: it stops when it has done enough for once.
   * @param places how many may be packed; one stretch more than that at most
   * @returns whether there may be more to do
   */
  tidy(minute: number, places: number): boolean {
    this.#minute = minute;
    let left = places;
    for (const stretch of this.#open) {
      if (stretch.end + REST_MINUTES > minute || stretch.touched + TOUCHED_MINUTES > minute) continue;
      if (left <= 0) return true;
      left -= stretch.sums.places;
      stretch.sums.pack();
      this.#open.delete(stretch);
      this.#places = undefined;
    }
    return false;
  }

  /** Sums of one group over a range, as they held at a minute. */
  read(name: string, range: Range): CellSums {
    const reading = this.readInSteps(name, range);
    for (;;) {
      const step = reading.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same, a few hours' anchors at a time: whoever reads long ranges in the background can let others have their turn in between. */
  *readInSteps(name: string, range: Range): Generator<undefined, CellSums> {
    const group = this.#groups.get(name);
    if (group === undefined) return new Map();
    const found: (Measures | undefined)[] = new Array<Measures | undefined>(group.cells.names.length);
    const [first, last] = [Math.floor(range.from / STRETCH_MINUTES), Math.floor(range.to / STRETCH_MINUTES)];
    for (const [stretch, { sums }] of [...group.stretches]) {
      if (stretch < first || stretch > last) continue;
      readSums(sums, range, found);
      yield;
    }
    const sums: CellSums = new Map();
    found.forEach((measures, index) => {
      if (measures === undefined) return;
      for (const [measure, sum] of measures) if (sum === 0) measures.delete(measure);
      if (measures.size > 0) sums.set(group.cells.nameOf(index), measures);
    });
    return sums;
  }

  /** Shows every sum of one group with its anchor in a range, whenever it holds, a few hours' anchors at a time. */
  *trace(name: string, range: { readonly from: number; readonly to: number }, tracer: Tracer): Generator<undefined> {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    const [first, last] = [Math.floor(range.from / STRETCH_MINUTES), Math.floor(range.to / STRETCH_MINUTES)];
    for (const [stretch, { sums }] of [...group.stretches]) {
      if (stretch < first || stretch > last) continue;
      sums.forEach((cell, measure, anchor, booked, sum) => {
        if (anchor >= range.from && anchor <= range.to) tracer(group.cells.nameOf(cell), measure, anchor, booked, sum);
      });
      yield;
    }
  }

  /** Shows every sum of one group with its anchor in a range, whenever it holds. */
  visit(
    name: string,
    range: { readonly from: number; readonly to: number },
    visitor: (cell: string, measure: number, booked: number, sum: number) => void,
  ): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    for (const { sums, end } of group.stretches.values()) {
      if (end <= range.from || end - STRETCH_MINUTES > range.to) continue;
      sums.forEach((cell, measure, anchor, booked, sum) => {
        if (anchor >= range.from && anchor <= range.to) visitor(group.cells.nameOf(cell), measure, booked, sum);
      });
    }
  }

  /** First and last day of a group's anchors, in minutes; null while it is empty. */
  span(name: string): { readonly from: number; readonly to: number } | null {
    const stretches = [...(this.#groups.get(name)?.stretches.keys() ?? [])];
    if (stretches.length === 0) return null;
    const dayOf = (stretch: number): number => Math.floor((stretch * STRETCH_MINUTES) / DAY_MINUTES) * DAY_MINUTES;
    return { from: dayOf(Math.min(...stretches)), to: dayOf(Math.max(...stretches)) + DAY_MINUTES - 1 };
  }
}

function readSums(sums: AnchoredSums, range: Range, found: (Measures | undefined)[]): void {
  const { from, to, at } = range;
  sums.forEach((cell, measure, anchor, booked, sum) => {
    if (anchor < from || anchor > to || booked > at) return;
    let measures = found[cell];
    if (measures === undefined) found[cell] = measures = new Map<number, number>();
    measures.set(measure, (measures.get(measure) ?? 0) + sum);
  });
}

/** Anchors of a sliding window at a minute: whole buckets of the grain, the newest still running. */
export function windowRange(window: { readonly minutes: number; readonly grain: number }, at: number): Range {
  const newest = Math.floor(at / window.grain);
  return { from: (newest - window.minutes / window.grain + 1) * window.grain, to: newest * window.grain + window.grain - 1, at };
}

/** One measure of one cell, by which sums of now are kept. */
export interface Place {
  readonly cell: string;
  readonly measure: number;
}

/** Measures of cells as consecutive small numbers, so that sums are kept under numbers and not under texts; grouped as they are read. */
export class PlaceTable {
  readonly #byCell = new Map<string, Map<number, number>>();
  readonly #places: Place[] = [];
  readonly #groups = new Map<string, number[]>();
  #measures: Map<number, number> | undefined;
  #cell = '';

  /** The places asked for from here on are of this cell. */
  cell(name: string): void {
    if (this.#measures !== undefined && name === this.#cell) return;
    let measures = this.#byCell.get(name);
    if (measures === undefined) this.#byCell.set(name, (measures = new Map<number, number>()));
    this.#cell = name;
    this.#measures = measures;
  }

  /** One number for a measure of the cell. */
  place(measure: number): number {
    let place = this.#measures?.get(measure);
    if (place === undefined) {
      place = this.#places.length;
      this.#measures?.set(measure, place);
      this.#places.push({ cell: this.#cell, measure });
      const its = groupOf(this.#cell);
      const group = this.#groups.get(its);
      if (group === undefined) this.#groups.set(its, [place]);
      else group.push(place);
    }
    return place;
  }

  /** What a number that was given stands for. */
  at(place: number): Place {
    const known = this.#places[place];
    if (known === undefined) throw new RangeError(`no place has the number ${place}`);
    return known;
  }

  /** Sums by place, taken apart for one group. */
  sums(totals: Totals, group: string): CellSums {
    const sums: CellSums = new Map();
    for (const place of this.#groups.get(group) ?? []) {
      const sum = totals.get(place);
      const known = this.#places[place];
      if (sum === 0 || known === undefined) continue;
      let measures = sums.get(known.cell);
      if (measures === undefined) sums.set(known.cell, (measures = new Map<number, number>()));
      measures.set(known.measure, sum);
    }
    return sums;
  }
}

/** One integer per place. */
export class Totals {
  #sums = new Float64Array(1024);

  get(place: number): number {
    return this.#sums[place] ?? 0;
  }

  add(place: number, delta: number): void {
    if (place >= this.#sums.length) {
      const larger = new Float64Array(Math.max(place + 1, this.#sums.length * 2));
      larger.set(this.#sums);
      this.#sums = larger;
    }
    this.#sums[place] = (this.#sums[place] ?? 0) + delta;
  }
}

function addAt(places: Map<number, number>, place: number, delta: number): void {
  const sum = (places.get(place) ?? 0) + delta;
  if (sum === 0) places.delete(place);
  else places.set(place, sum);
}

/** A sliding window kept up to date: every booking costs the same however long the window, and time only takes old buckets off. */
export class WindowSums {
  readonly #window: { readonly minutes: number; readonly grain: number };
  readonly #buckets = new Map<number, Map<number, number>>();
  readonly totals = new Totals();
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
    this.totals.add(place, delta);
  }

  /** Moves on to a minute: old buckets leave. */
  advance(minute: number): void {
    this.#newest = Math.floor(minute / this.#window.grain);
    for (const [bucket, sums] of this.#buckets) {
      if (bucket > this.#newest - this.#length) continue;
      for (const [place, sum] of sums) this.totals.add(place, -sum);
      this.#buckets.delete(bucket);
    }
  }

  get #length(): number {
    return this.#window.minutes / this.#window.grain;
  }
}
