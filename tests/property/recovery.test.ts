import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARE_OUTCOMES, RECOVERY_CAUSES, RECOVERY_STATES } from '#lib/contract/index.ts';
import type { RecoveryCause, RecoveryView, RecoveryWhat } from '#lib/contract/index.ts';
import type { RecoveryMember } from '#server/domain/care/recovery.ts';
import { recoveryOn, recoverySteps } from '#server/domain/care/recovery.ts';
import type { QueueMember } from '#server/domain/case/waits.ts';
import { encodeState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import type { PromiseMember } from '#server/domain/promise/ledger.ts';
import { promiseOn } from '#server/domain/promise/ledger.ts';
import { recoveryView } from '#server/domain/view/recovery.ts';
import { event } from '../support/events.ts';
import { foldAll, foldBatches, oneByOne } from '../support/fold-run.ts';
import type { Folded } from '../support/fold-run.ts';
import { BASE, HOUR } from '../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const context = { blueprints: blueprintsFrom(TEST_JOURNEY) };
const FIRST = event('first', { customerId: 'C1' }, { at: BASE - HOUR, type: 'page.viewed' });
const CASE = `test:${FIRST.key}`;
const MOST = 26;

const by = { by: 'Ada', case: CASE };
const felt = (valence: number): Partial<StoredEvent> => ({
  type: 'message.in',
  emotion: { label: 'frustrated', valence, confidence: 0.8, scorer: 't', why: [] },
});
const promised = (type: string, id: string, more: object = {}): Partial<StoredEvent> => ({
  type,
  promise: { id, kind: id === 'a' ? 'call_back' : 'delivery', ...more },
  attributes: by,
});
/** Something that waits may be a promise of any event before, a stay, or a recovery; what is none of these changes nothing. */
const item = fc.oneof(
  fc.nat(MOST).map((i) => `p:${event(`e${i}`, { customerId: 'C1' }, { at: BASE }).key}:call_back`),
  fc
    .tuple(fc.constantFrom('s', 'r'), fc.nat(170), fc.nat(4))
    .map(([what, halfHours, part]) => `${what}:${BASE + halfHours * (HOUR / 2)}:${part}`),
);
const kind: fc.Arbitrary<Partial<StoredEvent>> = fc.oneof(
  fc.constantFrom<Partial<StoredEvent>>(
    { type: 'order.placed' },
    { type: 'delivery.started' },
    { type: 'order.cancelled' },
    { type: 'contact.answered', channel: 'phone' },
    { type: 'contact.ended', channel: 'phone', outcome: 'resolved' },
    { type: 'contact.ended', channel: 'phone', outcome: 'no_answer' },
    { type: 'contact.answered', channel: 'phone', topic: 'complaint' },
    { type: 'note.added', text: 'x', attributes: by },
    { type: 'disposition.noted', outcome: 'resolved', attributes: by },
    { type: 'recovery.contacted', attributes: by },
    { type: 'recovery.won', attributes: by },
    { type: 'recovery.lost', attributes: by },
    { type: 'page.viewed', area: 'north' },
    { type: 'page.viewed', attributes: { value: 480, currency: 'EUR' } },
    { type: 'order.placed', attributes: { revenue: 959.9, currency: 'CHF' } },
  ),
  fc.constantFrom(-0.9, -0.7, 0, 0.4, 0.9).map(felt),
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 160 }))
    .map(([id, due]) => promised('promise.made', id, { due: BASE + due * (HOUR / 2) })),
  fc.tuple(fc.constantFrom('promise.kept', 'promise.withdrawn'), fc.constantFrom('a', 'b')).map(([type, id]) => promised(type, id)),
  fc
    .tuple(fc.constantFrom('claimed', 'released', 'snoozed', 'done'), item, fc.constantFrom(...CARE_OUTCOMES))
    .map(([what, waits, outcome]) => ({ type: `queue.${what}`, attributes: { ...by, item: waits, until: BASE + 90 * HOUR, outcome } })),
);
const story: fc.Arbitrary<StoredEvent[]> = fc
  .array(fc.tuple(kind, fc.integer({ min: 0, max: 170 })), { minLength: 3, maxLength: MOST })
  .map((rows) => [
    FIRST,
    ...rows.map(([what, halfHours], i) => event(`e${i}`, { customerId: 'C1' }, { at: BASE + halfHours * (HOUR / 2), ...what })),
  ]);

