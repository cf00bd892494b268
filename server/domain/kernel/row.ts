import type { Booking, Deltas } from './counters.ts';

/** What a row adds to its cell from a minute on: measures and values by turns. */
export interface TrailPoint {
  readonly minute: number;
  /** [measure, value, measure, value, ...] */
  readonly values: readonly number[];
}

/**
 * A row that moves along one cell: at each point it leaves the place it had and takes a new one, anchored at that minute, so that a sliding
 * window is the sum over its anchors. One point stands for two bookings a measure, and two trails are compared point by point.
 */
export interface Trail {
  readonly cell: string;
  /** minutes ascending, each once */
  readonly points: readonly TrailPoint[];
}

/**
 * What one case, stay, visit or promise contributes: its place on the list behind the numbers, and its bookings.
 * List and number come from the same row, so the count on a bar is the length of the list behind it.
 *
 * A new kind of row: make a `Row` with `bookings` (most kinds), call `touched.begin(key, make)` when the thing begins, `touched.change(key, make)`
 * BEFORE every change that its row shows, `touched.settle(key)` when the state forgets it, and `touched.vanish(key)` where it turns out never to have
 * been. `make` must read nothing but the state and the blueprints: a row that was made once is kept, and serves as "before" the next time. `trail` is
 * for what moves along one cell many times.
 */
export interface Row {
  /** list name; every partition has its own part of it */
  readonly list: string;
  /** sort key of the list, ms */
  readonly score: number;
  /** the row as kept on the list, without the customer */
  readonly member: readonly unknown[];
  readonly bookings: readonly Booking[];
  /** null: it does not move */
  readonly trail: Trail | null;
  /** places on other lists: what of it waits for somebody, or is told apart. They come and go as the row changes */
  readonly also: readonly Listed[];
}

/** One more place of a row, on another list. */
export interface Listed {
  readonly list: string;
  readonly score: number;
  /** without the customer */
  readonly member: readonly unknown[];
}

/** A row that stands on its own list alone. */
export const NOWHERE_ELSE: readonly Listed[] = [];

/** Stands for every row of a state that is only read: nobody compares with it, so none has to be made. */
export const NOT_ASKED_FOR: Row = { list: '', score: 0, member: [], bookings: [], trail: null, also: NOWHERE_ELSE };

/** Fields of a booking. */
const BOOKING = 5;

/**
 * A row as it is kept to be compared with: its bookings five by five in one list, its own fields as they stand on the list. Thousands of people's
 * rows are kept for minutes: every object less is one less for the garbage collector to look at and to move.
 */
export class KeptRow implements Row {
  readonly list: string;
  readonly score: number;
  readonly trail: Trail | null;
  readonly also: readonly Listed[];
  /** as it stands on the list, the customer included */
  readonly text: string;
  readonly #flat: (string | number)[];

  constructor(row: Row, text: string) {
    this.list = row.list;
    this.score = row.score;
    this.trail = row.trail;
    this.also = row.also;
    this.text = text;
    this.#flat = new Array<string | number>(row.bookings.length * BOOKING);
    for (let i = 0, at = 0; i < row.bookings.length; i++)
      for (let field = 0; field < BOOKING; field++) this.#flat[at++] = row.bookings[i]?.[field] ?? 0;
  }

  get member(): readonly unknown[] {
    return (JSON.parse(this.text) as readonly unknown[]).slice(1);
  }

  get bookings(): readonly Booking[] {
    return Array.from({ length: this.count }, (_, i) => this.booking(i));
  }

  get count(): number {
    return this.#flat.length / BOOKING;
  }

  booking(index: number): Booking {
    const at = index * BOOKING;
    return this.#flat.slice(at, at + BOOKING) as unknown as Booking;
  }

  /** Whether another row says and books the very same, so that it need not take this one's place. @param text it as it stands on the list */
  isAs(row: Row, text: string): boolean {
    if (this.text !== text || this.score !== row.score || this.list !== row.list || this.count !== row.bookings.length) return false;
    if (this.also.length > 0 || row.also.length > 0 || !isSameTrail(this.trail, row.trail)) return false;
    return row.bookings.every((booking, i) => this.holds(i, booking));
  }

