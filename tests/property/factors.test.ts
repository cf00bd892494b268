import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL, OUTSIDE } from '#lib/contract/index.ts';
import type { Factor } from '#lib/contract/index.ts';
import type { StayFactor } from '#server/domain/case/stay.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { encodeState } from '#server/domain/customer/state.ts';
import { HEAT } from '#server/domain/kernel/counters.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { factorImpact } from '#server/domain/view/factors.ts';
import { gridOf } from '#server/domain/view/heat.ts';
import { foldAll, foldBatches, oneByOne } from '../support/fold-run.ts';
import { BASE, HOUR, history } from '../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const AREAS = ['north', 'south'];
const factor = fc
  .tuple(fc.integer({ min: -20, max: 200 }), fc.integer({ min: 0, max: 60 }), fc.subarray(AREAS), fc.constantFrom([], ['test'], ['other']))
  .map(([from, length, areas, journeys]): Factor => ({
    id: `f${from}|${length}`,
    kind: 'storm',
    name: 'storm',
    from: BASE + from * (HOUR / 2),
    to: length === 60 ? null : BASE + (from + length) * (HOUR / 2),
    areas,
    segments: [],
    journeys,
  }));
const factors = fc.uniqueArray(factor, { maxLength: 4, selector: (f) => f.id });
/** Some events say where the customer is; which, depends on the dice. */
const story = fc
  .tuple(history(30), fc.array(fc.constantFrom('', '', 'north', 'south'), { minLength: 30, maxLength: 30 }))
  .map(([events, areas]) =>
    events
      .filter((e) => e.type !== 'event.retracted')
      .map((e, i): StoredEvent => ({ ...e, under: 'p', ...(areas[i % 30] === '' ? {} : { area: areas[i % 30] ?? '' }) }))
      .sort(compareEvents),
  );

describe('factors outside our control', () => {
  it('one event at a time comes to the same as all at once, wherever the area becomes known', () => {
    fc.assert(
      fc.property(story, factors, (events, given) => {
        const context = { blueprints, factors: given };
        const [once, slowly] = [foldAll(events, context), foldBatches(oneByOne(events), context)];
        expect(encodeState(slowly.state)).toBe(encodeState(once.state));
        expect([...slowly.sums].sort()).toEqual([...once.sums].sort());
        expect([...slowly.lists]).toEqual([...once.lists]);
      }),
      { numRuns: 120 },
    );
  });

  it('what departments answer for and what is outside sum to the total, and the total is the same with and without factors', () => {
    fc.assert(
      fc.property(story, factors, (events, given) => {
        const at = minuteOf(BASE + 400 * HOUR);
        const range = { from: 0, to: at, at };
        const test = blueprints.get('test');
        if (test === undefined) throw new Error('the test journey is missing');
        const [under, without] = [given, []].map((some) =>
          gridOf(foldAll(events, { blueprints, factors: some }).ledger.read('H|test|1', range), 'owner', test),
        );
        for (const stage of ['look', 'order', 'deliver', 'happy', 'help']) {
          const of = (column: string): number => under?.get(`${stage}|${column}`)?.get(HEAT.visits) ?? 0;
          const columns = ['Marketing', 'Sales', 'Logistics', 'Product', 'Care', OUTSIDE];
          expect(columns.reduce((sum, column) => sum + of(column), 0)).toBe(of(ALL));
          expect(of(ALL)).toBe(without?.get(`${stage}|${ALL}`)?.get(HEAT.visits) ?? 0);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('counts behind each factor the cases on its list, at every instant', () => {
    fc.assert(
      fc.property(story, factors, fc.integer({ min: -30, max: 300 }), (events, given, halfHours) => {
        const minute = minuteOf(BASE + halfHours * (HOUR / 2));
        const folded = foldAll(events, { blueprints, factors: given });
        const all = { from: -1e9, to: minute, at: minute };
        const view = factorImpact({
          journey: 'test',
          from: 0,
          position: { at: 0, live: false },
          factors: given,
          delays: folded.ledger.read('L|test|1', all),
          exposed: folded.ledger.read('X|test|1', all),
        });
        const stays = folded.lists.get('stays:test:1') ?? [];
        for (const { factor: one, cases } of view.factors) {
          const listed = stays.filter((stay) =>
            (stay[7] as readonly StayFactor[]).some(([id, since, first]) => id === one.id && first === 1 && minuteOf(since) <= minute),
          );
          expect(cases).toBe(listed.length);
          expect(new Set(listed.map((stay) => stay[0])).size).toBe(listed.length);
        }
        expect(view.coincident).toBeLessThanOrEqual(view.missed);
      }),
      { numRuns: 120 },
    );
  });
});
