import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROMISE_WHATS } from '#lib/contract/index.ts';
import type { PromiseLedgerView, PromiseWhat } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { encodeState } from '#server/domain/customer/state.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { promiseOn } from '#server/domain/promise/ledger.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { event } from '../support/events.ts';
import { foldAll, foldBatches, oneByOne } from '../support/fold-run.ts';
import type { Folded } from '../support/fold-run.ts';
import { BASE, HOUR } from '../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const context = { blueprints };
const blueprint = blueprints.get('test');
if (blueprint === undefined) throw new Error('the test journey is gone');
const test = blueprint;

const promised = (type: string, id: string, more: object = {}): Partial<StoredEvent> => ({
  type,
  promise: { id, kind: `kind-${id}`, ...more },
});
const kind = fc.oneof(
  fc.constantFrom<Partial<StoredEvent>>(
    { type: 'page.viewed' },
    { type: 'order.placed' },
    { type: 'delivery.started' },
    { type: 'order.cancelled' },
  ),
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 160 }), fc.constantFrom(0, 600, 7200))
    .map(([id, due, graceSeconds]) => promised('promise.made', id, { due: BASE + due * (HOUR / 2), graceSeconds })),
  fc
    .tuple(fc.constantFrom('promise.kept', 'promise.withdrawn', 'promise.warned'), fc.constantFrom('a', 'b'))
    .map(([type, id]) => promised(type, id)),
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 200 }))
    .map(([id, due]) => promised('promise.moved', id, { due: BASE + due * (HOUR / 2) })),
  fc.constantFrom('a', 'b').map((id) => promised('promise.made', id)),
  fc.integer({ min: 1, max: 5 }).map((value): Partial<StoredEvent> => ({ type: 'survey.answered', score: { kind: 'csat', value } })),
);
const story: fc.Arbitrary<StoredEvent[]> = fc
  .array(fc.tuple(kind, fc.integer({ min: 0, max: 170 })), { minLength: 3, maxLength: 40 })
  .map((rows) => [
    event('first', { customerId: 'C1' }, { at: BASE - HOUR, type: 'page.viewed' }),
    ...rows.map(([what, halfHours], i) => event(`e${i}`, { customerId: 'C1' }, { at: BASE + halfHours * (HOUR / 2), ...what })),
  ]);

function viewAt(folded: Folded, minute: number): PromiseLedgerView {
  const sums = folded.ledger.read('P|test|1', { from: 0, to: minute, at: minute });
  return promiseLedgerView({ blueprint: test, sums, from: 0, position: { at: minute * 60_000, live: false } });
}

function numberOf(view: PromiseLedgerView, what: PromiseWhat): number {
  if (!what.includes('-')) return view.total[what as keyof PromiseLedgerView['total']];
  const [outcome, feeling] = what.split('-') as ['kept' | 'broken', keyof PromiseLedgerView['felt']['kept']];
  return view.felt[outcome][feeling];
}

describe('the ledger of promises', () => {
  it('sums to the promises made at every instant, in total, per line and over departments, and nothing is ever negative', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: -4, max: 300 }), (events, halfHours) => {
        const view = viewAt(foldAll(events, context), minuteOf(BASE + halfHours * (HOUR / 2)));
        const lines = Object.values(view.lines);
        for (const counts of [view.total, view.outside, ...lines, ...view.owners.map((o) => o.counts)]) {
          expect(counts.open + counts.kept + counts.late + counts.broken + counts.withdrawn).toBe(counts.made);
          expect(
            Math.min(...[counts.open, counts.kept, counts.late, counts.broken, counts.withdrawn, counts.missed]),
          ).toBeGreaterThanOrEqual(0);
          expect(counts.warned).toBeLessThanOrEqual(counts.missed);
          expect(counts.undated).toBeGreaterThanOrEqual(0);
        }
        for (const felt of [view.felt.kept, view.felt.broken]) expect(Math.min(...Object.values(felt))).toBeGreaterThanOrEqual(0);
        expect(lines.reduce((sum, line) => sum + line.made, 0)).toBe(view.total.made);
        expect(view.owners.reduce((sum, o) => sum + o.counts.made, view.outside.made)).toBe(view.total.made);
      }),
      { numRuns: 300 },
    );
  });

  it('shows, for every number at every instant, the length of the list behind it', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 0, max: 300 }), (events, halfHours) => {
        const folded = foldAll(events, context);
        const minute = minuteOf(BASE + halfHours * (HOUR / 2));
        const view = viewAt(folded, minute);
        const members = (folded.lists.get('promises:test:1') ?? []) as readonly PromiseMember[];
        for (const what of PROMISE_WHATS)
          expect([what, members.filter((m) => promiseOn(m, what, minute) !== null).length]).toEqual([what, numberOf(view, what)]);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order in which events come, nor on their batches', () => {
    fc.assert(
      fc.property(story, fc.nat(), (events, seed) => {
        const shuffled = [...events].sort(
          (a, b) => ((a.key.charCodeAt(seed % 20) * 31 + seed) % 7) - ((b.key.charCodeAt(seed % 20) * 31 + seed) % 7),
        );
        const [once, slowly] = [foldAll(shuffled, context), foldBatches(oneByOne([...events].sort(compareEvents)), context)];
        expect(encodeState(slowly.state)).toBe(encodeState(once.state));
        expect([...slowly.sums].sort()).toEqual([...once.sums].sort());
        expect([...slowly.lists]).toEqual([...once.lists]);
      }),
      { numRuns: 150 },
    );
  });
});
