import { z } from 'zod';

/** Days of the week as a calendar names them, Monday first. */
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const DAY = `(?:${WEEKDAYS.join('|')})`;
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d';
/** `18:00`; the end of a day is `24:00`. */
export const clockTime = z.string().regex(new RegExp(`^(?:${CLOCK}|24:00)$`), 'is not a time of day such as 18:00');

const days = z.string().regex(new RegExp(`^${DAY}(?:-${DAY})?$`), 'is not a day or a range of days such as mon or mon-fri');
const spans = z
  .string()
  .regex(
    new RegExp(`^${CLOCK}-(?:${CLOCK}|24:00)(?:, ?${CLOCK}-(?:${CLOCK}|24:00))*$`),
    'is not a span of hours such as 09:00-17:00, or several with a comma between them',
  );

/** When an owner works: standards and promises run on it, in its zone, and over changes of the clock. */
export const calendarSchema = z.strictObject({
  /** IANA zone; absent: the journey's */
  zone: z.string().min(1).max(64).optional(),
  /** working hours by day of the week; days not named are free */
  hours: z.record(days, spans),
  /** whole days on which nobody works, ISO dates */
  holidays: z.array(z.iso.date('is not a date such as 2026-12-25')).max(2000).default([]),
});
export type CalendarFile = z.infer<typeof calendarSchema>;

/** One span of working hours, in minutes of the local day. */
export interface WorkingSpan {
  readonly from: number;
  readonly to: number;
}

/** Minutes since local midnight of a time of day. */
export function minutesOfClock(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

/** Working spans by day of the week, Monday first, each day's in order; overlapping ones are joined. */
export function weekOf(file: CalendarFile): readonly (readonly WorkingSpan[])[] {
  const week: WorkingSpan[][] = WEEKDAYS.map(() => []);
  for (const [key, text] of Object.entries(file.hours)) {
    const [first, last = first] = key.split('-').map((day) => (WEEKDAYS as readonly string[]).indexOf(day));
    if (first === undefined || last === undefined) continue;
    const spansOfDay = text.split(/, ?/).map((span) => ({ from: minutesOfClock(span.slice(0, 5)), to: minutesOfClock(span.slice(6)) }));
    for (let i = 0; i <= (last - first + 7) % 7; i++) week[(first + i) % 7]?.push(...spansOfDay);
  }
  return week.map(joined);
}

function joined(spansOfDay: readonly WorkingSpan[]): readonly WorkingSpan[] {
  const out: WorkingSpan[] = [];
  for (const span of [...spansOfDay].filter((s) => s.to > s.from).sort((a, b) => a.from - b.from)) {
    const last = out[out.length - 1];
    if (last !== undefined && span.from <= last.to) out[out.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else out.push(span);
  }
  return out;
}
