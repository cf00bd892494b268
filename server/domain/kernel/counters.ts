import { DigitReader, DigitWriter } from './digits.ts';
import { CellNames, PlaceSums } from './places.ts';

/**
 * The counters: what is added up over customers. A booking adds `delta` to one measure of one cell, at two times:
 * the `anchor` (the minute it belongs to: entry hour of a case, last activity of a visit) and `booked` (the minute from which it holds).
 * The number at t over a range is the sum of all bookings with anchor in the range and booked <= t. Integers only.
 */
export type Booking = readonly [cell: string, measure: number, anchor: number, booked: number, delta: number];

/** First letter of a cell: which cube it belongs to. */
export const CUBES = {
  event: 'E',
  funnel: 'F',
  now: 'N',
  heat: 'H',
  promise: 'P',
  attempt: 'A',
  way: 'D',
  delay: 'L',
  exposed: 'X',
  standing: 'C',
  finding: 'W',
  recovery: 'R',
} as const;
export type CubeLetter = (typeof CUBES)[keyof typeof CUBES];

/** `E`: events and contacts begun, anchored at their minute. */
export const EVENT = { events: 0, contacts: 1 } as const;
/** `F`: anchored at the hour of entry. Measures from 100 on are log bins of the time from the step before. */
export const FUNNEL = { reached: 0, dropped: 1, excluded: 2, visited: 3, bins: 100 } as const;
/** `N`: occupancy and stuck hold from their booking on; flows are anchored at their minute. Measures from 100 on are log bins of stays that an event ended. */
export const NOW = { occupancy: 0, stuck: 1, inflow: 2, outflow: 3, bins: 100 } as const;
/** `H`: anchored at the last activity of the visit; where the journey has variants, the last dimension is that of the case. Friction parts from 10 on (they sum to the friction), emotion classes (by confidence) from 30 on. */
export const HEAT = { visits: 0, known: 2, confidence: 3, valence: 4, parts: 10, emotions: 30 } as const;
/**
 * `P`: anchored at the hour in which the promise was made; the variant of the case stands where it stands in `H`, the channel behind it. `missed`: the
 * first date given passed unmet; `warned`: of these, told before; `undated`: those without a date, which are in no other measure. From 10 on what
 * customers felt after a kept promise (unhappy, neutral, happy), from 13 on after a broken one. Then log bins: how long was promised, how long it took,
 * how much later or earlier than first promised it was met, how long before the date the customer was told.
 */
