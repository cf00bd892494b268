import fc from 'fast-check';
import { expect, test } from 'vitest';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { event } from '../support/events.ts';
import { foldAll } from '../support/fold-run.ts';
import { BASE, HOUR } from '../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const STEP = HOUR / 2;

/** What is said of the promise of one order, one step after the other; steps of half an hour. */
type Said =
  | { readonly says: 'made'; readonly due: number; readonly graceSteps: number }
  | { readonly says: 'moved'; readonly due: number }
  | { readonly says: 'kept' | 'withdrawn' | 'warned' };

const due = fc.integer({ min: 1, max: 60 });
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ says: fc.constant('made' as const), due, graceSteps: fc.constantFrom(0, 1, 4) }),
  fc.record({ says: fc.constant('moved' as const), due }),
  fc.constantFrom<Said>({ says: 'kept' }, { says: 'withdrawn' }, { says: 'warned' }),
);
/** By the step at which it is said; each step once. */
const story = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), said), { minLength: 1, maxLength: 14, selector: ([at]) => at })
  .map((rows) => rows.toSorted(([a], [b]) => a - b));

/** The guide's sentences, walked through step by step: how many promises stand how at the end of a step. */
function counted(rows: readonly (readonly [number, Said])[], until: number): Record<string, number> {
  const counts = { made: 0, open: 0, kept: 0, late: 0, broken: 0, withdrawn: 0 };
  let now: { state: 'open' | 'broken'; due: number; grace: number } | null = null;
  const pass = (step: number): void => {
    if (now?.state === 'open' && step > now.due + now.grace) now.state = 'broken';
  };
  for (const [at, one] of rows) {
    if (at > until) break;
    pass(at);
    if (now === null) {
      if (one.says !== 'made') continue;
      counts.made++;
      now = { state: 'open', due: one.due, grace: one.graceSteps };
    } else if (one.says === 'kept') {
      counts[now.state === 'open' ? 'kept' : 'late']++;
      now = null;
    } else if (now.state === 'broken') continue;
    else if (one.says === 'withdrawn') {
      counts.withdrawn++;
      now = null;
    } else if (one.says === 'made' || one.says === 'moved') now.due = one.due;
    // One made for, or moved to, a date that has passed is broken at that moment.
    pass(at);
  }
  // The clock has passed a date that stood at the beginning of the step, too.
  pass(until + 0.5);
  if (now !== null) counts[now.state]++;
  return counts;
}

test('promises stand as the guide says, walked through by hand, at every instant', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(story, fc.integer({ min: 0, max: 80 }), (rows, until) => {
      const who = { customerId: 'C1', orderId: 'O1' };
      const events = [
        event('first', who, { at: BASE - HOUR, type: 'order.placed' }),
        ...rows.map(([at, one], i) => {
          const { says } = one;
          const dated = says === 'made' || says === 'moved' ? { due: BASE + one.due * STEP } : {};
          const grace = says === 'made' ? { graceSeconds: (one.graceSteps * STEP) / 1000 } : {};
          return event(`e${i}`, who, {
            at: BASE + at * STEP,
            type: `promise.${says}`,
            promise: { id: 'a', kind: 'kind', ...dated, ...grace },
          });
        }),
      ];
      // In the last minute of the step, before anything of the next.
      const minute = minuteOf(BASE + until * STEP + STEP - 1);
      const sums = foldAll(events, { blueprints }).ledger.read('P|test|1', { from: 0, to: minute, at: minute });
      const blueprint = blueprints.get('test');
      if (blueprint === undefined) throw new Error('the test journey is gone');
      const { total } = promiseLedgerView({ blueprint, sums, from: 0, position: { at: minute * 60_000, live: false } });
      const { made, open, kept, late, broken, withdrawn } = total;
      const is = { made, open, kept, late, broken, withdrawn };
      expect(is).toEqual(counted(rows, until));
      for (const [what, count] of Object.entries(is)) if (count > 0) seen.add(what);
    }),
    { numRuns: 1500 },
  );
  expect(seen.size).toBe(6);
});
