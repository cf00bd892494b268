import { describe, expect, it } from 'vitest';
import { weekOf } from '#lib/contract/index.ts';
import type { HeatCell, TouchpointPresence, Window } from '#lib/contract/index.ts';
import { heatView } from '#server/domain/view/heat.ts';
import { silenceView } from '#server/domain/view/silence.ts';
import { Calendar } from '#server/domain/kernel/calendar.ts';
import { openIn, plannedDays } from '#server/domain/silence/hours.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const ZONE = 'Europe/Berlin';
const HOURS = { 'mon-fri': '09:00-17:00' } as const;
const HOLIDAY = '2026-10-14';
const DESK = new Calendar({ zone: ZONE, week: weekOf({ hours: HOURS, holidays: [] }), holidays: [HOLIDAY] });
const NIGHT = new Calendar({ zone: ZONE, week: weekOf({ hours: { 'mon-sun': '00:00-08:00' }, holidays: [] }), holidays: [] });

/** A minute by the clock of Berlin in summer, of the week from Monday, 12 October 2026, on. */
const minute = (day: number, clock: string): number => Date.parse(`2026-10-${day}T${clock}:00+02:00`) / 60_000;
const LONG_AGO = minute(12, '00:00') - 100 * 1440;

describe('a planned volume on working hours', () => {
  it('comes in them alone: that of seven days in an ordinary week, evenly', () => {
    expect(plannedDays(DESK, minute(12, '17:00'), minute(13, '09:00'))).toBe(0);
    expect(plannedDays(DESK, minute(12, '09:00'), minute(12, '17:00'))).toBeCloseTo(7 / 5, 12);
    expect(plannedDays(DESK, minute(12, '09:00'), minute(12, '11:00'))).toBeCloseTo(7 / 20, 12);
    expect(plannedDays(DESK, minute(19, '00:00'), minute(19, '00:00') + 7 * 1440)).toBeCloseTo(7, 12);
    expect(plannedDays(null, minute(12, '00:00'), minute(13, '00:00'))).toBe(1);
  });

  it('does not come on a holiday', () => {
    expect(plannedDays(DESK, minute(14, '00:00'), minute(15, '00:00'))).toBe(0);
    expect(plannedDays(DESK, minute(12, '00:00'), minute(19, '00:00'))).toBeCloseTo((7 * 4) / 5, 12);
  });

  it('follows the clock on the wall when it changes: the night on which it goes back is an hour longer, the next day begins in time', () => {
    const midnight = Date.parse('2026-10-25T00:00:00+02:00') / 60_000;
    const morning = Date.parse('2026-10-25T08:00:00+01:00') / 60_000;
    expect(morning - midnight).toBe(9 * 60);
    expect(plannedDays(NIGHT, midnight, morning)).toBeCloseTo(9 / 8, 12);
    const monday = Date.parse('2026-10-26T08:59:00+01:00') / 60_000;
    expect(plannedDays(DESK, monday - 60, monday)).toBe(0);
    expect(plannedDays(DESK, monday, monday + 2)).toBeCloseTo(7 / (40 * 60), 12);
  });

  it('is not expected of the time before the first case', () => {
    const at = minute(13, '12:00');
    const daysOf = (since: number | null, hours: Calendar | null): number =>
      openIn({ at, minutes: 1440, since, zone: ZONE, weeks: 0 })(hours).days;
    for (const hours of [null, DESK]) {
      expect(daysOf(null, hours)).toBe(0);
      expect(daysOf(at + 10_000, hours)).toBe(0);
      expect(daysOf(at - 60, hours)).toBeCloseTo(plannedDays(hours, at - 60, at), 12);
      expect(daysOf(LONG_AGO, hours)).toBeCloseTo(plannedDays(hours, at - 1440, at), 12);
      expect(daysOf(-Infinity, hours)).toBeCloseTo(plannedDays(hours, at - 1440, at), 12);
    }
  });
});