const recoveriesIn = (folded: Folded): readonly RecoveryMember[] =>
  (folded.lists.get('recoveries:test:1') ?? []) as unknown as readonly RecoveryMember[];
const waitingIn = (folded: Folded): readonly QueueMember[] =>
  [...folded.lists].flatMap(([list, members]) => (list.startsWith('queue:') ? (members as unknown as QueueMember[]) : []));

function viewAt(folded: Folded, minute: number): RecoveryView {
  const sums = folded.ledger.read('R|test|1', { from: 0, to: minute, at: minute });
  return recoveryView({ journey: 'test', sums: [sums], from: 0, position: { at: minute * 60_000, live: false } });
}

describe('what went wrong and is being made good', () => {
  it('is in exactly one state at every instant, and only ever moves on', () => {
    fc.assert(
      fc.property(story, (events) => {
        for (const [, , , recovery] of recoveriesIn(foldAll(events, context))) {
          const steps = recoverySteps(recovery);
          const places = steps.map(([, state]) => RECOVERY_STATES.indexOf(state));
          expect(steps.map(([at]) => at)).toEqual(steps.map(([at]) => at).toSorted((a, b) => a - b));
          expect(places.slice(0, -1).every((place, i) => place < (places[i + 1] ?? 9))).toBe(true);
          expect(steps.filter(([, state]) => state === 'won' || state === 'lost').length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('sums over its states to what was detected, and every number is the length of its list, at every instant', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 0, max: 2000 }), (events, halfHours) => {
        const folded = foldAll(events, context);
        const minute = minuteOf(BASE + halfHours * (HOUR / 2));
        const view = viewAt(folded, minute);
        const count = (what: RecoveryWhat, cause?: RecoveryCause): number =>
          recoveriesIn(folded).filter(
            ([, , , recovery]) =>
              (cause === undefined || cause === RECOVERY_CAUSES[recovery[1]]) && recoveryOn(recovery, what, minute) !== null,
          ).length;
        expect(view.total.detected).toBe(count('all'));
        expect(view.resolved).toBe(count('made-good'));
        expect(view.total.states.won + view.total.states.lost).toBe(count('ended'));
        expect(view.moods).toBe(count('felt'));
        for (const line of [view.total, ...Object.values(view.causes)])
          expect(Object.values(line.states).reduce((a, b) => a + b, 0)).toBe(line.detected);
        for (const cause of RECOVERY_CAUSES)
          for (const state of RECOVERY_STATES) expect(view.causes[cause].states[state]).toBe(count(state, cause));
      }),
      { numRuns: 300 },
    );
  });

  it('comes to the same, whatever the order in which events come and their batches', () => {
    fc.assert(
      fc.property(story, (events) => {
        const [once, slowly] = [foldAll(events, context), foldBatches(oneByOne([...events].sort(compareEvents)), context)];
        expect(encodeState(slowly.state)).toBe(encodeState(once.state));
        expect([...slowly.sums].sort()).toEqual([...once.sums].sort());
        expect([...slowly.lists].sort()).toEqual([...once.lists].sort());
      }),
      { numRuns: 300 },
    );
  });
});

describe('the queue', () => {
  it('holds every promise that is broken and not done, and none that is not', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 0, max: 400 }), (events, halfHours) => {
        const folded = foldAll(events, context);
        const at = BASE + halfHours * (HOUR / 2);
        const broken = ((folded.lists.get('promises:test:1') ?? []) as unknown as PromiseMember[])
          .filter((member) => promiseOn(member, 'broken', minuteOf(at)) !== null && folded.state.promises.some((p) => p.key === member[0]))
          .map((member) => `p:${member[0]}`);
        const done = new Set(
          folded.state.cases.flatMap((one) => (one.care?.desk ?? []).filter((entry) => entry[4] !== 0).map(([name]) => name)),
        );
        // As it is now: what was met or withdrawn by the last event is over for the queue, whenever that was.
        const last = Math.max(...events.map((e) => e.at));
        if (at < last) return;
        const waits = waitingIn(folded).filter(
          ([name, , from, until]) => name.startsWith('p:') && minuteOf(from) <= minuteOf(at) && until > at,
        );
        expect(waits.map(([name]) => name).sort()).toEqual(broken.filter((name) => !done.has(name)).sort());
      }),
      { numRuns: 300 },
    );
  });
});
