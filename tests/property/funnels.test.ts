import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FunnelDefinition } from '#lib/contract/index.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { emptyState, encodeState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import type { AttemptMember } from '#server/domain/funnel/row.ts';
import { attemptAnswer } from '#server/domain/funnel/list.ts';
import type { AttemptQuestion } from '#server/domain/funnel/list.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import type { Row } from '#server/domain/kernel/row.ts';
import { Ledger } from '#server/domain/kernel/sums.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { OTHER_GROUP, namedGroups, savedFunnelView } from '#server/domain/view/saved-funnel.ts';
import { definitions, logs } from '../support/funnels.ts';
import type { Log } from '../support/funnels.ts';
import { countOrders, oracle } from '../support/funnel-oracle.ts';
import type { OracleAttempt } from '../support/funnel-oracle.ts';

const contextOf = (definition: FunnelDefinition): FoldContext => ({ blueprints: blueprintsOf([]), funnels: funnelsOf([definition]) });

/** Rows on the funnel's list after folding batch by batch, and the state. */
function play(definition: FunnelDefinition, batches: readonly (readonly StoredEvent[])[]): { rows: Row[]; state: string } {
  const state = emptyState();
  const rows = new Map<string, Row>();
  const context = contextOf(definition);
  for (const batch of batches)
    for (const [key, { after }] of foldOnto(state, [...batch].sort(compareEvents), context).changes())
      if (after === null) rows.delete(key);
      else if (after.list.startsWith('funnels:')) rows.set(key, after);
  return { rows: [...rows.values()], state: encodeState(state) };
}

function attemptsOf(rows: readonly Row[]): Omit<OracleAttempt, 'key'>[] {
  return rows
    .map((row) => {
      const [, , steps, convertedFrom, excludedAt, lostAt] = row.member as unknown as AttemptMember;
      return { entry: row.score, steps, convertedFrom, excludedAt, lostAt };
    })
    .sort(byAll);
}

/** Sums of everything that any batch changed, as a following process adds them up. */
function ledgerOf(definition: FunnelDefinition, batches: readonly (readonly StoredEvent[])[]): Ledger {
  const ledger = new Ledger();
  const state = emptyState();
  const take = (bookings: readonly Booking[], sign: 1 | -1): void => {
    for (const [cell, measure, anchor, booked, delta] of bookings) ledger.add([cell, measure, anchor, booked, sign * delta]);
  };
  for (const batch of batches)
    for (const { before, after } of foldOnto(state, batch, contextOf(definition)).changes().values()) {
      take(before?.bookings ?? [], -1);
      take(after?.bookings ?? [], 1);
    }
  return ledger;
}

/** One event at a time; what ties goes together, as the projector takes it. */
function oneByOne(events: readonly StoredEvent[]): StoredEvent[][] {
  const batches = new Map<number, StoredEvent[]>();
  for (const one of [...events].sort(compareEvents)) batches.set(one.at, [...(batches.get(one.at) ?? []), one]);
  return [...batches.values()];
}

const MINUTE = 60_000;
const BASE = 1_790_000_000_000;