describe('how far a place is open', () => {
  const shareOf = (at: number, minutes: number, weeks = 8): number =>
    openIn({ at, minutes, since: LONG_AGO, zone: ZONE, weeks })(DESK).share;

  it('is nothing at night and at the weekend, as usual by day', () => {
    expect(shareOf(minute(13, '03:00'), 240)).toBe(0);
    expect(shareOf(minute(17, '12:00'), 240)).toBe(0);
    expect(shareOf(minute(13, '12:00'), 240)).toBe(1);
    expect(shareOf(minute(13, '12:00'), 240, 0)).toBe(1);
    expect(openIn({ at: minute(13, '03:00'), minutes: 240, since: LONG_AGO, zone: ZONE, weeks: 8 })(null).share).toBe(1);
  });

  it('is nothing on a holiday, and part of the usual where a holiday is part of the window', () => {
    expect(shareOf(minute(14, '15:00'), 240)).toBe(0);
    expect(shareOf(minute(15, '13:00'), 1440)).toBe(0.5);
  });

  it('is never more than usual: a holiday of last week makes nobody silent this week', () => {
    expect(shareOf(minute(21, '15:00'), 240, 1)).toBe(1);
    expect(shareOf(minute(21, '15:00'), 240, 3)).toBe(1);
  });
});

describe('a place that is served in working time', () => {
  const TEXT = TEST_JOURNEY.replace('idle: 5d\n', `idle: 5d\nzone: ${ZONE}\n`)
    .replace(
      'stages:\n',
      `calendars: {desk: {hours: {mon-fri: "09:00-17:00"}, holidays: [${HOLIDAY}]}}
owners: [{name: Care, calendar: desk}, {name: Marketing}, {name: Sales}, {name: Logistics}, {name: Product}]
stages:
`,
    )
    .replace(
      '{id: help, name: {customer: Getting help, internal: Help},',
      '{id: help, name: {customer: Getting help, internal: Help}, owner: Care, expectedPerDay: 80, hours: working,',
    )
    .replace('{id: help, name: Help, stage: help,', '{id: help, name: Help, stage: help, expectedPerDay: 80, hours: working,')
    .replace('{id: web.look,', '{id: web.look, expectedPerDay: 80,');
  const [blueprint] = blueprintsFrom(TEXT).all;
  if (blueprint === undefined) throw new Error('the journey is there');

  const view = (at: number, window: Window = '4h') =>
    silenceView({
      blueprint,
      window,
      position: { at: at * 60_000, live: true },
      sums: new Map(),
      weeks: [],
      since: LONG_AGO,
      ever: new Map([['E|test|1|help|chat', new Map([[0, 100]])]]),
      sources: [],
      notes: new Map(),
    });
  const lookAt = (touchpoint: string, at: number, window?: Window): TouchpointPresence | undefined =>
    view(at, window).touchpoints.find((one) => one.touchpoint === touchpoint);
  const squareAt = (column: string, at: number): HeatCell | undefined =>
    heatView({
      blueprint,
      window: '4h',
      by: 'channel',
      position: { at: at * 60_000, live: true },
      sums: new Map(),
      weeks: [],
      since: LONG_AGO,
      notes: new Map(),
      sources: [],
      factors: [],
      configuration: { version: 0, from: null, mixed: false },
      kappa: 10,
    }).cells[`help|${column}`];

  it('is closed at night, at the weekend and on a holiday, while a page of the web that says nothing is silent', () => {
    for (const at of [minute(13, '03:00'), minute(17, '12:00'), minute(14, '15:00')]) {
      expect(lookAt('help', at)).toMatchObject({ presence: 'not_planned', expected: 0, open: 0, gap: null });
      expect(lookAt('web.look', at)).toMatchObject({ presence: 'silent', open: 1 });
    }
  });

  it('is silent where nothing comes by day, and all of its volume is expected then', () => {
    expect(lookAt('help', minute(13, '13:00'))).toMatchObject({ presence: 'silent', basis: 'blueprint', open: 1 });
    expect(lookAt('help', minute(13, '13:00'))?.expected).toBeCloseTo((80 * 7) / 5 / 2, 9);
    expect(lookAt('help', minute(13, '17:00'), '24h')?.expected).toBeCloseTo((80 * 7) / 5, 9);
    expect(lookAt('help', minute(25, '00:00'), '7d')?.expected).toBeCloseTo(80 * 7, 9);
  });

  it('is the same on the heatmap: the square, and the stage as a whole', () => {
    for (const column of ['chat', 'all']) {
      expect(squareAt(column, minute(13, '03:00'))).toMatchObject({ state: 'not_planned', open: 0 });
      expect(squareAt(column, minute(13, '13:00'))).toMatchObject({ state: 'silent', open: 1 });
    }
    // Calls come around the clock: their square is as it was.
    expect(squareAt('phone', minute(13, '03:00'))).toMatchObject({ state: 'zero', open: 1 });
  });
});
