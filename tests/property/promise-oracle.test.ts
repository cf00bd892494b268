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

/** A promise as the walk finds it at the end; steps. */
interface Walked {
  readonly made: number;
  readonly firstDue: number;
  readonly grace: number;
  due: number;
  state: 'open' | 'broken' | 'kept' | 'late' | 'withdrawn';
  met: number | null;
  ended: number | null;
  told: boolean;
}

/** The guide's sentences, walked through step by step: what was promised, and how it stands at the end of a step. */
function walk(rows: readonly (readonly [number, Said])[], until: number): Walked[] {
  const promises: Walked[] = [];
  let now: Walked | null = null;
  const pass = (step: number): void => {
    if (now?.state === 'open' && step > now.due + now.grace) now.state = 'broken';
  };
  const settle = (one: Walked, state: 'kept' | 'late' | 'withdrawn', at: number): void => {
    Object.assign(one, { state, met: state === 'withdrawn' ? null : at, ended: at });
    now = null;
  };
  for (const [at, one] of rows) {
    if (at > until) break;
    pass(at);
    if (now === null) {
      if (one.says !== 'made') continue;
      now = { made: at, firstDue: one.due, due: one.due, grace: one.graceSteps, state: 'open', met: null, ended: null, told: false };
      promises.push(now);
    } else if (one.says === 'kept') settle(now, now.state === 'open' ? 'kept' : 'late', at);
    else if (now.state === 'broken') continue;
    else if (one.says === 'withdrawn') settle(now, 'withdrawn', at);
    else if (one.says === 'warned') now.told ||= at <= now.firstDue;
    else if (one.says === 'made' || one.says === 'moved') {
      now.told ||= one.due > now.firstDue && one.due !== now.due && at <= now.firstDue;
      now.due = one.due;
    }
    // One made for, or moved to, a date that has passed is broken at that moment.
    pass(at);
  }
  // The clock has passed a date that stood at the beginning of the step, too.
  pass(until + 0.5);
  return promises;
}

/** The first date given has passed, grace included, before it was met or taken back. */
function isMissed(one: Walked, until: number): boolean {
  const passed = Math.max(one.made, one.firstDue + one.grace + 0.5);
  return passed <= until + 0.5 && (one.ended === null || one.ended >= passed);
}

/** The nearest rank; null of none. */
function rankOf(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length - 1e-9) - 1] ?? null;
}

function countOf(promises: readonly Walked[], state: Walked['state']): number {
  return promises.filter((one) => one.state === state).length;
}

/** Durations are shown to within 1 %. */
function expectNear(found: number | null, steps: number | null): void {
  if (steps === null) return expect(found).toBeNull();
  expect(Math.abs((found ?? NaN) - steps * STEP)).toBeLessThanOrEqual(Math.abs(steps * STEP) * 0.01);
}

test('promises stand, and were met so long before or after their first date, as the guide says, walked through by hand, at every instant', () => {
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
      const { total, gap } = promiseLedgerView({ blueprint, sums, from: 0, position: { at: minute * 60_000, live: false } });
      const walked = walk(rows, until);
      const missed = walked.filter((one) => isMissed(one, until));
      const is = {
        made: walked.length,
        open: countOf(walked, 'open'),
        kept: countOf(walked, 'kept'),
        late: countOf(walked, 'late'),
        broken: countOf(walked, 'broken'),
        withdrawn: countOf(walked, 'withdrawn'),
        missed: missed.length,
        warned: missed.filter((one) => one.told).length,
      };
      expect(total).toEqual({ ...is, undated: 0 });
      const met = walked.flatMap(({ met: at, made, firstDue }) => (at === null ? [] : [{ after: at - made, beyond: at - firstDue }]));
      expect(gap.met).toBe(met.length);
      expectNear(
        gap.promisedMs,
        rankOf(
          walked.map(({ made, firstDue }) => Math.max(0, firstDue - made)),
          0.5,
        ),
      );
      const [after, beyond] = [met.map((one) => one.after), met.map((one) => one.beyond)];
      expectNear(gap.deliveredMs, rankOf(after, 0.5));
      expectNear(gap.medianMs, rankOf(beyond, 0.5));
      expectNear(gap.p90Ms, rankOf(beyond, 0.9));
      for (const [what, count] of Object.entries(is)) if (count > 0) seen.add(what);
    }),
    { numRuns: 600 },
  );
  expect(seen.size).toBe(8);
});
