/** Days that tell what is usual. */
export const REFERENCE_DAYS = 28;
const DAY_HOURS = 24;
/** Fewest hours of a kind that must be known before anything is called usual. */
const FEWEST_HOURS = 9;
/** Of the hours of a kind, the highest tenth counts as no more than the hour below it: a former hotspot is not usual. */
const TAMED = 0.9;
/** Friction points of one painful visit, at least: the unit in which pain comes. */
const LEAST_UNIT = 30;
/** Painful visits an hour that are taken for possible everywhere. */
const LEAST_UNITS = 0.05;

/** What is usual in one square in one hour. Friction in points. */
export interface Usual {
  readonly visits: number;
  readonly pain: number;
  /** size in which pain comes, points: variance over mean of hours of this kind */
  readonly unit: number;
}

interface Hours {
  readonly visits: Float64Array;
  readonly pain: Float64Array;
}

/** Thursday, the first day of the epoch, is 4. */
const isWeekend = (hour: number): boolean => [0, 6].includes((Math.floor(hour / DAY_HOURS) + 4) % 7);

function tamedMean(values: number[]): { readonly mean: number; readonly tamed: readonly number[] } {
  values.sort((a, b) => a - b);
  const highest = values[Math.floor((values.length - 1) * TAMED)] ?? 0;
  const tamed = values.map((value) => Math.min(value, highest));
  return { mean: tamed.reduce((sum, value) => sum + value, 0) / Math.max(1, tamed.length), tamed };
}

/**
 * What squares had in each hour of the reference days, and from it what is usual in an hour: the same hour of the day and its neighbours, on
 * working days or on weekends.
 */
export class History {
  readonly #first: number;
  readonly #length: number;
  readonly #since: number;
  readonly #squares = new Map<string, Hours>();
  readonly #usual = new Map<string, Usual | null>();

  /**
   * @param end the hour (since 1970) that follows the reference days
   * @param since first hour of which anything is known
   */
  constructor(end: number, since: number) {
    this.#length = REFERENCE_DAYS * DAY_HOURS;
    this.#first = end - this.#length;
    this.#since = Math.max(since, this.#first);
  }

  get squares(): Iterable<string> {
    return this.#squares.keys();
  }

  /** Adds what a square had in an hour; pain in points. */
  add(square: string, hour: number, had: { readonly visits: number; readonly pain: number }): void {
    const at = hour - this.#first;
    if (at < 0 || at >= this.#length) return;
    let hours = this.#squares.get(square);
    if (hours === undefined)
      this.#squares.set(square, (hours = { visits: new Float64Array(this.#length), pain: new Float64Array(this.#length) }));
    hours.visits[at] = (hours.visits[at] ?? 0) + had.visits;
    hours.pain[at] = (hours.pain[at] ?? 0) + had.pain;
  }

  /** What is usual in a square in an hour; null: not known for long enough. */
  usual(square: string, hour: number): Usual | null {
    const key = `${square} ${hour % DAY_HOURS} ${isWeekend(hour) ? 'weekend' : 'week'}`;
    let known = this.#usual.get(key);
    if (known === undefined) this.#usual.set(key, (known = this.#learn(square, hour)));
    return known;
  }

  #learn(square: string, hour: number): Usual | null {
    const hours = this.#squares.get(square);
    const weekend = isWeekend(hour);
    const visits: number[] = [];
    const pain: number[] = [];
    for (let at = 0; at < this.#length; at++) {
      const then = this.#first + at;
      const apart = Math.abs(((((then - hour) % DAY_HOURS) + DAY_HOURS + 12) % DAY_HOURS) - 12);
      if (then < this.#since || apart > 1 || isWeekend(then) !== weekend) continue;
      visits.push(hours?.visits[at] ?? 0);
      pain.push(hours?.pain[at] ?? 0);
    }
    if (pain.length < FEWEST_HOURS) return null;
    const { mean, tamed } = tamedMean(pain);
    const variance = tamed.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tamed.length;
    const unit = Math.max(LEAST_UNIT, mean === 0 ? 0 : variance / mean);
    return { visits: tamedMean(visits).mean, pain: Math.max(mean, LEAST_UNITS * unit), unit };
  }
}
