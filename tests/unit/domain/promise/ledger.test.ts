import { describe, expect, it } from 'vitest';
import type { PromiseLedgerView } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { BASE, HOUR } from '../../../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const DAY = 24 * HOUR;

/** One customer whose parcel is promised for a day from now, with an hour of grace; then what happens. */
function viewOf(at: number, then: readonly Partial<StoredEvent & { readonly in: number }>[]): PromiseLedgerView {
  const who = { customerId: 'C1' };
  const made = { promise: { id: 'p', kind: 'delivery', due: BASE + DAY, graceSeconds: 3600 } };
  const events = [
    event('look', who, { at: BASE - HOUR, type: 'page.viewed' }),
    event('made', who, { at: BASE, type: 'delivery.started', ...made }),
    ...then.map(({ in: hours = 0, ...rest }, i) => event(`e${i}`, who, { at: BASE + hours * HOUR, ...rest })),
  ];
  const blueprint = blueprints.get('test');
  if (blueprint === undefined) throw new Error('the test journey is gone');
  const minute = minuteOf(BASE + at * HOUR);
  const sums = foldAll(events, { blueprints }).ledger.read('P|test|1', { from: 0, to: minute, at: minute });
  return promiseLedgerView({ blueprint, sums, from: 0, position: { at: minute * 60_000, live: false } });
}
const said = (type: string, more: object = {}): Partial<StoredEvent> => ({ type, promise: { id: 'p', kind: 'delivery', ...more } });
const survey = (value: number): Partial<StoredEvent> => ({ type: 'survey.answered', score: { kind: 'csat', value } });

describe('a promise', () => {
  it('is open until its date and grace are over, and then broken by the clock alone', () => {
    expect(viewOf(24.5, []).total).toMatchObject({ made: 1, open: 1, broken: 0 });
    expect(viewOf(25.1, []).total).toMatchObject({ made: 1, open: 0, broken: 1, missed: 1, warned: 0 });
  });

  it('is kept within the grace, late after it, and stays late', () => {
    expect(viewOf(30, [{ in: 24.9, ...said('promise.kept') }]).total).toMatchObject({ kept: 1, late: 0, broken: 0, missed: 0 });
    const late = [{ in: 28, ...said('promise.kept') }];
    expect(viewOf(27, late).total).toMatchObject({ broken: 1, late: 0 });
    expect(viewOf(29, late).total).toMatchObject({ broken: 0, late: 1, missed: 1 });
  });

  it('can be withdrawn before it is due, and no more afterwards', () => {
    expect(viewOf(30, [{ in: 20, ...said('promise.withdrawn') }]).total).toMatchObject({ withdrawn: 1, broken: 0 });
    expect(viewOf(30, [{ in: 26, ...said('promise.withdrawn') }]).total).toMatchObject({ withdrawn: 0, broken: 1 });
  });

  it('that is moved with word before the date is kept by the new date, its first date missed, and the customer was told before', () => {
    const view = viewOf(60, [
      { in: 19, ...said('promise.moved', { due: BASE + 2 * DAY }) },
      { in: 46, ...said('promise.kept') },
    ]);
    expect(view.total).toMatchObject({ kept: 1, missed: 1, warned: 1 });
    expect((view.gap.aheadMs ?? 0) / HOUR).toBeCloseTo(5, 0);
    expect((view.gap.medianMs ?? 0) / HOUR).toBeCloseTo(22, 0);
  });

  it('knows that the customer was told before where no new date could be given', () => {
    const told = viewOf(30, [{ in: 12, ...said('promise.warned') }]).total;
    expect(told).toMatchObject({ broken: 1, missed: 1, warned: 1 });
    const toldTooLate = viewOf(30, [{ in: 25.5, ...said('promise.warned') }]).total;
    expect(toldTooLate).toMatchObject({ broken: 1, missed: 1, warned: 0 });
  });

  it('moved to an earlier day tells nobody of a delay', () => {
    const view = viewOf(60, [{ in: 2, ...said('promise.moved', { due: BASE + 12 * HOUR }) }]);
    expect(view.total).toMatchObject({ broken: 1, warned: 0 });
  });

  it('made for a date that has passed is broken as it is made, not before', () => {
    const made = { in: 40, type: 'promise.made', promise: { id: 'q', kind: 'refund', due: BASE + 30 * HOUR } };
    expect(viewOf(35, [{ in: 20, ...said('promise.kept') }, made]).total).toMatchObject({ made: 1, broken: 0 });
    expect(viewOf(41, [{ in: 20, ...said('promise.kept') }, made]).total).toMatchObject({ made: 2, kept: 1, broken: 1 });
  });

  it('moved to a date that has passed is broken as it is moved, not before', () => {
    const then = [{ in: 12, ...said('promise.moved', { due: BASE + 6 * HOUR }) }];
    expect(viewOf(11, then).total).toMatchObject({ open: 1, broken: 0 });
    expect(viewOf(12.1, then).total).toMatchObject({ open: 0, broken: 1, missed: 0 });
    expect(viewOf(30, then).total).toMatchObject({ broken: 1, missed: 1, warned: 0 });
  });

  it('measures promised against delivered from the date first given, early ones below zero', () => {
    const early = viewOf(30, [{ in: 20, ...said('promise.kept') }]).gap;
    expect((early.medianMs ?? 0) / HOUR).toBeCloseTo(-4, 0);
    expect((early.promisedMs ?? 0) / HOUR).toBeCloseTo(24, 0);
    expect((early.deliveredMs ?? 0) / HOUR).toBeCloseTo(20, 0);
  });
});

