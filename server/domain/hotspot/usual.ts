import { utc } from './local-time.ts';
import type { OffsetOf } from './local-time.ts';

/** Days that tell what is usual. */
export const REFERENCE_DAYS = 28;
/** What is usual is known by the quarter of an hour. */
export const QUARTER_MINUTES = 15;
const DAY_QUARTERS = 96;
/** Quarters of the same time of day, this many before and after, are of one kind. */
const NEIGHBOURS = 2;
/** Fewest quarters of a kind that must be known before anything is called usual. */
const FEWEST = 12;
/** Of the quarters of a kind, the highest fortieth counts as no more than the one below it: a former hotspot is not usual. */
const TAMED = 0.975;
/** Friction points of one painful visit, at least: the unit in which pain comes. */
const LEAST_UNIT = 30;
/** Painful visits a quarter that are taken for possible everywhere. */
const LEAST_UNITS = 0.0125;

/** What is usual in one square in one quarter of an hour. Friction in points. */
export interface Usual {
  readonly visits: number;
  readonly pain: number;
  /** size in which pain comes, points: variance over mean of quarters of this kind */
  readonly unit: number;
}

interface Quarters {
  readonly visits: Float64Array;
  readonly pain: Float64Array;
}

/** Of a quarter by the local clock. Thursday, the first day of the epoch, is 4. */
function isWeekend(local: number): boolean {
  const day = (Math.floor(local / DAY_QUARTERS) + 4) % 7;
  return day === 0 || day === 6;
}

function tamedMean(values: readonly number[]): { readonly mean: number; readonly tamed: readonly number[] } {
  const sorted = Float64Array.from(values).sort();
  const highest = sorted[Math.floor((sorted.length - 1) * TAMED)] ?? 0;
  const tamed = values.map((value) => Math.min(value, highest));
  return { mean: tamed.reduce((sum, value) => sum + value, 0) / Math.max(1, tamed.length), tamed };
}

/**
 * What squares had in each quarter of the reference days, and from it what is usual: at the same time of day and shortly before and after, on working
 * days or on weekends. Time of day and weekends are those of the journey's own clock, so that nine o'clock stays nine o'clock when the clock changes.
 */
export class History {
  readonly #first: number;
  readonly #length: number;
  readonly #since: number;
  readonly #offset: OffsetOf;
  readonly #squares = new Map<string, Quarters>();
  readonly #usual = new Map<string, Usual | null>();

  /**
   * @param end the quarter (since 1970) that follows the reference days
   * @param since first quarter of which anything is known
   * @param offset the clock by which days are told
   */
  constructor(end: number, since: number, offset: OffsetOf = utc) {
    this.#offset = offset;
    this.#length = REFERENCE_DAYS * DAY_QUARTERS;
    this.#first = end - this.#length;
    this.#since = Math.max(since, this.#first);
  }

  /** Adds what a square gained in a quarter: visits that began, and friction in points. */
  add(square: string, quarter: number, gained: { readonly visits: number; readonly pain: number }): void {
    const at = quarter - this.#first;
    if (at < 0 || at >= this.#length) return;
    let quarters = this.#squares.get(square);
    if (quarters === undefined)
      this.#squares.set(square, (quarters = { visits: new Float64Array(this.#length), pain: new Float64Array(this.#length) }));
    quarters.visits[at] = (quarters.visits[at] ?? 0) + gained.visits;
    quarters.pain[at] = (quarters.pain[at] ?? 0) + gained.pain;
  }

  /** What is usual in a square in a quarter; null: not known for long enough. */
  usual(square: string, quarter: number): Usual | null {
    const local = this.#local(quarter);
    const key = `${square} ${local % DAY_QUARTERS} ${isWeekend(local) ? 'weekend' : 'week'}`;
    let known = this.#usual.get(key);
    if (known === undefined) this.#usual.set(key, (known = this.#learn(square, local)));
    return known;
  }

  #local(quarter: number): number {
    return quarter + this.#offset(quarter);
  }

  /** The quarter at which the local clock shows so; where it never does, the one that it jumps to. */
  #quarterOf(local: number): number {
    return local - this.#offset(local - this.#offset(local));
  }

  #learn(square: string, local: number): Usual | null {
    const quarters = this.#squares.get(square);
    const weekend = isWeekend(local);
    const visits: number[] = [];
    const pain: number[] = [];
    // The same time of each reference day, and its neighbours.
    const first = this.#first + ((((local - this.#first) % DAY_QUARTERS) + DAY_QUARTERS) % DAY_QUARTERS);
    for (let day = first - DAY_QUARTERS; day <= first + this.#length + DAY_QUARTERS; day += DAY_QUARTERS) {
      const middle = this.#quarterOf(day);
      for (let then = middle - NEIGHBOURS; then <= middle + NEIGHBOURS; then++) {
        if (then < this.#since || then >= this.#first + this.#length || isWeekend(this.#local(then)) !== weekend) continue;
        visits.push(quarters?.visits[then - this.#first] ?? 0);
        pain.push(quarters?.pain[then - this.#first] ?? 0);
      }
    }
    if (pain.length < FEWEST) return null;
    const { mean, tamed } = tamedMean(pain);
    const variance = tamed.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tamed.length;
    const unit = Math.max(LEAST_UNIT, mean === 0 ? 0 : variance / mean);
    return { visits: tamedMean(visits).mean, pain: Math.max(mean, LEAST_UNITS * unit), unit };
  }
}
