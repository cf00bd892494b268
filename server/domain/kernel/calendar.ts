import { DateTime, IANAZone } from 'luxon';
import type { WorkingSpan } from '#lib/contract/index.ts';

/** An owner's working time, made ready: spans by day of the week (Monday first), days off, and the zone they are meant in. */
export interface CalendarRules {
  readonly zone: string;
  readonly week: readonly (readonly WorkingSpan[])[];
  readonly holidays: readonly string[];
}

/** Days looked ahead for working time before giving up: a year and a day off. */
const FURTHEST_DAYS = 400;

/** Ends remembered of one length of working time. */
const MOST_ENDS = 10_000;

/** Whether a zone is one that computers know. */
export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
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
  readonly #days = new Map<string, readonly Span[]>();
  /** working time -> begin -> end: a stay asks for the same one with every event of its case */
  readonly #ends = new Map<number, Map<number, number>>();

  constructor(rules: CalendarRules) {
    this.zone = rules.zone;
    this.#week = rules.week;
    this.#holidays = new Set(rules.holidays);
  }

  /** Whether somebody works at an instant. */
  isWorking(at: number): boolean {
    return this.#spansOf(this.#local(at)).some((span) => at >= span.from && at < span.to);
  }

  /** Working time between two instants, ms. */
  workingBetween(from: number, to: number): number {
    let sum = 0;
    for (let day = this.#local(from); day.toMillis() < to; day = day.plus({ days: 1 }).startOf('day'))
      for (const span of this.#spansOf(day)) sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
    return sum;
  }

  /** The instant at which so much working time has passed since another. Infinity where the calendar has none in the year ahead. */
  addWorking(from: number, ms: number): number {
    let ends = this.#ends.get(ms);
    if (ends === undefined) this.#ends.set(ms, (ends = new Map<number, number>()));
    let end = ends.get(from);
    if (end === undefined) {
      if (ends.size > MOST_ENDS) ends.clear();
      ends.set(from, (end = this.#searchEnd(from, ms)));
    }
    return end;
  }

  #searchEnd(from: number, ms: number): number {
    let left = ms;
    let day = this.#local(from);
    for (let i = 0, idle = 0; idle < FURTHEST_DAYS; i++, idle++) {
      if (i > 0) day = day.plus({ days: 1 }).startOf('day');
      for (const span of this.#spansOf(day)) {
        const begin = Math.max(span.from, from);
        if (begin >= span.to) continue;
        idle = 0;
        if (left <= span.to - begin) return begin + left;
        left -= span.to - begin;
      }
    }
    return Infinity;
  }

  /**
   * A time of day so many working days after the day of an instant; 0 is that day itself where somebody works on it, else the next one.
   * Infinity where the calendar has not so many.
   */
  workingDayAfter(from: number, days: number, minuteOfDay: number): number {
    let day = this.#local(from).startOf('day');
    if (days > 0) day = day.plus({ days: 1 });
    let left = Math.max(1, days);
    for (let idle = 0; idle < FURTHEST_DAYS; day = day.plus({ days: 1 })) {
      idle = this.#spansOf(day).length === 0 ? idle + 1 : 0;
      if (idle === 0 && --left === 0) return this.#at(day, minuteOfDay);
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

  #spansOf(day: DateTime): readonly Span[] {
    const date = day.toISODate() ?? '';
    let spans = this.#days.get(date);
    if (spans === undefined) {
      const hours = this.#holidays.has(date) ? [] : (this.#week[day.weekday - 1] ?? []);
      spans = hours.map((span) => ({ from: this.#at(day, span.from), to: this.#at(day, span.to) })).filter((span) => span.to > span.from);
      if (this.#days.size > 4000) this.#days.clear();
      this.#days.set(date, spans);
    }
    return spans;
  }
}
