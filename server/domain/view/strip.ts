import { COMPONENTS, FEW, STRIP_SPANS } from '#lib/contract/index.ts';
import type { StripPoint, StripSpan } from '#lib/contract/index.ts';
import { HEAT, PROMISE } from '../kernel/counters.ts';
import type { Tracer } from '../kernel/sums.ts';
import { MINUTE } from '../kernel/time.ts';

/** How long after its making an outcome of a promise is looked for, minutes: a year. */
export const PROMISE_REACH_MINUTES = 366 * 1440;

/** Whether the bookings of a measure, by the minute in which they begin to hold, count breakings: one that is met late leaves the broken for the late then. */
export function isBreaking(measure: number): boolean {
  return measure === PROMISE.broken || measure === PROMISE.late;
}

/** What a point adds up. */
const ROW = { visits: 0, friction: 1, known: 2, confidence: 3, valence: 4, kept: 5, broken: 6, length: 7 } as const;

function rowOf(measure: number): number {
  if (measure >= HEAT.parts && measure < HEAT.parts + COMPONENTS.length) return ROW.friction;
  if (measure === HEAT.visits) return ROW.visits;
  if (measure === HEAT.known) return ROW.known;
  if (measure === HEAT.confidence) return ROW.confidence;
  return measure === HEAT.valence ? ROW.valence : -1;
}

/**
 * Gathers the strip in one passage over the bookings: each point counts what is anchored in it and holds at its end, which is what a window of
 * its length shows there.
 */
export class Strip {
  readonly #span: { readonly minutes: number; readonly step: number };
  readonly #at: number;
  readonly #first: number;
  readonly #rows: Float64Array;

  /** @param at minute at which the strip ends; its last point is still running then */
  constructor(span: StripSpan, at: number) {
    this.#span = STRIP_SPANS[span];
    this.#at = at;
    const { minutes, step } = this.#span;
    this.#first = (Math.floor(at / step) + 1) * step - minutes;
    this.#rows = new Float64Array((minutes / step) * ROW.length);
  }

  /** Anchors of visits that count, minutes. */
  get range(): { readonly from: number; readonly to: number } {
    return { from: this.#first, to: this.#at };
  }

  readonly visits: Tracer = (_cell, measure, anchor, booked, sum) => {
    const row = rowOf(measure);
    const point = this.#pointOf(anchor);
    if (row >= 0 && point >= 0 && booked <= this.#endOf(point)) this.#add(point, row, sum);
  };

  readonly promises: Tracer = (_cell, measure, _anchor, booked, sum) => {
    if (booked > this.#at) return;
    const point = this.#pointOf(booked);
    if (point < 0) return;
    if (measure === PROMISE.kept) this.#add(point, ROW.kept, sum);
    else if (isBreaking(measure)) this.#add(point, ROW.broken, sum);
  };

  points(): StripPoint[] {
    const { minutes, step } = this.#span;
    return Array.from({ length: minutes / step }, (_, i) => {
      const of = (row: number): number => this.#rows[i * ROW.length + row] ?? 0;
      const from = (this.#first + i * step) * MINUTE;
      const confidence = of(ROW.confidence);
      return {
        from,
        to: from + step * MINUTE - 1,
        n: of(ROW.visits),
        friction: of(ROW.visits) < FEW ? null : of(ROW.friction) / 1000 / of(ROW.visits),
        valence: confidence === 0 ? null : of(ROW.valence) / confidence,
        known: of(ROW.known),
        kept: of(ROW.kept),
        broken: of(ROW.broken),
      };
    });
  }

  #pointOf(minute: number): number {
    if (minute < this.#first || minute > this.#at) return -1;
    return Math.floor((minute - this.#first) / this.#span.step);
  }

  #endOf(point: number): number {
    return Math.min(this.#at, this.#first + (point + 1) * this.#span.step - 1);
  }

  #add(point: number, row: number, sum: number): void {
    const at = point * ROW.length + row;
    this.#rows[at] = (this.#rows[at] ?? 0) + sum;
  }
}