describe('a promise without an id', () => {
  const unnamed = (change: string, due?: number): Partial<StoredEvent> => ({
    type: `promise.${change}`,
    promise: { kind: 'call_back', ...(due === undefined ? {} : { due: BASE + due * HOUR }) },
  });
  const kept = { in: 1, ...said('promise.kept') };

  it('is one of its kind and case: made again while it stands, it is moved', () => {
    const then = [kept, { in: 2, ...unnamed('made', 10) }, { in: 3, ...unnamed('made', 20) }];
    expect(viewOf(60, then).total).toMatchObject({ made: 2, kept: 1, broken: 1, missed: 1, warned: 1 });
    expect(viewOf(60, [...then, { in: 15, ...unnamed('kept') }]).total).toMatchObject({ made: 2, kept: 2, broken: 0 });
  });

  it('is another one after it was kept, or broke', () => {
    const then = [kept, { in: 2, ...unnamed('made', 10) }];
    const again = { in: 12, ...unnamed('made', 20) };
    expect(viewOf(60, [...then, { in: 5, ...unnamed('kept') }, again]).total).toMatchObject({ made: 3, kept: 2, broken: 1 });
    expect(viewOf(60, [...then, again, { in: 15, ...unnamed('kept') }]).total).toMatchObject({ made: 3, kept: 2, broken: 1 });
  });
});

