import { describe, expect, it } from 'vitest';
import type { FunnelDefinition } from '#lib/contract/index.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import type { AttemptMember } from '#server/domain/funnel/row.ts';
import { event } from '../../../support/events.ts';
import { funnel, step } from '../../../support/funnels.ts';

const BASE = 1_790_000_000_000;
const SECOND = 1000;

/** Plays instants such as `['a b', 0]` one by one onto one state. @returns the rows that stand at the end, and the state */
function play(
  definition: FunnelDefinition,
  instants: readonly (readonly [types: string, second: number])[],
): { fates: string[]; state: CustomerState } {
  const state = emptyState();
  const context = { blueprints: blueprintsOf([]), funnels: funnelsOf([definition]) };
  const rows = new Map<string, AttemptMember>();
  for (const [i, [types, second]] of instants.entries()) {
    const group = types.split(' ').map((type, k) => event(`e${i}-${k}`, { customerId: 'C1' }, { at: BASE + second * SECOND, type }));
    group.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const [key, { after }] of foldOnto(state, group, context).changes())
      if (after === null) rows.delete(key);
      else if (after.list.startsWith('funnels:')) rows.set(key, after.member as unknown as AttemptMember);
  }
  const fates = [...rows.values()].map(([, , , convertedFrom, excludedAt, lostAt]) =>
    convertedFrom !== 0 ? 'converted' : excludedAt !== 0 ? 'excluded' : `until ${(lostAt - 1 - BASE) / SECOND}`,
  );
  return { fates, state };
}

const steps = (types: string): FunnelDefinition['steps'] => funnel({ steps: types.split(' ').map((type) => step(type)) }).steps;
const HOUR = 3_600 * SECOND;

describe('events of one instant', () => {
  const abc = funnel({ windowMs: HOUR, steps: steps('a b c') });

  it('do not exclude while an order is possible that converts', () => {
    const excluding = funnel({ windowMs: HOUR, steps: steps('a b c'), exclusions: [{ any: [{ type: 'x' }], from: 2, to: 3 }] });
    const instants = [
      ['a b', 0],
      ['x', 10],
      ['b', 20],
      ['c', 30],
    ] as const;
    expect(play(excluding, instants.slice(0, 2)).fates).toEqual(['until 3600']);
    expect(play(excluding, instants).fates).toEqual(['converted']);
    expect(
      play(excluding, [
        ['a b', 0],
        ['c', 5],
      ]).fates,
    ).toEqual(['converted']);
  });

  it('do not make an attempt too late while an order is possible in which it is not', () => {
    const timed = funnel({ windowMs: HOUR, steps: [step('a'), step('b'), step('c', { maxMs: 10 * SECOND })] });
    expect(play(timed, [['a b', 0]]).fates).toEqual(['until 3600']);
    expect(
      play(timed, [
        ['a b', 0],
        ['c', 5],
      ]).fates,
    ).toEqual(['converted']);
    expect(
      play(timed, [
        ['a b', 0],
        ['b', 100],
        ['c', 105],
      ]).fates,
    ).toEqual(['converted']);
  });

  it('do not break a strict funnel while an order is possible that goes on', () => {
    const strict = funnel({ windowMs: HOUR, order: 'strict', steps: steps('a b c') });
    expect(
      play(strict, [
        ['a b', 0],
        ['b', 60],
        ['c', 70],
      ]).fates,
    ).toEqual(['converted']);
    expect(
      play(strict, [
        ['a b', 0],
        ['c', 60],
      ]).fates,
    ).toEqual(['converted']);
  });

  it('may be many', () => {
    const twice = funnel({ windowMs: HOUR, steps: steps('a b a') });
    const strictOnce = funnel({ windowMs: HOUR, order: 'strict', reentry: 'off', steps: steps('a b c') });
    for (const n of [4, 5, 6, 30]) {
      const many = 'a '.repeat(n);
      expect(play(twice, [[`${many}b`, 0]]).fates).toContain('converted');
      expect(play(strictOnce, [[`${many}b c`, 0]]).fates).toEqual(['converted']);
    }
  });

  it('take the place of attempts that turn out never to have been', () => {
    const timed = funnel({ windowMs: 150 * SECOND, steps: [step('a'), step('b'), step('c', { maxMs: 10 * SECOND })] });
    const instants = [
      ['a b', 0],
      ['a', 100],
      ['b', 140],
      ['c', 145],
    ] as const;
    expect(play(timed, instants).fates).toEqual(['converted']);
    const late = [
      ['a b', 0],
      ['a', 100],
      ['b', 155],
      ['c', 160],
    ] as const;
    expect(play(timed, late).fates.sort()).toEqual(['converted', 'until 10']);
  });

  it('are settled for good once nothing can tell the orders apart any more', () => {
    expect(JSON.stringify(play(abc, [['a b', 0]]).state.funnels)).toContain('undecided');
    expect(
      play(abc, [
        ['a b', 0],
        ['y', 4_000],
      ]).state.funnels,
    ).toEqual({});
    expect(
      JSON.stringify(
        play(abc, [
          ['a b', 0],
          ['b', 1],
          ['y', 4_000],
          ['a', 4_001],
        ]).state.funnels,
      ),
    ).not.toContain('undecided');
    const once = funnel({ windowMs: HOUR, reentry: 'off', steps: steps('a b c') });
    expect(
      play(once, [
        ['a b', 0],
        ['c', 1],
      ]).state.funnels,
    ).toEqual({ [`test:1`]: { open: [], done: [''] } });
  });
});
