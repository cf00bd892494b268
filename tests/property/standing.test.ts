import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CASE_STATES, FINDINGS } from '#lib/contract/index.ts';
import type { StayMember } from '#server/domain/case/stay.ts';
import { standingAt } from '#server/domain/case/standing.ts';
import { arrival } from '#server/domain/conformance/conformance.ts';
import { encodeState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { NOW } from '#server/domain/kernel/counters.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { standingView } from '#server/domain/view/standing.ts';
import { standsSince } from '#server/projector/lists/standing.ts';
import { foldAll, foldBatches, oneByOne } from '../support/fold-run.ts';
import type { Folded } from '../support/fold-run.ts';
import { BASE, HOUR, history } from '../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const context = { blueprints };
const found = blueprints.get('test');
if (found === undefined) throw new Error('the test journey is gone');
const blueprint = found;

/** Histories in which cases also come back, end for nothing and are told again elsewhere. */
const story = fc.tuple(history(30), fc.array(fc.nat(9), { minLength: 30, maxLength: 30 })).map(([events, dice]) =>
  events
    .filter((e) => e.type !== 'event.retracted')
    .map((e, i): StoredEvent => {
      const roll = dice[i % 30] ?? 0;
      const more: Partial<StoredEvent> =
        roll === 0
          ? { type: 'case.reopened' }
          : roll === 1
            ? { outcome: 'none' }
            : roll === 2
              ? { type: 'contact.answered', channel: 'phone', topic: 'late', signals: [{ kind: 'repeat_info' }] }
              : roll === 3
                ? { type: 'selfservice.failed', channel: 'app', topic: 'late' }
                : {};
      return { ...e, under: 'p', ...more };
    })
    .sort(compareEvents),
);

function viewAt(folded: Folded, minute: number): ReturnType<typeof standingView> {
  const all = { from: -1e9, to: minute, at: minute };
  return standingView({
    blueprint,
    from: 0,
    position: { at: 0, live: false },
    all: folded.ledger.read('C|test|1', all),
    since: folded.ledger.read('C|test|1', { ...all, from: minute - 3000 }),
    found: folded.ledger.read('W|test|1', all),
  });
}

describe('where cases stand', () => {
  it('those in a stage sum to everybody in a stage, and every number is the length of its list, at every instant', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: -2, max: 700 }), (events, halfHours) => {
        const minute = minuteOf(BASE + halfHours * (HOUR / 2));
        const folded = foldAll(events, context);
        const view = viewAt(folded, minute);
        let occupied = 0;
        for (const measures of folded.ledger.read('N|test|1', { from: -1e9, to: 1e9, at: minute }).values())
          occupied += measures.get(NOW.occupancy) ?? 0;
        expect(CASE_STATES.reduce((sum, state) => sum + view.here[state], 0)).toBe(occupied);
        const stays = (folded.lists.get('stays:test:1') ?? []) as unknown as readonly StayMember[];
        const steps = stays.map((stay) => standsSince(stay, minute));
        for (const state of CASE_STATES)
          expect([state, steps.filter((s) => s?.[1] === state && s[2] === 1).length]).toEqual([state, view.here[state]]);
        for (const state of ['completed', 'abandoned'] as const) {
          const gone = steps.filter((s) => s?.[1] === state && s[2] === 0 && minuteOf(s[0]) >= minute - 3000);
          expect([state, gone.length]).toEqual([state, view.gone[state]]);
        }
        for (const [i, { finding, count }] of view.findings.entries()) {
          const listed = stays.flatMap((stay) => stay[9]);
          expect([finding, listed.filter(([at, f]) => f === i && minuteOf(at) <= minute).length]).toEqual([FINDINGS[i], count]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('end as completed exactly where they have arrived, in whatever way, and as given up where they have not', () => {
    fc.assert(
      fc.property(story, (events) => {
        for (const one of foldAll(events, context).state.cases)
          expect(standingAt(one, blueprint, Number.MAX_SAFE_INTEGER)?.[1]).toBe(arrival(one) === null ? 'abandoned' : 'completed');
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the batches in which events come', () => {
    fc.assert(
      fc.property(story, (events) => {
        const [once, slowly] = [foldAll(events, context), foldBatches(oneByOne(events), context)];
        expect(encodeState(slowly.state)).toBe(encodeState(once.state));
        expect([...slowly.sums].sort()).toEqual([...once.sums].sort());
        expect([...slowly.lists]).toEqual([...once.lists]);
      }),
      { numRuns: 200 },
    );
  });
});
