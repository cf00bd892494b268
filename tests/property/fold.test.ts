import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOW_NAMES, WINDOWS } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { foldOnto, inOrder } from '#server/domain/customer/fold.ts';
import { decodeState, emptyState, encodeState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { Deltas, HEAT } from '#server/domain/kernel/counters.ts';
import { diffRows } from '#server/domain/kernel/row.ts';
import { Ledger, windowRange } from '#server/domain/kernel/sums.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { funnelView } from '#server/domain/view/funnel.ts';
import { event } from '../support/events.ts';
import { foldBatches, oneByOne } from '../support/fold-run.ts';
import { blueprintsFrom, sumBookings, TEST_JOURNEY } from '../support/world.ts';
import { BASE, history, HOUR } from '../support/histories.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const context = { blueprints };
const sorted = (events: readonly StoredEvent[]): StoredEvent[] => [...events].sort(compareEvents);

interface Run {
  readonly state: CustomerState;
  readonly bookings: Map<string, number>;
  readonly members: readonly string[];
}

/** Folds in the given batches and adds up what each batch changed. */
function run(batches: readonly (readonly StoredEvent[])[]): Run {
  const state = emptyState();
  const bookings = new Map<string, number>();
  const members = new Set<string>();
  for (const batch of batches) {
    const touched = foldOnto(state, batch, context);
    sumBookings(touched.bookings, bookings);
    for (const { before, after } of touched.rows().values()) {
      const deltas = new Deltas();
      diffRows(deltas, before, after);
      sumBookings(deltas, bookings);
      if (before !== null) members.delete(JSON.stringify([before.list, before.score, before.member]));
      members.add(JSON.stringify([after.list, after.score, after.member]));
    }
  }
  return { state, bookings, members: [...members].sort() };
}

/** One in-order event at a time; what ties with its neighbour, or takes back, goes with the rest, as the projector does. */
function fastBatches(events: readonly StoredEvent[]): StoredEvent[][] {
  const batches: StoredEvent[][] = [];
  for (const event of events) {
    const last = batches.at(-1)?.at(-1);
    if (last !== undefined && last.at === event.at && (last.sequence ?? 0) === (event.sequence ?? 0)) batches.at(-1)?.push(event);
    else batches.push([event]);
  }
  return batches;
}

/** The fields of everything a state holds, in their order: the engine is quick with records of one form. */
function formsOf(state: CustomerState): Record<string, string[]> {
  const of = (records: readonly object[]): string[] => [...new Set(records.map((record) => Object.keys(record).join()))];
  const { cases, visits, promises } = state;
  return {
    state: of([state]),
    cases: of(cases),
    stays: of(cases.flatMap(({ stays }) => stays)),
    visits: of(visits),
    promises: of(promises),
  };
}

const onePerson = (length: number): fc.Arbitrary<StoredEvent[]> =>
  history(length).map((events) => sorted(events.filter((e) => e.type !== 'event.retracted').map((e) => ({ ...e, under: 'p' }))));

function ledgerOf(bookings: ReadonlyMap<string, number>): Ledger {
  const ledger = new Ledger();
  for (const [place, delta] of bookings) {
    const [cell = '', measure, anchor, booked] = place.split(' ');
    ledger.add([cell, Number(measure), Number(anchor), Number(booked), delta]);
  }
  return ledger;
}

describe('law 6: one in-order event onto the saved state equals the full fold', () => {
  it('gives the same bytes, the same rows and the same sums', () => {
    fc.assert(
      fc.property(onePerson(40), (events) => {
        const full = run([events]);
        const fast = run(fastBatches(events));
        expect(encodeState(fast.state)).toBe(encodeState(full.state));
        expect(fast.members).toEqual(full.members);
        expect([...fast.bookings].sort()).toEqual([...full.bookings].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same rows and sums, on every list, also where a case fell idle in between and its stay ended by the clock alone', () => {
    const days = (events: readonly StoredEvent[]): StoredEvent[] => events.map((e) => ({ ...e, at: BASE + (e.at - BASE) * 8 }));
    fc.assert(
      fc.property(onePerson(20).map(days), (events) => {
        const [full, fast] = [foldBatches([events], context), foldBatches(oneByOne(events), context)];
        expect(encodeState(fast.state)).toBe(encodeState(full.state));
        expect(fast.lists).toEqual(full.lists);
        expect([...fast.sums].sort()).toEqual([...full.sums].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('keeps two promises of one kind apart that are made in the same millisecond', () => {
    const made = { type: 'delivery.started', promise: { kind: 'delivery', due: BASE - 28 * HOUR } };
    const events = [
      event('order', { customerId: 'C1' }, { at: BASE - HOUR, type: 'page.viewed' }),
      event('first', { customerId: 'C1' }, { at: BASE, ...made }),
      event('second', { customerId: 'C1' }, { at: BASE, sequence: 2, type: 'promise.kept', promise: { kind: 'delivery' } }),
      event('third', { customerId: 'C1' }, { at: BASE, sequence: 3, ...made }),
    ];
    const full = run([events]);
    expect(full.members.filter((member) => member.includes('promises:'))).toHaveLength(2);
    expect([...run(fastBatches(events)).bookings].sort()).toEqual([...full.bookings].sort());
  });

  it('says how a case stood in the stays of one millisecond by their order: what it reached in the same millisecond it had not reached before', () => {
    const told = (sequence: number, type: string): StoredEvent => event(`t${sequence}`, { customerId: 'C1' }, { at: BASE, sequence, type });
    const there = [told(1, 'page.viewed'), told(2, 'case.opened'), told(3, 'delivery.arrived')];
    for (const events of [there, [...there, told(4, 'order.placed')]])
      expect(run(fastBatches(events)).members).toEqual(run([events]).members);
  });

  it('takes the fast path exactly for what comes after everything and ties with nothing', () => {
    fc.assert(
      fc.property(onePerson(20), (events) => {
        const state = emptyState();
        foldOnto(state, events, context);
        const last = events.at(-1);
        if (last === undefined) return expect(state.events).toBe(0);
        expect(inOrder(state, last)).toBe(false);
        expect(inOrder(state, { ...last, at: last.at + 1 })).toBe(true);
        expect(inOrder(state, { ...last, at: last.at - 1 })).toBe(false);
      }),
    );
  });
});

describe('law 1: a tie never costs a conversion', () => {
  const way = fc.constantFrom<Partial<StoredEvent>>(
    { type: 'page.viewed' },
    { type: 'order.placed' },
    { type: 'delivery.started' },
    { type: 'delivery.arrived' },
    { type: 'order.cancelled' },
    { type: 'contact.answered', channel: 'phone' },
    { type: 'case.opened' },
  );
  const conversions = (events: readonly StoredEvent[]): number =>
    run([sorted(events)]).state.cases.filter((one) => one.steps.length === 4).length;

  it('converts what any order of its events would', () => {
    fc.assert(
      fc.property(
        fc.array(way, { maxLength: 4 }),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 2, maxLength: 4 }),
        fc.nat(),
        (before, picked, name) => {
          const kinds = ['page.viewed', 'order.placed', 'delivery.started', 'delivery.arrived', 'order.cancelled', 'contact.answered'];
          const earlier = before.map((what, i) => event(`${name}b${i}`, { customerId: 'C1' }, { at: BASE + i * HOUR, ...what }));
          const at = BASE + 9 * HOUR;
          const told = (i: number, sequence: number): StoredEvent =>
            event(`${name}t${i}`, { customerId: 'C1' }, { at, type: kinds[i] ?? '', ...(sequence === 0 ? {} : { sequence }) });
          const tied = conversions([...earlier, ...picked.map((i) => told(i, 0))]);
          expect(tied).toBeGreaterThanOrEqual(conversions([...earlier, ...picked.map((i, place) => told(i, place + 1))]));
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('the saved state', () => {
  /** What is saved when events are folded in pieces: the newest saved state, and those kept for good. */
  function saves(pieces: readonly (readonly StoredEvent[])[]): { readonly saved: string | null; readonly kept: readonly string[] } {
    const state = emptyState();
    const kept: string[] = [];
    let saved: string | null = null;
    for (const piece of pieces)
      foldOnto(state, piece, context, { saved: (at) => (saved = encodeState(at)), checkpoint: (at) => kept.push(encodeState(at)) });
    return { saved, kept };
  }

  it('is the same bytes in whatever pieces the events are folded, and comes to the state of now with fewer than sixteen events behind it', () => {
    fc.assert(
      fc.property(onePerson(70), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }), (events, lengths) => {
        const ties = fastBatches(events);
        const pieces: StoredEvent[][] = [];
        for (const length of [...lengths, Infinity]) {
          if (ties.length > 0) pieces.push(ties.splice(0, length).flat());
        }
        const whole = saves([events]);
        expect(saves(pieces)).toEqual(whole);
        expect(saves(fastBatches(events))).toEqual(whole);
        expect(whole.saved === null).toBe(events.length < 16);
        const state = whole.saved === null ? emptyState() : decodeState(whole.saved);
        const behind = events.slice(state.events);
        expect(behind.length).toBeLessThan(16);
        expect(formsOf(state)).toEqual(formsOf(run([events.slice(0, state.events)]).state));
        foldOnto(state, behind, context);
        expect(encodeState(state)).toBe(encodeState(run([events]).state));
      }),
      { numRuns: 150 },
    );
  });
});

describe('law 4: entered = converted + in progress + dropped + excluded', () => {
  it('holds at every instant, in total and per step, and no state is ever negative', () => {
    const blueprint = blueprints.get('test');
    if (blueprint === undefined) throw new Error('the test journey is gone');
    fc.assert(
      fc.property(onePerson(40), fc.integer({ min: 0, max: 400 }), (events, halfHours) => {
        const at = minuteOf(BASE + halfHours * (HOUR / 2));
        const ledger = ledgerOf(run([events]).bookings);
        const all = { from: 0, to: at, at };
        const sums = {
          cohort: ledger.read('F|test|1', all),
          levels: ledger.read('N|test|1', { ...all, to: Infinity }),
          flows: new Map<string, never>(),
        };
        const view = funnelView({ blueprint, sums, by: 'channel', from: 0, position: { at: 0, live: false }, factors: [] });
        const { entered, converted, inProgress, dropped, excluded } = view.total;
        expect(converted + inProgress + dropped + excluded).toBe(entered);
        for (const step of Object.values(view.steps)) {
          expect(step.wentOn + step.waiting + step.dropped + step.excluded).toBe(step.reached);
          for (const count of [step.reached, step.wentOn, step.waiting, step.dropped, step.excluded, step.occupancy, step.stuck])
            expect(count).toBeGreaterThanOrEqual(0);
          expect(step.stuck).toBeLessThanOrEqual(step.occupancy);
        }
        const groups = Object.values(view.groups).map((g) => g.total.entered);
        expect(groups.reduce((a, b) => a + b, 0)).toBe(entered);
      }),
      { numRuns: 300 },
    );
  });
});

describe('law 3: the number on a square is the number of visits on its list', () => {
  it('holds in every window at every instant', () => {
    fc.assert(
      fc.property(onePerson(30), fc.integer({ min: 0, max: 600 }), fc.constantFrom(...WINDOW_NAMES), (events, halfHours, window) => {
        const at = minuteOf(BASE + halfHours * (HOUR / 2));
        const played = run([events]);
        const range = windowRange(WINDOWS[window], at);
        let counted = 0;
        for (const measures of ledgerOf(played.bookings).read('H|test|1', range).values()) counted += measures.get(HEAT.visits) ?? 0;
        const listed = played.members
          .map((text) => JSON.parse(text) as [string, number, readonly unknown[]])
          .filter(([list]) => list === 'visits:test:1')
          .filter(([, , member]) => {
            const last = (member[6] as readonly (readonly [number])[]).filter((p) => p[0] <= at).at(-1)?.[0];
            return last !== undefined && last >= range.from && last <= range.to;
          });
        expect(counted).toBe(listed.length);
      }),
      { numRuns: 300 },
    );
  });
});