  /** Whether the booking at a place is this one. */
  holds(index: number, booking: Booking): boolean {
    const at = index * BOOKING;
    const flat = this.#flat;
    return (
      flat[at + 4] === booking[4] &&
      flat[at + 3] === booking[3] &&
      flat[at + 2] === booking[2] &&
      flat[at + 1] === booking[1] &&
      flat[at] === booking[0]
    );
  }
}

/** Adds everything a row contributes, `sign` 1 or -1. */
export function addRow(deltas: Deltas, row: Row, sign: 1 | -1): void {
  for (const booking of row.bookings) deltas.add(booking, sign);
  if (row.trail === null) return;
  const cell = deltas.cell(row.trail.cell);
  const { points } = row.trail;
  for (let i = 0; i < points.length; i++) addPoint(deltas, cell, points, i, sign);
}

/** Adds what a row has come to contribute, and takes off what it contributed before. */
export function diffRows(deltas: Deltas, before: Row | null, after: Row | null): void {
  if (before === null || after === null) {
    if (before !== null) addRow(deltas, before, -1);
    if (after !== null) addRow(deltas, after, 1);
    return;
  }
  if (before instanceof KeptRow) diffKept(deltas, before, after.bookings);
  else diffBookings(deltas, before.bookings, after.bookings);
  if (before.trail !== null || after.trail !== null) diffTrails(deltas, before.trail, after.trail);
}

/** As `diffBookings`: nothing is unpacked of what stays. */
function diffKept(deltas: Deltas, before: KeptRow, after: readonly Booking[]): void {
  const length = Math.max(before.count, after.length);
  for (let i = 0; i < length; i++) {
    const is = after[i];
    const was = i < before.count;
    if (was && is !== undefined && before.holds(i, is)) continue;
    if (was) deltas.add(before.booking(i), -1);
    if (is !== undefined) deltas.add(is, 1);
  }
}

/** Rows mostly keep the form they had: what is the same at the same place need not be booked. */
function diffBookings(deltas: Deltas, before: readonly Booking[], after: readonly Booking[]): void {
  const length = Math.max(before.length, after.length);
  for (let i = 0; i < length; i++) {
    const [was, is] = [before[i], after[i]];
    if (was !== undefined && is !== undefined && isSameBooking(was, is)) continue;
    if (was !== undefined) deltas.add(was, -1);
    if (is !== undefined) deltas.add(is, 1);
  }
}

function isSameBooking(a: Booking, b: Booking): boolean {
  return a[4] === b[4] && a[3] === b[3] && a[2] === b[2] && a[1] === b[1] && a[0] === b[0];
}

const NO_POINTS: readonly TrailPoint[] = [];

function diffTrails(deltas: Deltas, before: Trail | null, after: Trail | null): void {
  const [was, is] = [before?.points ?? NO_POINTS, after?.points ?? NO_POINTS];
  const sameCell = before?.cell === after?.cell;
  const [cellBefore, cellAfter] = [before === null ? 0 : deltas.cell(before.cell), after === null ? 0 : deltas.cell(after.cell)];
  let [i, k] = [0, 0];
  while (i < was.length || k < is.length) {
    const [a, b] = [was[i], is[k]];
    const ahead = (a?.minute ?? Infinity) - (b?.minute ?? Infinity);
    if (ahead === 0 && sameCell && a !== undefined && b !== undefined && isSameValues(a.values, b.values)) {
      const [left, leaves] = [was[i + 1]?.minute, is[k + 1]?.minute];
      if (left !== leaves) moveLeaving(deltas, cellAfter, b, left, leaves);
      i++;
      k++;
      continue;
    }
    if (ahead <= 0) addPoint(deltas, cellBefore, was, i++, -1);
    if (ahead >= 0) addPoint(deltas, cellAfter, is, k++, 1);
  }
}

function isSameTrail(a: Trail | null, b: Trail | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.cell !== b.cell || a.points.length !== b.points.length) return false;
  return a.points.every((point, i) => point.minute === b.points[i]?.minute && isSameValues(point.values, b.points[i].values));
}