export const PROMISE = {
  made: 0,
  kept: 1,
  broken: 2,
  late: 3,
  withdrawn: 4,
  missed: 5,
  warned: 6,
  undated: 7,
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
/** `D`: cases and the plan, anchored at the hour in which the case was opened. From `kinds` on: deviations in the order of the contract. */
export const WAY = { cases: 0, deviating: 1, planned: 2, ownWay: 3, kinds: 10 } as const;
/** `L`: anchored at the minute in which the first date of a promise passed unmet; `coincident`: while a factor was at work. Cells name the factor, or none for all. */
export const DELAY = { missed: 0, coincident: 1 } as const;
/** `X`: anchored at the minute from which a stay was under a factor; `cases`: the first such stay of its case. */
export const EXPOSED = { stays: 0, cases: 1 } as const;

/** `C`: anchored at the minute from which a case stands so, by its place among the states; `gone`: out of every stage. */
export const STANDING = { here: 0, gone: 10 } as const;
/** `W`: anchored at the minute in which a finding was made. */
export const FOUND = { cases: 0 } as const;

/**
 * `R`: anchored at the hour in which a recovery was detected. From `states` on how many are in each state, in the order of the contract; of those with
 * a mood before and after: how many, and the sums in thousandths; from `times` on log bins of the time from detection to resolution.
 */
export const RECOVERY = { detected: 0, states: 1, moods: 10, before: 11, after: 12, times: 100 } as const;

const SEPARATOR = '|';
/** Stands for the separator inside a dimension: segments, owners and kinds are words of others, and a name may hold it. */
const SEPARATOR_INSIDE = '\u0001';

/** Builds a cell key: cube letter, journey, version, then the cube's dimensions. */
export function cellKey(cube: CubeLetter, journey: string, version: number, dimensions: readonly string[]): string {
  let key = `${cube}${SEPARATOR}${journey}${SEPARATOR}${version}`;
  for (const part of dimensions) key += SEPARATOR + (part.includes(SEPARATOR) ? part.replaceAll(SEPARATOR, SEPARATOR_INSIDE) : part);
  return key;
}

/** Cell keys of one cube and what stands before, by the next dimension. */
interface Branch {
  key: string;
  readonly next: Map<string, Branch>;
}

/** Keys remembered before all are forgotten at once: segments and the like are words of others. */
const MOST_KEYS = 20_000;

/**
 * The cell keys of one version of a journey, each made once. Every row asks for several; a key that is the same text object again is neither put
 * together nor hashed nor compared letter by letter.
 */
export class CellKeys {
  readonly #journey: string;
  readonly #version: number;
  readonly #cubes = new Map<string, Branch>();
  #count = 0;

  constructor(journey: string, version: number) {
    this.#journey = journey;
    this.#version = version;
  }

  /** As `cellKey`. */
  of(cube: CubeLetter, ...dimensions: readonly string[]): string {
    let branch = below(this.#cubes, cube);
    for (const part of dimensions) branch = below(branch.next, part);
    if (branch.key !== '') return branch.key;
    if (++this.#count > MOST_KEYS) {
      this.#cubes.clear();
      this.#count = 0;
    }
    return (branch.key = cellKey(cube, this.#journey, this.#version, dimensions));
  }
}

function below(branches: Map<string, Branch>, part: string): Branch {
  let branch = branches.get(part);
  if (branch === undefined) branches.set(part, (branch = { key: '', next: new Map() }));
  return branch;
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
  const names = key.includes(SEPARATOR_INSIDE) ? dimensions.map((part) => part.replaceAll(SEPARATOR_INSIDE, SEPARATOR)) : dimensions;
  return { cube, journey, version: Number(version), dimensions: names };
}

/** Bookings summed up by place. Zero sums vanish. */
export class Deltas {
  readonly #cells = new CellNames();
  readonly #sums = new PlaceSums();

  /** Adds a booking, `sign` 1 or -1. */
  add(booking: Booking, sign: 1 | -1): void {
    this.#sums.add(this.#cells.indexOf(booking[0]), booking[1], booking[2], booking[3], sign * booking[4]);
  }

  /** The number under which a cell is booked here with `book`. */
  cell(name: string): number {
    return this.#cells.indexOf(name);
  }

  /** Adds to one measure of a cell that was named before. */
  book(cell: number, measure: number, anchor: number, booked: number, delta: number): void {
    this.#sums.add(cell, measure, anchor, booked, delta);
  }

  get empty(): boolean {
    return this.#sums.empty;
  }

  /** places with a sum other than zero */
  get size(): number {
    return this.#sums.size;
  }

  clear(): void {
    this.#cells.clear();
    this.#sums.clear();
  }

  /** All sums, in no particular order. */
  *[Symbol.iterator](): Generator<Booking> {
    const all: Booking[] = [];
    this.#sums.forEach((cell, measure, anchor, booked, sum) => all.push([this.#cells.nameOf(cell), measure, anchor, booked, sum]));
    yield* all;
  }

  /** Text for the changes feed and the stored sums; `readBookings` reads it. */
  encode(): string {
    return encodeSums(this.#cells, this.#sums);
  }
}

/** Takes bookings in, cell by cell: nothing is allocated for one. */
export interface BookingSink {
  /** the bookings that follow are of this cell */
  cell(name: string): void;
  book(measure: number, anchor: number, booked: number, delta: number): void;
}

/**
 * One line of JSON with the names of the cells, then digits: per cell the number of its bookings, and per booking measure, anchor (as distance
 * from the one before), booked (as distance from the anchor) and delta. A booking takes 5 to 8 bytes.
 */
function encodeSums(cells: CellNames, sums: PlaceSums): string {
  const { counts, columns } = byCell(cells, sums);
  const names: string[] = [];
  const digits = new DigitWriter();
  let at = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0;
    if (count === 0) continue;
    names.push(cells.nameOf(cell));
    digits.write(count);
    let last = 0;
    for (const end = at + count * COLUMNS; at < end; at += COLUMNS) {
      const anchor = columns[at + 1] ?? 0;
      digits.write(columns[at] ?? 0);
      digits.write(anchor - last);
      digits.write((columns[at + 2] ?? 0) - anchor);
      digits.write(columns[at + 3] ?? 0);
      last = anchor;
    }
  }
  return names.length === 0 ? '' : `${JSON.stringify(names)}\n${digits.toString()}`;
}

/** Numbers of one booking: measure, anchor, booked, sum. */
const COLUMNS = 4;

/** Sums cell after cell, each cell's in order of first appearance: how many each has, and their numbers by turns. */
function byCell(cells: CellNames, sums: PlaceSums): { readonly counts: Int32Array; readonly columns: Float64Array } {
  const counts = new Int32Array(cells.names.length);
  sums.forEach((cell) => void (counts[cell] = (counts[cell] ?? 0) + 1));
  const next = new Int32Array(counts.length);
  let total = 0;
  counts.forEach((count, cell) => {
    next[cell] = total * COLUMNS;
    total += count;
  });
  const columns = new Float64Array(total * COLUMNS);
  sums.forEach((cell, measure, anchor, booked, sum) => {
    const at = next[cell] ?? 0;
    columns[at] = measure;
    columns[at + 1] = anchor;
    columns[at + 2] = booked;
    columns[at + 3] = sum;
    next[cell] = at + COLUMNS;
  });
  return { counts, columns };
}

/** Reads what `Deltas.encode` wrote into a sink. @throws RangeError where it did not write this */
export function readBookings(text: string, sink: BookingSink): void {
  if (text === '') return;
  const end = text.indexOf('\n');
  if (end < 0) throw new RangeError('this text holds no bookings');
  const names = JSON.parse(text.slice(0, end)) as string[];
  const digits = new DigitReader(text, end + 1);
  for (const name of names) {
    sink.cell(name);
    let last = 0;
    for (let count = digits.read(); count > 0; count--) {
      const measure = digits.read();
      last += digits.read();
      const booked = last + digits.read();
      sink.book(measure, last, booked, digits.read());
    }
  }
}

/** Reads what `Deltas.encode` wrote, one booking after the other. */
export function* decodeDeltas(text: string): Generator<Booking> {
  const all: Booking[] = [];
  let cell = '';
  readBookings(text, {
    cell: (name) => (cell = name),
    book: (measure, anchor, booked, delta) => all.push([cell, measure, anchor, booked, delta]),
  });
  yield* all;
}
