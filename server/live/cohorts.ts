import type { CellSums, Ledger, PlaceTable } from '#server/domain/kernel/sums.ts';
import { Totals } from '#server/domain/kernel/sums.ts';
import { HOUR_MINUTES } from '#server/domain/kernel/time.ts';

/** Cohorts kept at a time: pages ask for few ranges, and again and again for the same. */
const MOST_KEPT = 48;

/** Everything of one group anchored from one hour on. */
interface Cohort {
  readonly group: string;
  /** first anchor, minutes */
  from: number;
  /** what holds now */
  readonly totals: Totals;
  /** minute -> place -> what will hold from then on */
  readonly later: Map<number, Map<number, number>>;
}

/**
 * Sums over the hours from one on, kept up to date: whoever asks again pays for what is shown, not for the history behind it. Read from the
 * ledger once, when a range is asked for the first time; a range that begins an hour later is the same without that hour.
 */
export class Cohorts {
  readonly #ledger: Ledger;
  readonly #places: PlaceTable;
  /** the one asked for last comes last */
  readonly #kept = new Map<string, Cohort>();
  /** groups of those that are kept */
  #groups: ReadonlySet<string> = new Set();

  constructor(ledger: Ledger, places: PlaceTable) {
    this.#ledger = ledger;
    this.#places = places;
  }

  /** Whether a booking of this group has to be told. */
  follows(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Takes in a booking of a group that is followed. */
  book(group: string, place: number, anchor: number, booked: number, delta: number, minute: number): void {
    for (const cohort of this.#kept.values())
      if (cohort.group === group && anchor >= cohort.from) put(cohort, place, { booked, delta, minute });
  }

  /** Moves on to a minute: what waited for it holds. */
  advance(minute: number): void {
    for (const { later, totals } of this.#kept.values())
      for (const [booked, sums] of later) {
        if (booked > minute) continue;
        for (const [place, sum] of sums) totals.add(place, sum);
        later.delete(booked);
      }
  }

  /**
   * Sums of a group as they hold at a minute that is now.
   * @param from first anchor, minutes; anchors are whole hours
   */
  read(group: string, from: number, minute: number): CellSums {
    const hour = Math.ceil(from / HOUR_MINUTES) * HOUR_MINUTES;
    return this.#places.sums(this.#open(group, hour, minute).totals, group);
  }

  #open(group: string, from: number, minute: number): Cohort {
    const name = `${group} ${from}`;
    const earlier = this.#kept.get(`${group} ${from - HOUR_MINUTES}`);
    const known = this.#kept.get(name);
    const cohort =
      known ?? (earlier === undefined ? undefined : this.#shortened(earlier, from, minute)) ?? this.#begun(group, from, minute);
    this.#kept.delete(name);
    this.#kept.set(name, cohort);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    if (known === undefined) this.#groups = new Set([...this.#kept.values()].map((one) => one.group));
    return cohort;
  }

  #begun(group: string, from: number, minute: number): Cohort {
    const cohort: Cohort = { group, from, totals: new Totals(), later: new Map() };
    this.#add(cohort, { from, to: Infinity }, minute, 1);
    return cohort;
  }

  #shortened(cohort: Cohort, from: number, minute: number): Cohort {
    this.#kept.delete(`${cohort.group} ${cohort.from}`);
    this.#add(cohort, { from: cohort.from, to: from - 1 }, minute, -1);
    cohort.from = from;
    return cohort;
  }

  #add(cohort: Cohort, range: { readonly from: number; readonly to: number }, minute: number, sign: 1 | -1): void {
    this.#ledger.visit(cohort.group, range, (cell, measure, booked, sum) => {
      this.#places.cell(cell);
      put(cohort, this.#places.place(measure), { booked, delta: sign * sum, minute });
    });
  }
}

function put(
  { totals, later }: Cohort,
  place: number,
  { booked, delta, minute }: { readonly booked: number; readonly delta: number; readonly minute: number },
): void {
  if (booked <= minute) return totals.add(place, delta);
  let sums = later.get(booked);
  if (sums === undefined) later.set(booked, (sums = new Map<number, number>()));
  const sum = (sums.get(place) ?? 0) + delta;
  if (sum === 0) sums.delete(place);
  else sums.set(place, sum);
}
