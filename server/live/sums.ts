import { WINDOWS, WINDOW_NAMES } from '#lib/contract/index.ts';
import type { Window } from '#lib/contract/index.ts';
import type { FunnelSums } from '#server/domain/view/funnel.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { NOW } from '#server/domain/kernel/counters.ts';
import { CellTable, Ledger, LevelSums, WindowSums, groupName, windowRange } from '#server/domain/kernel/sums.ts';

const HOUR_WINDOW = { minutes: 60, grain: 1 };
const ALL_TIME = { from: -Infinity, to: Infinity };

/**
 * The sums of all partitions in memory: the ledger for any past minute, and what the pages ask for most kept up to date beside it.
 * Bookings that hold only later wait until the clock reaches them; the clock moves the reading position and nothing else.
 */
export class LiveSums {
  readonly #ledger = new Ledger();
  readonly #windows: ReadonlyMap<Window, WindowSums>;
  readonly #flows: WindowSums;
  readonly #levels = new LevelSums();
  readonly #cells = new CellTable();
  readonly #later = new Map<number, Booking[]>();
  #minute: number;
  #changes = 0;

  constructor(minute: number) {
    this.#minute = minute;
    this.#windows = new Map(WINDOW_NAMES.map((name) => [name, new WindowSums(WINDOWS[name], minute)]));
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
    this.#ledger.add(booking);
    this.#changes++;
    if (booking[3] <= this.#minute) this.#hold(booking);
    else {
      const waiting = this.#later.get(booking[3]);
      if (waiting === undefined) this.#later.set(booking[3], [booking]);
      else waiting.push(booking);
    }
  }

  /** Moves the reading position. */
  advance(minute: number): void {
    if (minute <= this.#minute) return;
    for (let m = this.#minute + 1; m <= minute && this.#later.size > 0; m++) {
      for (const booking of this.#later.get(m) ?? []) this.#hold(booking);
      this.#later.delete(m);
    }
    this.#minute = minute;
    for (const window of this.#windows.values()) window.advance(minute);
    this.#flows.advance(minute);
    this.#changes++;
  }

  /** The heatmap's sums over a window at a minute. */
  heat(journey: { readonly journey: string; readonly version: number }, window: Window, at: number): CellSums {
    const group = groupName('H', journey.journey, journey.version);
    if (at >= this.#minute) return this.#cells.sums(this.#windows.get(window)?.totals ?? new Map<number, number>(), group);
    return this.#ledger.read(group, windowRange(WINDOWS[window], at));
  }

  /** The funnel's sums: cohort from an hour on, and levels and flows of that minute. */
  funnel(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): FunnelSums {
    const cohort = this.#ledger.read(groupName('F', journey.journey, journey.version), { from: fromMinute, to: at, at });
    const group = groupName('N', journey.journey, journey.version);
    if (at >= this.#minute)
      return { cohort, levels: this.#cells.sums(this.#levels.totals, group), flows: this.#cells.sums(this.#flows.totals, group) };
    const levels = this.#ledger.read(group, { ...ALL_TIME, at });
    const flows = this.#ledger.read(group, windowRange(HOUR_WINDOW, at));
    return { cohort, levels, flows };
  }

  /** Promises made in a range, as they stood at a minute. */
  promises(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('P', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** Events and contacts of a range. */
  events(journey: { readonly journey: string; readonly version: number }, fromMinute: number, at: number): CellSums {
    return this.#ledger.read(groupName('E', journey.journey, journey.version), { from: fromMinute, to: at, at });
  }

  /** First and last day with cases, in minutes; null without any. */
  span(journey: { readonly journey: string; readonly version: number }): { readonly from: number; readonly to: number } | null {
    return this.#ledger.span(groupName('F', journey.journey, journey.version));
  }

  #hold(booking: Booking): void {
    const [cell, measure, anchor, , delta] = booking;
    const cube = cell.charAt(0);
    if (cube === 'H') {
      const place = this.#cells.place(cell, measure);
      for (const window of this.#windows.values()) window.add(place, anchor, delta);
    } else if (cube === 'N') {
      const place = this.#cells.place(cell, measure);
      if (measure === NOW.inflow || measure === NOW.outflow) this.#flows.add(place, anchor, delta);
      else this.#levels.add(place, delta);
    }
  }
}
