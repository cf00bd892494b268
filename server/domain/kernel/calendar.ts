import { DateTime, IANAZone } from 'luxon';
import type { WorkingSpan } from '#lib/contract/index.ts';
import { DAY, MINUTE } from './time.ts';

/** An owner's working time, made ready: spans by day of the week (Monday first), days off, and the zone they are meant in. */
export interface CalendarRules {
  readonly zone: string;
  readonly week: readonly (readonly WorkingSpan[])[];
  readonly holidays: readonly string[];
}

/** Days looked ahead for working time before giving up: a year and a day off. */
const FURTHEST_DAYS = 400;

/** Days remembered before all are forgotten at once. */
const MOST_DAYS = 4000;

/** Whether a zone is one that computers know. */
export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/** One local day on the time line, ms: from its midnight to the next, and the working time in it. */
interface Day {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
}

/** One span of working time on the time line, ms. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Working time of an owner. Hours are local: on the day on which the clock goes forward a span that holds the missing hour is an hour shorter,
 * and on the day on which it goes back an hour longer, as it is for those who work it. Pure; days once looked up are remembered.
 */
export class Calendar {
  readonly zone: string;
  readonly #week: readonly (readonly WorkingSpan[])[];
  readonly #holidays: ReadonlySet<string>;
  /** local days by the UTC day in which they begin: the arithmetic of zones is slow, and every event of a case asks for its days again */
  readonly #days = new Map<number, Day>();

  constructor(rules: CalendarRules) {
    this.zone = rules.zone;
    this.#week = rules.week;
    this.#holidays = new Set(rules.holidays);
  }

  /** Whether somebody works at an instant. */
  isWorking(at: number): boolean {
    return this.#dayOf(at).spans.some((span) => at >= span.from && at < span.to);
  }

  /** Working time between two instants, ms. */
  workingBetween(from: number, to: number): number {
    let sum = 0;
    if (!(from < to)) return sum;
    for (let day = this.#dayOf(from); day.from < to; day = this.#dayOf(day.to))
      for (const span of day.spans) sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
    return sum;
  }

  /** Working time of an ordinary week, ms: one without holidays, in which no clock changes. */
  get weekMs(): number {
    return this.#week.flat().reduce((sum, span) => sum + (span.to - span.from) * MINUTE, 0);
  }

  /** The instant at which so much working time has passed since another. Infinity where the calendar has none in the year ahead. */
  addWorking(from: number, ms: number): number {
    let left = ms;
    for (let day = this.#dayOf(from), idle = 0; idle < FURTHEST_DAYS; day = this.#dayOf(day.to), idle++)
      for (const span of day.spans) {
        const begin = Math.max(span.from, from);
        if (begin >= span.to) continue;
        idle = 0;
        if (left <= span.to - begin) return begin + left;
        left -= span.to - begin;
      }
    return Infinity;
  }

  /**
   * A time of day so many working days after the day of an instant; 0 is that day itself where somebody works on it and that time is still to come,
   * else the next one. Infinity where the calendar has not so many.
   */
  workingDayAfter(from: number, days: number, minuteOfDay: number): number {
    let day = this.#dayOf(from);
    if (days > 0 || this.#at(this.#local(day.from), minuteOfDay) <= from) day = this.#dayOf(day.to);
    let left = Math.max(1, days);
    for (let idle = 0; idle < FURTHEST_DAYS; day = this.#dayOf(day.to)) {
      idle = day.spans.length === 0 ? idle + 1 : 0;
      if (idle === 0 && --left === 0) return this.#at(this.#local(day.from), minuteOfDay);
    }
    return Infinity;
  }

  #local(at: number): DateTime {
    return DateTime.fromMillis(at, { zone: this.zone });
  }

  /** A minute of a local day as the clock on the wall shows it. */
  #at(day: DateTime, minuteOfDay: number): number {
    const start = day.startOf('day');
    return minuteOfDay >= 1440
      ? start.plus({ days: 1 }).toMillis()
      : start.set({ hour: Math.floor(minuteOfDay / 60), minute: minuteOfDay % 60 }).toMillis();
  }

  /** The local day that holds an instant. It begins in the same UTC day or in the one before. */
  #dayOf(at: number): Day {
    const index = Math.floor(at / DAY);
    const holds = (day: Day | undefined): day is Day => day !== undefined && at >= day.from && at < day.to;
    const [same, before] = [this.#days.get(index), this.#days.get(index - 1)];
    if (holds(same)) return same;
    if (holds(before)) return before;
    const day = this.#dayFrom(this.#local(at).startOf('day'));
    if (this.#days.size > MOST_DAYS) this.#days.clear();
    this.#days.set(Math.floor(day.from / DAY), day);
    return day;
  }

  #dayFrom(start: DateTime): Day {
    const date = start.toISODate() ?? '';
    const hours = this.#holidays.has(date) ? [] : (this.#week[start.weekday - 1] ?? []);
    const spans = hours.map((span) => ({ from: this.#at(start, span.from), to: this.#at(start, span.to) }));
    return {
      from: start.toMillis(),
      to: start.plus({ days: 1 }).startOf('day').toMillis(),
      spans: spans.filter((span) => span.to > span.from),
    };
  }
}
