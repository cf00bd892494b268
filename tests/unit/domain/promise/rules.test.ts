import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { promiseStateAt } from '#server/domain/promise/dates.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const HOUR = 3_600_000;
/** Thursday, 1 October 2026, 15:00 in Berlin. */
const THURSDAY = Date.parse('2026-10-01T15:00:00+02:00');
const RULED = TEST_JOURNEY.replace(
  'stages:\n',
  `calendars:
  office: {zone: Europe/Berlin, hours: {mon-fri: "09:00-17:00"}, holidays: ["2026-10-02"]}
owners: [{name: Marketing}, {name: Sales}, {name: Logistics, calendar: office}, {name: Product}, {name: Care, calendar: office}]
promises:
  - {kind: delivery, wording: "At your door within eight working hours", owner: Logistics, due: {working: 8h}, grace: 30m, madeBy: [order], keptBy: [use]}
  - {kind: call_back, wording: "We call you back within four hours", owner: Care, due: {within: 4h}}
stages:
`,
);
const blueprints = blueprintsFrom(RULED);
const promisesAfter = (...steps: readonly (readonly [hours: number, what: Partial<StoredEvent>])[]) =>
  foldAll(
    steps.map(([hours, what], i) => event(`e${i}`, { customerId: 'C1' }, { at: THURSDAY + hours * HOUR, ...what })),
    { blueprints },
  ).state.promises;

const order = { type: 'order.placed' };

describe('a promise that the journey itself makes', () => {
  it('is made when its touchpoint occurs, due on the calendar of its owner', () => {
    const [promise] = promisesAfter([-1, { type: 'page.viewed' }], [0, order]);
    // two working hours on Thursday; Friday is a holiday; six hours on Monday
    expect(new Date(promise?.due ?? 0).toISOString()).toBe('2026-10-05T13:00:00.000Z');
    expect(promise).toMatchObject({ kind: 'delivery', owner: 'Logistics', touchpoint: 'order', graceMs: 30 * 60_000 });
  });

  it('is kept by the touchpoint that keeps it, in time or late', () => {
    const [kept] = promisesAfter([-1, { type: 'page.viewed' }], [0, order], [90, { type: 'delivery.arrived' }]);
    expect(kept === undefined ? '' : promiseStateAt(kept, THURSDAY + 200 * HOUR)).toBe('kept');
    const [late] = promisesAfter([-1, { type: 'page.viewed' }], [0, order], [110, { type: 'delivery.arrived' }]);
    expect(late === undefined ? '' : promiseStateAt(late, THURSDAY + 200 * HOUR)).toBe('late');
  });

  it('is not made again while one of its kind is open, nor where the event makes one itself', () => {
    expect(promisesAfter([-1, { type: 'page.viewed' }], [0, order], [1, order])).toHaveLength(1);
    const own = { ...order, promise: { kind: 'delivery', due: THURSDAY + 50 * HOUR } };
    expect(promisesAfter([-1, { type: 'page.viewed' }], [0, own]).map((p) => p.due)).toEqual([THURSDAY + 50 * HOUR]);
  });

  it('is made anew where the one before was broken, which stays broken', () => {
    const steps = [
      [-1, { type: 'page.viewed' }],
      [0, order],
      [100, order],
      [101, { type: 'delivery.arrived' }],
    ] as const;
    const states = promisesAfter(...steps).map((promise) => promiseStateAt(promise, THURSDAY + 300 * HOUR));
    expect(states).toEqual(['broken', 'kept']);
  });

  it('gives a promise that an event makes without a date the date, grace and wording of its rule', () => {
    const [promise] = promisesAfter([0, { type: 'page.viewed' }], [1, { type: 'promise.made', promise: { kind: 'call_back' } }]);
    expect(promise).toMatchObject({ due: THURSDAY + 5 * HOUR, owner: 'Care', wording: 'We call you back within four hours' });
  });

  it('is made beside one of its kind for which nobody gave a date', () => {
    const staged = blueprintsFrom(RULED.replace('kind: delivery,', 'kind: delivery, stage: order,'));
    const events = [{ type: 'page.viewed' }, { type: 'promise.made', promise: { kind: 'delivery' } }, order].map((what, i) =>
      event(`e${i}`, { customerId: 'C1' }, { at: THURSDAY + i * HOUR, ...what }),
    );
    expect(foldAll(events, { blueprints: staged }).state.promises.map(({ datedAt }) => datedAt)).toEqual([0, THURSDAY + 2 * HOUR]);
  });

  it('cannot be made for a date that the rule cannot tell', () => {
    expect(() => blueprintsFrom(RULED.replace('due: {working: 8h}, ', ''))).toThrow(/needs a rule that says when it is due/);
    expect(() => blueprintsFrom(RULED.replace('madeBy: [order]', 'madeBy: [nowhere]'))).toThrow(/no touchpoint "nowhere"/);
  });
});