function addPoint(deltas: Deltas, cell: number, points: readonly TrailPoint[], index: number, sign: 1 | -1): void {
  const point = points[index];
  if (point === undefined) return;
  const { minute, values } = point;
  const left = points[index + 1]?.minute;
  for (let v = 0; v + 1 < values.length; v += 2) {
    const value = sign * (values[v + 1] ?? 0);
    deltas.book(cell, values[v] ?? 0, minute, minute, value);
    if (left !== undefined) deltas.book(cell, values[v] ?? 0, minute, left, -value);
  }
}

/** The values hold as long as before at one end only: they leave at another minute. */
function moveLeaving(deltas: Deltas, cell: number, point: TrailPoint, left: number | undefined, leaves: number | undefined): void {
  const { minute, values } = point;
  for (let v = 0; v + 1 < values.length; v += 2) {
    const value = values[v + 1] ?? 0;
    if (left !== undefined) deltas.book(cell, values[v] ?? 0, minute, left, value);
    if (leaves !== undefined) deltas.book(cell, values[v] ?? 0, minute, leaves, -value);
  }
}

function isSameValues(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

type Make = () => Row;

interface Thing {
  /** null: it has turned out not to be */
  make: Make | null;
  /** as it was when this run began; null: there was none */
  readonly before: Row | null;
}

/** What a run touched: rows by key as they were and as they have become. */
export interface TouchedRow {
  readonly before: Row | null;
  readonly after: Row;
}

/** What became of a row: null before, it is new; null after, it is no more. */
export interface RowChange {
  readonly before: Row | null;
  readonly after: Row | null;
}

/** Remembers, for everything an event changes, the row as it was; reads afterwards what it has become. */
export class Touched {
  readonly #things = new Map<string, Thing>();
  readonly #known: (key: string) => Row | undefined;
  readonly bookings: Booking[] = [];
  /** keys of things that were forgotten: nobody will ask for their rows again */
  readonly settled = new Set<string>();

  /** @param known rows made by earlier runs on this very state: they need not be made again */
  constructor(known: (key: string) => Row | undefined = () => undefined) {
    this.#known = known;
  }

  /** To be called before a thing changes for the first time. */
  change(key: string, make: Make): void {
    if (this.#things.has(key)) return;
    this.#things.set(key, { before: this.#known(key) ?? make(), make });
  }

  /** To be called when a thing begins to exist. */
  begin(key: string, make: Make): void {
    const thing = this.#things.get(key);
    if (thing === undefined) this.#things.set(key, { before: null, make });
    else thing.make ??= make;
  }

  /** To be called when a thing that was begun or changed is another object from now on. */
  replace(key: string, make: Make): void {
    const thing = this.#things.get(key);
    if (thing !== undefined) thing.make = make;
  }

  /** To be called when a thing that was begun or changed turns out not to be: its row goes. */
  vanish(key: string): void {
    const thing = this.#things.get(key);
    if (thing === undefined) return;
    if (thing.before === null) this.#things.delete(key);
    else thing.make = null;
  }

  /** To be called when a thing is forgotten because nothing can change it any more: its row is read now. */
  settle(key: string): void {
    if (this.settled.has(key)) return;
    this.settled.add(key);
    const thing = this.#things.get(key);
    if (thing === undefined || thing.make === null) return;
    const row = thing.make();
    thing.make = () => row;
  }

  /** What became of the rows, one by one, as `changes`. */
  forEach(visit: (key: string, before: Row | null, after: Row | null) => void): void {
    for (const [key, { before, make }] of this.#things) visit(key, before, make === null ? null : make());
  }

  /** What became of every row, by key. */
  changes(): Map<string, RowChange> {
    const changes = new Map<string, RowChange>();
    this.forEach((key, before, after) => void changes.set(key, { before, after }));
    return changes;
  }

  /** Rows that are there, by key: as they were when this run began (null: there was none), and as they are now. */
  rows(): Map<string, TouchedRow> {
    const rows = new Map<string, TouchedRow>();
    this.forEach((key, before, after) => {
      if (after !== null) rows.set(key, { before, after });
    });
    return rows;
  }
}
