import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { BASE_VARIANT, CHANNELS } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { isInVariant } from '#server/domain/blueprint/variant.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { Deltas } from '#server/domain/kernel/counters.ts';
import { addRow } from '#server/domain/kernel/row.ts';
import { Ledger } from '#server/domain/kernel/sums.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { funnelView } from '#server/domain/view/funnel.ts';
import { heatView } from '#server/domain/view/heat.ts';
import { journeyView, ofVariant, wayTotal } from '#server/domain/view/journey.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { readJourney } from '#server/journeys/read.ts';
import { BASE, HOUR, kind } from '../support/histories.ts';
import { event } from '../support/events.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const VARIANTS = `
segments: [small, large, other]
variants:
  - {id: large, name: Large, segments: [large], stages: {order: {standard: 1h}}, touchpoints: {ship: {most: null}}}
  - {id: shop, name: Shop, channels: [store, phone], stages: {look: {needs: [Room]}}}
`;
const v1 = compiled(TEST_JOURNEY + VARIANTS);
/** Everything that a version may say otherwise about the same touchpoints. */
const v2 = compiled(
  TEST_JOURNEY.replace('window: 2d', 'window: 3d\nversion: 2')
    .replace('standard: 6h', 'standard: 1h')
    .replace('required: true, most: 1', 'most: 3') + VARIANTS,
);

function compiled(text: string): Blueprint {
  const blueprint = blueprintsFrom(text).get('test');
  if (blueprint === undefined) throw new Error('the journey is called test');
  return blueprint;
}

const history: fc.Arbitrary<StoredEvent[]> = fc
  .array(
    fc.tuple(
      kind,
      fc.integer({ min: 0, max: 400 }),
      fc.constantFrom('small', 'large', 'other'),
      fc.constantFrom(...CHANNELS),
      fc.constantFrom('', 'O1', 'O2'),
    ),
    { minLength: 3, maxLength: 40 },
  )
  .map((rows) =>
    rows.map(([what, halfHours, segment, channel, orderId], i) =>
      event(
        `e${i}`,
        { customerId: 'C1', ...(orderId === '' ? {} : { orderId }) },
        { at: BASE + halfHours * (HOUR / 2), segment, channel, ...what },
      ),
    ),
  );

interface Folded {
  readonly bookings: readonly Booking[];
  /** rows by case for those that are about one */
  readonly cases: ReadonlyMap<string, unknown>;
  readonly openedAt: ReadonlyMap<string, number>;
}

function fold(events: readonly StoredEvent[], blueprints: Blueprints): Folded {
  const state = emptyState();
  const touched = foldOnto(state, [...events].sort(compareEvents), { blueprints });
  const deltas = new Deltas();
  for (const booking of touched.bookings) deltas.add(booking, 1);
  const cases = new Map<string, unknown>();
  for (const [key, { after }] of touched.rows()) {
    addRow(deltas, after, 1);
    if (/^(c|s):/.test(key)) cases.set(key, after);
  }
  return { bookings: [...deltas], cases, openedAt: new Map(state.cases.map((one) => [one.id, one.openedAt])) };
}

function sumsOf(folded: Folded, at: number): (cube: string, version: number) => CellSums {
  const ledger = new Ledger();
  for (const booking of folded.bookings) ledger.add(booking);
  return (cube, version) => ledger.read(`${cube}|test|${version}`, { from: -Infinity, to: Infinity, at: minuteOf(at) });
}

describe('the sum of the variants is the base', () => {
  it('in every number that a variant has', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 500 }), (events, halfHours) => {
        const at = BASE + halfHours * (HOUR / 2);
        const read = sumsOf(fold(events, blueprintsOf([{ blueprint: v1, publishedAt: 0 }])), at);
        const view = (variant: string | undefined) =>
          journeyView({
            blueprint: v1,
            versions: [],
            variant,
            window: '7d',
            position: { at, live: false },
            from: 0,
            sums: { ways: read('D', 1), cohort: read('F', 1), levels: read('N', 1), stays: read('N', 1) },
            heat: heatView({
              blueprint: v1,
              window: '7d',
              by: 'channel',
              position: { at, live: false },
              sums: ofVariant(read('H', 1), variant),
              weeks: [],
              notes: new Map(),
              sources: [],
              factors: [],
              configuration: { version: 0, from: null, mixed: false },
              kappa: 0,
            }),
            promises: promiseLedgerView({
              blueprint: v1,
              sums: ofVariant(read('P', 1), variant),
              from: 0,
              position: { at, live: false },
            }),
          });
        const [all, parts] = [view(undefined), [view('large'), view('shop'), view(BASE_VARIANT)]];
        const sum = (of: (one: ReturnType<typeof view>) => number): number => parts.reduce((total, one) => total + of(one), 0);
        for (const what of ['cases', 'deviating', 'planned', 'ownWay'] as const)
          expect(sum((one) => one.total[what])).toBe(all.total[what]);
        for (const stage of all.order)
          for (const what of ['visited', 'occupancy', 'stuck', 'deviations', 'timed', 'visits'] as const)
            expect(sum((one) => one.stages[stage]?.[what] ?? NaN)).toBe(all.stages[stage]?.[what]);
        for (const stage of all.order)
          for (const what of ['made', 'kept', 'late', 'broken'] as const)
            expect(sum((one) => one.stages[stage]?.promised[what] ?? NaN)).toBe(all.stages[stage]?.promised[what]);
        expect(all.variants.map((one) => one.total)).toEqual(parts.map((one) => one.total));
        const funnel = (keep: (segment: string, channel: string) => boolean) =>
          funnelView({
            blueprint: v1,
            sums: {
              cohort: new Map([...read('F', 1)].filter(([cell]) => keep(...(cell.split('|').slice(-2) as [string, string])))),
              levels: new Map(),
              flows: new Map(),
            },
            by: null,
            from: 0,
            position: { at, live: false },
            factors: [],
          }).total;
        const entered = ['large', 'shop', BASE_VARIANT].map(
          (id) => funnel((segment, channel) => isInVariant(id, v1, { segment, channel: channel as 'web' })).entered,
        );
        expect(entered.reduce((a, b) => a + b, 0)).toBe(funnel(() => true).entered);
      }),
      { numRuns: 150 },
    );
  });
});

describe('publishing a version', () => {
  it('changes nothing of the cases that began before, nor any number at an instant before', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 400 }), (events, halfHours) => {
        const publishedAt = BASE + halfHours * (HOUR / 2);
        const before = fold(events, blueprintsOf([{ blueprint: v1, publishedAt: 0 }]));
        const after = fold(
          events,
          blueprintsOf([
            { blueprint: v1, publishedAt: 0 },
            { blueprint: v2, publishedAt },
          ]),
        );
        expect([...after.openedAt.values()].sort()).toEqual([...before.openedAt.values()].sort());
        for (const [key, row] of before.cases) {
          const opened = Number(key.split(':').at(key.startsWith('c:') ? -1 : -2));
          if (opened < publishedAt) expect(after.cases.get(key)).toEqual(row);
        }
        const [old, now] = [sumsOf(before, publishedAt - 60_000), sumsOf(after, publishedAt - 60_000)];
        for (const cube of ['F', 'N', 'D', 'H', 'E']) expect(now(cube, 1)).toEqual(old(cube, 1));
        const cases = [1, 2].map((version) => wayTotal(sumsOf(after, BASE + 1e10)('D', version), () => true).cases);
        expect(cases.reduce((a, b) => a + b, 0)).toBe(before.openedAt.size);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a journey file', () => {
  it('says the same after it was written anew from what was read', () => {
    fc.assert(
      fc.property(fc.constantFrom('6h', '90m', '1d 2h'), fc.integer({ min: 1, max: 9 }), fc.boolean(), (standard, mot, required) => {
        const text = TEST_JOURNEY.replace('standard: 6h', `standard: ${standard}`).replace(
          'required: true, most: 1',
          `required: ${String(required)}, mot: ${mot}`,
        );
        const [one, again] = [readJourney(text), readJourney(stringify(parse(text)))];
        expect(one.ok && again.ok && one.value).toEqual(again.ok && again.value);
      }),
      { numRuns: 20 },
    );
  });
});