describe('a promise without a date', () => {
  const gift = (change: string, more: object = {}): Partial<StoredEvent> => ({
    type: `promise.${change}`,
    promise: { id: 'g', kind: 'gift', ...more },
  });
  const kept = { in: 1, ...said('promise.kept') };
  const made = { in: 2, ...gift('made', { graceSeconds: 3600 }) };
  const dated = { in: 10, ...gift('moved', { due: BASE + 20 * HOUR }) };

  it('is counted beside the ledger, whatever becomes of it', () => {
    expect(viewOf(1.5, [kept, made]).total).toMatchObject({ made: 1, undated: 0 });
    expect(viewOf(500, [kept, made]).total).toMatchObject({ made: 1, kept: 1, open: 0, broken: 0, undated: 1 });
    for (const end of ['kept', 'withdrawn'])
      expect(viewOf(500, [kept, made, { in: 30, ...gift(end) }]).total).toMatchObject({ made: 1, kept: 1, withdrawn: 0, undated: 1 });
    expect(viewOf(500, [kept, made]).lines).toMatchObject({ 'deliver|gift': { made: 0, undated: 1 } });
  });

  it('has the date it is given from then on: open until that and grace are over, then broken by the clock alone', () => {
    const then = [kept, made, dated];
    expect(viewOf(9, then).total).toMatchObject({ made: 1, open: 0, undated: 1 });
    expect(viewOf(10.1, then).total).toMatchObject({ made: 2, open: 1, undated: 0, missed: 0, warned: 0 });
    expect(viewOf(20.9, then).total).toMatchObject({ made: 2, open: 1, broken: 0 });
    expect(viewOf(21.1, then).total).toMatchObject({ made: 2, open: 0, broken: 1, missed: 1, warned: 0 });
  });

  it('takes the date it is given for the one first given, measured from when it was promised', () => {
    const view = viewOf(60, [made, dated, { in: 15, ...gift('kept') }]);
    expect(view.lines['deliver|gift']).toMatchObject({ made: 1, kept: 1, late: 0 });
    const gap = view.lines['deliver|gift']?.gap;
    expect((gap?.promisedMs ?? 0) / HOUR).toBeCloseTo(18, 0);
    expect((gap?.deliveredMs ?? 0) / HOUR).toBeCloseTo(13, 0);
    expect((gap?.medianMs ?? 0) / HOUR).toBeCloseTo(-5, 0);
  });

  it('is given one as well where it is made again with a date, with the grace that comes with it', () => {
    const again = { in: 10, ...gift('made', { due: BASE + 20 * HOUR, graceSeconds: 7200 }) };
    expect(viewOf(21.5, [kept, made, again]).total).toMatchObject({ made: 2, open: 1, undated: 0 });
    expect(viewOf(22.1, [kept, made, again]).total).toMatchObject({ made: 2, open: 0, broken: 1 });
  });

  it('moved once more after that is moved from its first date: the customer was told before', () => {
    const then = [kept, made, dated, { in: 12, ...gift('moved', { due: BASE + 40 * HOUR }) }, { in: 30, ...gift('kept') }];
    expect(viewOf(60, then).total).toMatchObject({ made: 2, kept: 2, missed: 1, warned: 1 });
  });

  it('given a date that has passed is broken as it is given, not before', () => {
    const past = { in: 30, ...gift('moved', { due: BASE + 20 * HOUR }) };
    expect(viewOf(29, [kept, made, past]).total).toMatchObject({ made: 1, broken: 0, undated: 1 });
    expect(viewOf(30.1, [kept, made, past]).total).toMatchObject({ made: 2, broken: 1, undated: 0 });
  });

  it('is not kept in place of one with a date where only the kind is said', () => {
    const other = { in: 3, type: 'promise.made', promise: { id: 'h', kind: 'gift', due: BASE + 20 * HOUR } };
    const then = [kept, other, { ...made, in: 4 }, { in: 5, type: 'promise.kept', promise: { kind: 'gift' } }];
    expect(viewOf(60, then).total).toMatchObject({ made: 2, kept: 2, undated: 1 });
  });
});

describe('promise and feeling', () => {
  it('puts a kept promise and a bad survey into the field of the wrong promise', () => {
    const view = viewOf(40, [
      { in: 20, ...said('promise.kept') },
      { in: 22, ...survey(1) },
    ]);
    expect(view.felt.kept).toEqual({ happy: 0, neutral: 0, unhappy: 1, unknown: 0 });
  });

  it('puts a broken promise and a good survey into the field of the well recovered, and knows nothing before it was said', () => {
    const events = [{ in: 30, ...survey(5) }];
    expect(viewOf(29, events).felt.broken).toEqual({ happy: 0, neutral: 0, unhappy: 0, unknown: 1 });
    expect(viewOf(31, events).felt.broken).toEqual({ happy: 1, neutral: 0, unhappy: 0, unknown: 0 });
  });

  it('takes nothing said before the outcome, or more than a week after it, to be about the promise', () => {
    expect(
      viewOf(40, [
        { in: 10, ...survey(1) },
        { in: 20, ...said('promise.kept') },
      ]).felt.kept.unknown,
    ).toBe(1);
    expect(
      viewOf(300, [
        { in: 20, ...said('promise.kept') },
        { in: 20 + 169, ...survey(1) },
      ]).felt.kept.unknown,
    ).toBe(1);
  });

  it('lets a survey speak before a text, and the later survey before the earlier', () => {
    const text: Partial<StoredEvent> = {
      type: 'message.in',
      emotion: { label: 'delighted', valence: 0.8, confidence: 0.7, scorer: 't', why: [] },
    };
    const kept = { in: 20, ...said('promise.kept') };
    expect(viewOf(40, [kept, { in: 21, ...survey(1) }, { in: 22, ...text }]).felt.kept.unhappy).toBe(1);
    expect(viewOf(40, [kept, { in: 21, ...survey(1) }, { in: 22, ...survey(5) }]).felt.kept.happy).toBe(1);
  });
});
