/**
 * The counters: what is added up over customers. A booking adds `delta` to one measure of one cell, at two times:
 * the `anchor` (the minute it belongs to: entry hour of a case, last activity of a visit) and `booked` (the minute from which it holds).
 * The number at t over a range is the sum of all bookings with anchor in the range and booked <= t. Integers only.
 */
export type Booking = readonly [cell: string, measure: number, anchor: number, booked: number, delta: number];

/** First letter of a cell: which cube it belongs to. */
export const CUBES = { event: 'E', funnel: 'F', now: 'N', heat: 'H', promise: 'P', attempt: 'A' } as const;
export type CubeLetter = (typeof CUBES)[keyof typeof CUBES];

/** `E`: events and contacts begun, anchored at their minute. */
export const EVENT = { events: 0, contacts: 1 } as const;
/** `F`: anchored at the hour of entry. Measures from 100 on are log bins of the time from the step before. */
export const FUNNEL = { reached: 0, dropped: 1, excluded: 2, visited: 3, bins: 100 } as const;
/** `N`: occupancy and stuck hold from their booking on; flows are anchored at their minute. */
export const NOW = { occupancy: 0, stuck: 1, inflow: 2, outflow: 3 } as const;
/** `H`: anchored at the last activity of the visit. Friction parts from 10 on (they sum to the friction), emotion classes (by confidence) from 30 on. */
export const HEAT = { visits: 0, known: 2, confidence: 3, valence: 4, parts: 10, emotions: 30 } as const;
/**
 * `P`: anchored at the hour in which the promise was made. `missed`: the first date given passed unmet; `warned`: of these, told before. From 10 on
 * what customers felt after a kept promise (unhappy, neutral, happy), from 13 on after a broken one. Then log bins: how long was promised, how
 * long it took, how much later or earlier than first promised it was met, how long before the date the customer was told.
 */
export const PROMISE = {
  made: 0,
  kept: 1,
  broken: 2,
  late: 3,
  withdrawn: 4,
  missed: 5,
  warned: 6,
  feltKept: 10,
  feltBroken: 13,
  promised: 2000,
  delivered: 4000,
  later: 6000,
  earlier: 8000,
  ahead: 10_000,
} as const;

/**
 * `A`: attempts at saved funnels, anchored at the hour of entry; dimensions are the breakdown ('' = all, else its index), the group in it, the step.
 * `wentOn` is booked only where steps may be left out; `next` has the touchpoint as its group. From `gaps` on: log bins of the time from the step before,
 * from `times` on: of the time from entry to conversion.
 */
export const ATTEMPT = { reached: 0, dropped: 1, excluded: 2, wentOn: 3, next: 4, gaps: 100, times: 2000 } as const;

const SEPARATOR = '|';

/** Builds a cell key: cube letter, journey, version, then the cube's dimensions. The separator is taken out of the parts. */
export function cellKey(cube: CubeLetter, journey: string, version: number, dimensions: readonly string[]): string {
  let key = `${cube}${SEPARATOR}${journey}${SEPARATOR}${version}`;
  for (const part of dimensions) key += SEPARATOR + (part.includes(SEPARATOR) ? part.replaceAll(SEPARATOR, '/') : part);
  return key;
}

/** A cell key taken apart. */
export interface CellName {
  readonly cube: string;
  readonly journey: string;
  readonly version: number;
  readonly dimensions: readonly string[];
}

/** Reads a cell key. */
export function parseCell(key: string): CellName {
  const [cube = '', journey = '', version = '0', ...dimensions] = key.split(SEPARATOR);
  return { cube, journey, version: Number(version), dimensions };
}

/** Anchor and distance to the booking in one number below 2^53: anchors up to 2^27 minutes (the year 2225), distances up to 2^26 (a century). */
export const DISTANCE = 2 ** 26;

/** Bookings summed up by place. Zero sums vanish. */
export class Deltas {
  /** cell -> measure -> anchor and distance -> sum */
  readonly #cells = new Map<string, Map<number, Map<number, number>>>();

  /** Adds a booking, `sign` 1 or -1. */
  add(booking: Booking, sign: 1 | -1): void {
    const [cell, measure, anchor, booked, delta] = booking;
    let measures = this.#cells.get(cell);
    if (measures === undefined) this.#cells.set(cell, (measures = new Map<number, Map<number, number>>()));
    let places = measures.get(measure);
    if (places === undefined) measures.set(measure, (places = new Map<number, number>()));
    const place = anchor * DISTANCE + (booked - anchor);
    const sum = (places.get(place) ?? 0) + sign * delta;
    if (sum === 0) places.delete(place);
    else places.set(place, sum);
  }

  get empty(): boolean {
    return this.size === 0;
  }

  /** places with a sum other than zero */
  get size(): number {
    let size = 0;
    for (const measures of this.#cells.values()) for (const places of measures.values()) size += places.size;
    return size;
  }

  /** All sums, in no particular order. */
  *[Symbol.iterator](): Generator<Booking> {
    for (const [cell, measures] of this.#cells)
      for (const [measure, places] of measures)
        for (const [place, delta] of places) {
          const distance = place % DISTANCE;
          const anchor = (place - distance) / DISTANCE;
          yield [cell, measure, anchor, anchor + distance, delta];
        }
  }

  /** Text for the changes feed: cell -> flat [measure, anchor, booked - anchor, delta, ...]. */
  encode(): string {
    const out: Record<string, number[]> = {};
    for (const [cell, measures] of this.#cells) {
      const flat: number[] = [];
      for (const [measure, places] of measures)
        for (const [place, delta] of places) {
          const distance = place % DISTANCE;
          flat.push(measure, (place - distance) / DISTANCE, distance, delta);
        }
      if (flat.length > 0) out[cell] = flat;
    }
    return JSON.stringify(out);
  }
}

/** Reads what `Deltas.encode` wrote. */
export function* decodeDeltas(text: string): Generator<Booking> {
  for (const [cell, flat] of Object.entries(JSON.parse(text) as Record<string, number[]>))
    for (let i = 0; i + 3 < flat.length; i += 4) {
      const anchor = flat[i + 1] ?? 0;
      yield [cell, flat[i] ?? 0, anchor, anchor + (flat[i + 2] ?? 0), flat[i + 3] ?? 0];
    }
}