const byAll = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('saved funnels', () => {
  const agree = (definition: FunnelDefinition, log: Log): void => {
    fc.pre(countOrders(log.plain) <= 300);
    const { rows } = play(definition, [log.stored]);
    const answers = oracle(definition, log.plain).map((attempts) =>
      attempts
        .map(({ entry, steps, convertedFrom, excludedAt, lostAt }) => ({ entry, steps, convertedFrom, excludedAt, lostAt }))
        .sort(byAll),
    );
    expect(answers).toContainEqual(attemptsOf(rows));
  };

  it('agree with the oracle on generated logs, for every kind of definition', () => {
    fc.assert(fc.property(definitions(), logs(12), agree), { numRuns: 1500 });
  });

  it('agree with the oracle where many events tie', () => {
    const crowded = logs(11, 1, BASE, fc.constantFrom(0, 0, 1, 4, 5, 9, 15));
    fc.assert(fc.property(definitions(), crowded, agree), { numRuns: 1500 });
  });

  it('hold no more ways than one for somebody whose events do not tie', () => {
    fc.assert(
      fc.property(definitions(), logs(14), (definition, { stored }) => {
        const apart = stored.filter(({ at }, i) => stored.findIndex((other) => other.at === at) === i);
        for (const i of apart.keys()) expect(play(definition, [apart.slice(0, i + 1)]).state).not.toContain('undecided');
      }),
      { numRuns: 200 },
    );
  });

  it('give the same state and rows one event at a time as all at once, and whatever order the events came in', () => {
    fc.assert(
      fc.property(
        definitions(),
        logs(14).chain((log) => fc.tuple(fc.constant(log), fc.shuffledSubarray([...log.stored], { minLength: log.stored.length }))),
        (definition, [log, shuffled]) => {
          const full = play(definition, [log.stored]);
          const fast = play(definition, oneByOne(shuffled));
          expect(fast.state).toBe(full.state);
          expect(fast.rows.map((row) => JSON.stringify(row)).sort()).toEqual(full.rows.map((row) => JSON.stringify(row)).sort());
        },
      ),
      { numRuns: 600 },
    );
  });

  it('always sum: entered = converted + in progress + dropped + excluded, per step and group, and every count is its list', () => {
    fc.assert(
      fc.property(definitions(MINUTE), logs(14, MINUTE, BASE), fc.nat(45), (definition, log, minutes) => {
        const at = Math.floor(BASE / MINUTE) + minutes;
        const sums = ledgerOf(definition, oneByOne(log.stored)).read(`A|${definition.id}|${definition.version}`, { from: 0, to: at, at });
        const funnel = funnelsOf([definition]).all[0];
        if (funnel === undefined) throw new Error('no funnel');
        const members = play(definition, [log.stored]).rows.map((row) => row.member as unknown as AttemptMember);
        const listed = (question: AttemptQuestion): number => members.filter((m) => attemptAnswer(m, question, at) !== null).length;
        for (const by of [null, ...definition.breakdowns.keys()]) {
          const view = savedFunnelView({
            ...{ funnel, sums, matured: new Map(), before: new Map(), from: 0, maturedUntil: 0, beforeFrom: 0, beforeAt: 0, since: 0, by },
            ...{ position: { at: 0, live: false }, factors: [], nameOf: (touchpoint) => touchpoint },
          });
          const { total } = view;
          expect(total.converted + total.inProgress + total.dropped + total.excluded).toBe(total.entered);
          for (const what of ['entered', 'converted', 'inProgress', 'dropped', 'excluded'] as const) {
            expect(total[what]).toBe(listed({ what }));
            const named = by === null ? [] : namedGroups(sums, by);
            if (by !== null && definition.breakdowns[by]?.by === 'segment')
              expect([...log.stored.map(({ segment }) => segment), 'unknown']).toEqual(expect.arrayContaining(named));
            for (const [key, group] of Object.entries(view.groups)) {
              const isMeant = (one: string): boolean => (key === OTHER_GROUP ? !named.includes(one) : one === key);
              expect(group.total[what]).toBe(listed({ what, breakdown: by ?? 0, isMeant }));
            }
            if (by !== null) expect(Object.values(view.groups).reduce((sum, { total: t }) => sum + t[what], 0)).toBe(total[what]);
          }
          for (const step of Object.values(view.steps)) {
            expect(step.wentOn + step.waiting + step.dropped + step.excluded).toBe(step.reached);
            for (const what of ['reached', 'wentOn', 'waiting', 'dropped', 'excluded'] as const)
              expect([what, step[what]]).toEqual([what, listed({ what, step: step.step })]);
            expect(step.next.reduce((sum, { count }) => sum + count, 0)).toBe(step.dropped);
            for (const { touchpoint, count } of step.next)
              expect(count).toBe(listed({ what: 'dropped', step: step.step, next: touchpoint }));
          }
          // Nobody went anywhere before it happened. What happened in the instant of the last step may be what came next, or not.
          const known = log.stored.filter((e) => minuteOf(e.at) <= at);
          const since = (m: AttemptMember): number => known.filter((e) => e.at > Math.max(...m[2])).length;
          const tied = (m: AttemptMember): number => known.filter((e) => e.at === Math.max(...m[2])).length;
          const silent = members.filter((m) => attemptAnswer(m, { what: 'dropped' }, at) !== null && since(m) === 0);
          const notHeardOf = Object.values(view.steps).reduce(
            (sum, { next }) => sum + (next.find((n) => n.touchpoint === '')?.count ?? 0),
            0,
          );
          expect(notHeardOf).toBeLessThanOrEqual(silent.length);
          expect(notHeardOf).toBeGreaterThanOrEqual(silent.filter((m) => tied(m) === 1).length);
          expect(view.times.n).toBe(total.converted);
          for (const { first, last, count } of view.times.bins) expect(count).toBe(listed({ what: 'converted', bins: [first, last] }));
        }
      }),
      { numRuns: 600 },
    );
  });
});
