import { WINDOWS, WINDOW_NAMES } from '#lib/contract/index.ts';
import type { Window } from '#lib/contract/index.ts';
import type { FunnelSums } from '#server/domain/view/funnel.ts';
import type { Booking, BookingSink } from '#server/domain/kernel/counters.ts';
import type { CellSums, Range, Tracer } from '#server/domain/kernel/sums.ts';
import { CUBES, NOW, PROMISE } from '#server/domain/kernel/counters.ts';
import { Ledger, PlaceTable, Totals, WindowSums, groupName, groupOf, windowRange } from '#server/domain/kernel/sums.ts';
import { PROMISE_REACH_MINUTES, isBreaking } from '#server/domain/view/strip.ts';
import { Cohorts } from './cohorts.ts';
import { Later } from './later.ts';

const HOUR_WINDOW = { minutes: 60, grain: 1 };
/** Places packed at a time: some 3 ms of work. */
const PLACES_PER_TIDY = 10_000;
const ALL_TIME = { from: -Infinity, to: Infinity };

/**
 * The sums of all partitions in memory: the ledger for any past minute, and what the pages ask for most kept up to date beside it.
 * Bookings that hold only later wait until the clock reaches them; the clock moves the reading position and nothing else.
 */
export class LiveSums implements BookingSink {
  readonly #ledger = new Ledger();
  readonly #windows: ReadonlyMap<Window, WindowSums>;
  readonly #windowList: readonly WindowSums[];
  readonly #flows: WindowSums;
  readonly #levels = new Totals();
  readonly #places = new PlaceTable();
  readonly #cohorts = new Cohorts(this.#ledger, this.#places);
  readonly #later = new Later();
  #cube = '';
  /** group of the cell where a cohort of it is followed */
  #group = '';
  #minute: number;
  #changes: number;
  /** minute for which everything that rests is packed */
  #tidied = -1;
  readonly #release = (place: number, anchor: number, delta: number): void => {
    const { cell, measure } = this.#places.at(place);
    this.#hold(cell.charAt(0), place, measure, anchor, delta);
  };

  /** @param changes where to count changes from: sums that take the place of others go on from theirs */
  constructor(minute: number, changes = 0) {
    this.#minute = minute;
    this.#changes = changes;
    this.#windows = new Map(WINDOW_NAMES.map((name) => [name, new WindowSums(WINDOWS[name], minute)]));
    this.#windowList = [...this.#windows.values()];
    this.#flows = new WindowSums(HOUR_WINDOW, minute);
  }

  /** Grows with every change that can show: a view is worth computing again only when it has. */
  get changes(): number {
    return this.#changes;
  }

  get minute(): number {
    return this.#minute;
  }

  add(booking: Booking): void {
    this.cell(booking[0]);
    this.book(booking[1], booking[2], booking[3], booking[4]);
  }

  cell(name: string): void {
    this.#ledger.cell(name);
    this.#cube = name.charAt(0);
    const followed = isCohort(this.#cube) && this.#cohorts.follows(groupOf(name));
    this.#group = followed ? groupOf(name) : '';
    if (followed || isLive(this.#cube)) this.#places.cell(name);
  }

  book(measure: number, anchor: number, booked: number, delta: number): void {
    this.#ledger.book(measure, anchor, booked, delta);
    this.#changes++;
    if (this.#group !== '') this.#cohorts.book(this.#group, this.#places.place(measure), anchor, booked, delta, this.#minute);
    // How long stays were is read from the ledger alone.
    if (!isLive(this.#cube) || (this.#cube === CUBES.now && measure >= NOW.bins)) return;
    const place = this.#places.place(measure);
    if (booked <= this.#minute) return this.#hold(this.#cube, place, measure, anchor, delta);
    this.#later.add(booked, place, anchor, delta);
  }

  /** Moves the reading position. */
  advance(minute: number): void {
    if (minute <= this.#minute) return;
    for (let m = this.#minute + 1; m <= minute && this.#later.minutes > 0; m++) this.#later.release(m, this.#release);
    this.#minute = minute;
    for (const window of this.#windows.values()) window.advance(minute);
    this.#flows.advance(minute);
    this.#cohorts.advance(minute);
    this.#changes++;
  }

  /** Packs some of what rests: called after every look at the changes, a few milliseconds at most. */
  tidy(): void {
    if (this.#tidied === this.#minute) return;
    const more = this.#ledger.tidy(this.#minute, PLACES_PER_TIDY);
    if (!more) this.#tidied = this.#minute;
  }

  /** The heatmap's sums over a window at a minute. */
  heat(journey: { readonly journey: string; readonly version: number }, window: Window, at: number): CellSums {
    const group = groupName('H', journey.journey, journey.version);
    if (at >= this.#minute) return this.#places.sums(this.#windows.get(window)?.totals ?? new Totals(), group);
    return this.#ledger.read(group, windowRange(WINDOWS[window], at));
  }

  /** The heatmap's sums over any stretch of time, as it held at its end. Minutes, both inclusive. */
  heatBetween(journey: { readonly journey: string; readonly version: number }, from: number, to: number): CellSums {
    return this.#ledger.read(groupName('H', journey.journey, journey.version), { from, to, at: to });
  }

  /** Shows all that the heatmap's squares were booked in a range of anchors, in steps. */
  *traceHeat(
    journey: { readonly journey: string; readonly version: number },
    range: { readonly from: number; readonly to: number },
    tracer: Tracer,
  ): Generator<undefined> {
    yield* this.#ledger.trace(groupName('H', journey.journey, journey.version), range, tracer);
  }

  /** Shows all that promises were booked that were made in a range, in steps. */
  *tracePromises(
    journey: { readonly journey: string; readonly version: number },
    range: { readonly from: number; readonly to: number },
    tracer: Tracer,
  ): Generator<undefined> {
    yield* this.#ledger.trace(groupName('P', journey.journey, journey.version), range, tracer);
  }

  /** Promises kept and broken in a stretch of time, by cell: the measures `kept` and `broken`. Minutes, both inclusive. */
  outcomes(journey: { readonly journey: string; readonly version: number }, from: number, to: number): CellSums {
    const sums: CellSums = new Map();
    const tracing = this.tracePromises(journey, { from: from - PROMISE_REACH_MINUTES, to }, (cell, measure, _anchor, booked, sum) => {
      if (booked < from || booked > to) return;
      const into = measure === PROMISE.kept ? PROMISE.kept : isBreaking(measure) ? PROMISE.broken : undefined;
      if (into === undefined) return;
      let measures = sums.get(cell);
      if (measures === undefined) sums.set(cell, (measures = new Map<number, number>()));
      measures.set(into, (measures.get(into) ?? 0) + sum);
    });
    while (tracing.next().done !== true);
    return sums;
  }

  /** The same of a past minute, in steps. */
  *heatInSteps(
    journey: { readonly journey: string; readonly version: number },
    window: Window,
    at: number,
  ): Generator<undefined, CellSums> {
    return yield* this.#ledger.readInSteps(groupName('H', journey.journey, journey.version), windowRange(WINDOWS[window], at));
  }

  /** Who was where at a past minute, in steps. */
  *levelsInSteps(journey: { readonly journey: string; readonly version: number }, at: number): Generator<undefined, CellSums> {
    return yield* this.#ledger.readInSteps(groupName('N', journey.journey, journey.version), { ...ALL_TIME, at });
  }

  /** The funnel's sums: cohort from an hour on, and levels and flows of that minute. */
  funnel(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): FunnelSums {
    const cohort = this.#cohort(groupName('F', journey.journey, journey.version), fromMinute, at);
    const group = groupName('N', journey.journey, journey.version);
    if (at >= this.#minute)
      return { cohort, levels: this.#places.sums(this.#levels, group), flows: this.#places.sums(this.#flows.totals, group) };
    const levels = this.#ledger.read(group, { ...ALL_TIME, at });
    const flows = this.#ledger.read(group, windowRange(HOUR_WINDOW, at));
    return { cohort, levels, flows };
  }

  /** The cohort of a journey's funnel alone. */
  cohort(journey: { readonly journey: string; readonly version: number }, range: Range): CellSums {
    const group = groupName('F', journey.journey, journey.version);
    return range.to >= range.at ? this.#cohort(group, range.from, range.at) : this.#ledger.read(group, range);
  }

  /** Promises made in a range, as they stood at a minute. */
  promises(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#cohort(groupName('P', journey.journey, journey.version), fromMinute, at);
  }

  /** Stays and flows of a range. */
  stays(journey: { readonly journey: string; readonly version: number }, range: Range): CellSums {
    return this.#ledger.read(groupName('N', journey.journey, journey.version), range);
  }

  /** Cases opened in a range, held against the plan, as they stood at a minute. */
  ways(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#cohort(groupName('D', journey.journey, journey.version), fromMinute, at);
  }

  /** Promises whose first date passed unmet in a range. */
  delays(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('L', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** Stays and cases that have been under factors. */
  exposed(journey: { readonly journey: string; readonly version: number }, at: number): CellSums {
    return this.#ledger.read(groupName('X', journey.journey, journey.version), { ...ALL_TIME, to: at, at });
  }

  /** How cases stand: all that began from a minute on, as it holds at another. */
  standing(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('C', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** What was found to have gone wrong in a range. */
  found(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('W', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** Recoveries detected in a range, as they stand at a minute. */
  recoveries(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('R', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** Events of a range of the past, in steps. */
  *eventsInSteps(
    journey: { readonly journey: string; readonly version: number },
    range: { readonly from: number; readonly at: number },
  ): Generator<undefined, CellSums> {
    const { from, at } = range;
    return yield* this.#ledger.readInSteps(groupName('E', journey.journey, journey.version), { from, to: at, at });
  }

  /** Events and contacts of a range. */
  events(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('E', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** Shows all events that were counted in a range. */
  traceEvents(
    journey: { readonly journey: string; readonly version: number },
    range: { readonly from: number; readonly to: number },
    tracer: Tracer,
  ): void {
    const tracing = this.#ledger.trace(groupName('E', journey.journey, journey.version), range, tracer);
    while (tracing.next().done !== true);
  }

  /** Attempts at a saved funnel that were entered in a range, as they stood at a minute. */
  attempts(funnel: { readonly id: string; readonly version: number }, range: Range): CellSums {
    const group = groupName('A', funnel.id, funnel.version);
    return range.to >= range.at ? this.#cohort(group, range.from, range.at) : this.#ledger.read(group, range);
  }

  /** First and last day with attempts at a saved funnel, in minutes; null without any. */
  attemptSpan(funnel: { readonly id: string; readonly version: number }): { readonly from: number; readonly to: number } | null {
    return this.#ledger.span(groupName('A', funnel.id, funnel.version));
  }

  /** First and last day with cases, in minutes; null without any. */
  span(journey: { readonly journey: string; readonly version: number }): { readonly from: number; readonly to: number } | null {
    return this.#ledger.span(groupName('F', journey.journey, journey.version));
  }

  /** What is anchored at hours from one on, as it holds at a minute. */
  #cohort(group: string, from: number, at: number): CellSums {
    if (from > at) return new Map();
    return at >= this.#minute ? this.#cohorts.read(group, from, this.#minute) : this.#ledger.read(group, { from, to: at, at });
  }

  #hold(cube: string, place: number, measure: number, anchor: number, delta: number): void {
    if (cube === CUBES.heat) for (const window of this.#windowList) window.add(place, anchor, delta);
    else if (measure === NOW.inflow || measure === NOW.outflow) this.#flows.add(place, anchor, delta);
    else this.#levels.add(place, delta);
  }
}

/** Cubes of which pages ask for the present all the time; the others are read from the ledger. */
function isLive(cube: string): boolean {
  return cube === CUBES.heat || cube === CUBES.now;
}

/** Cubes anchored at hours, of which pages follow everything from one hour on. */
function isCohort(cube: string): boolean {
  return cube === CUBES.funnel || cube === CUBES.promise || cube === CUBES.way || cube === CUBES.attempt;
}
