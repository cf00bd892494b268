import type { Booking } from './counters.ts';
import { parseCell } from './counters.ts';

const DAY_MINUTES = 1440;
/** Room for the distance between anchor and booking, in minutes: 8,000 years. */
const SPAN = 2 ** 32;

/** Sums of one cell: measure -> integer. */
export type Measures = Map<number, number>;
/** Sums by cell. */
export type CellSums = Map<string, Measures>;

/** Adds to one measure of one cell; a sum that becomes zero vanishes. */
export function addTo(sums: CellSums, cell: string, measure: number, delta: number): void {
  let measures = sums.get(cell);
  if (measures === undefined) sums.set(cell, (measures = new Map<number, number>()));
  const sum = (measures.get(measure) ?? 0) + delta;
  if (sum === 0) measures.delete(measure);
  else measures.set(measure, sum);
}

/** The name under which cells of one cube, journey and version are kept together. */
export function groupOf(cell: string): string {
  const { cube, journey, version } = parseCell(cell);
  return groupName(cube, journey, version);
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

type Places = Map<number, number>;
type Days = Map<number, Places>;

/**
 * All bookings ever made, summed by place: any past minute can be read again. Cell -> measure -> day of the anchor -> (anchor, booked) -> sum.
 */
export class Ledger {
  readonly #groups = new Map<string, Map<string, Map<number, Days>>>();

  add(booking: Booking): void {
    const [cell, measure, anchor, booked, delta] = booking;
    const group = groupOf(cell);
    const cells = getOr(this.#groups, group, () => new Map<string, Map<number, Days>>());
    const measures = getOr(cells, cell, () => new Map<number, Days>());
    const days = getOr(measures, measure, () => new Map<number, Places>());
    const places = getOr(days, Math.floor(anchor / DAY_MINUTES), () => new Map<number, number>());
    const place = (((anchor % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES) * SPAN + (booked - anchor);
    const sum = (places.get(place) ?? 0) + delta;
    if (sum === 0) places.delete(place);
    else places.set(place, sum);
  }

  /** Sums of one group over a range, as they held at a minute. */
  read(group: string, range: Range): CellSums {
    const sums: CellSums = new Map();
    for (const [cell, measures] of this.#groups.get(group) ?? [])
      for (const [measure, days] of measures) {
        const sum = readDays(days, range);
        if (sum !== 0) addTo(sums, cell, measure, sum);
      }
    return sums;
  }

  /** First and last anchor of a group; null while it is empty. */
  span(group: string): { readonly from: number; readonly to: number } | null {
    let [from, to] = [Infinity, -Infinity];
    for (const measures of this.#groups.get(group)?.values() ?? [])
      for (const days of measures.values())
        for (const [day, places] of days) {
          if (places.size === 0) continue;
          from = Math.min(from, day * DAY_MINUTES);
          to = Math.max(to, day * DAY_MINUTES + DAY_MINUTES - 1);
        }
    return from === Infinity ? null : { from, to };
  }

  /** Every booking kept. */
  *bookings(): Generator<Booking> {
    for (const cells of this.#groups.values())
      for (const [cell, measures] of cells)
        for (const [measure, days] of measures)
          for (const [day, places] of days)
            for (const [place, delta] of places) {
              const anchor = day * DAY_MINUTES + Math.floor(place / SPAN);
              yield [cell, measure, anchor, anchor + (place % SPAN), delta];
            }
  }
}

function readDays(days: Days, range: Range): number {
  let sum = 0;
  const [first, last] = [Math.floor(range.from / DAY_MINUTES), Math.floor(range.to / DAY_MINUTES)];
  for (const [day, places] of days) {
    if (day < first || day > last) continue;
    const start = day * DAY_MINUTES;
    for (const [place, delta] of places) {
      const anchor = start + Math.floor(place / SPAN);
      if (anchor >= range.from && anchor <= range.to && anchor + (place % SPAN) <= range.at) sum += delta;
    }
  }
  return sum;
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Anchors of a sliding window at a minute: whole buckets of the grain, the newest still running. */
export function windowRange(window: { readonly minutes: number; readonly grain: number }, at: number): Range {
  const newest = Math.floor(at / window.grain);
  return { from: (newest - window.minutes / window.grain + 1) * window.grain, to: newest * window.grain + window.grain - 1, at };
}

/** A sliding window kept up to date: every booking costs the same however long the window, and time only takes old buckets off. */
export class WindowSums {
  readonly #window: { readonly minutes: number; readonly grain: number };
  readonly #buckets = new Map<number, CellSums>();
  readonly totals: CellSums = new Map();
  #newest: number;

  constructor(window: { readonly minutes: number; readonly grain: number }, minute: number) {
    this.#window = window;
    this.#newest = Math.floor(minute / window.grain);
  }

  /** Takes in a booking that holds already. */
  add(booking: Booking): void {
    const [cell, measure, anchor, , delta] = booking;
    const bucket = Math.floor(anchor / this.#window.grain);
    if (bucket <= this.#newest - this.#length) return;
    let sums = this.#buckets.get(bucket);
    if (sums === undefined) this.#buckets.set(bucket, (sums = new Map()));
    addTo(sums, cell, measure, delta);
    addTo(this.totals, cell, measure, delta);
  }

  /** Moves on to a minute. @returns whether anything left the window */
  advance(minute: number): boolean {
    this.#newest = Math.floor(minute / this.#window.grain);
    let changed = false;
    for (const [bucket, sums] of this.#buckets) {
      if (bucket > this.#newest - this.#length) continue;
      for (const [cell, measures] of sums) for (const [measure, sum] of measures) addTo(this.totals, cell, measure, -sum);
      this.#buckets.delete(bucket);
      changed = true;
    }
    return changed;
  }

  get #length(): number {
    return this.#window.minutes / this.#window.grain;
  }
}
