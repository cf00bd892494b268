import { describe, expect, it } from 'vitest';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import { attemptAnswer } from '#server/domain/funnel/list.ts';
import type { AttemptMember } from '#server/domain/funnel/row.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { event } from '../../../support/events.ts';
import { funnel, step } from '../../../support/funnels.ts';

const BASE = 1_790_000_000_000;
const definition = funnel({ windowMs: 60, steps: [step('a'), step('b'), step('c')] });

/** Where the first attempt went next, by its row; each instant is played onto what the ones before came to. */
function nextAfter(...instants: readonly (readonly [types: string, at: number])[]): string {
  const state = emptyState();
  let next = '';
  for (const [i, [types, at]] of instants.entries()) {
    const group = types.split(' ').map((type, k) => event(`e${i}-${k}`, { customerId: 'C1' }, { at: BASE + at, type }));
    group.sort((a, b) => (a.key < b.key ? -1 : 1));
    const rows = foldOnto(state, group, { blueprints: blueprintsOf([]), funnels: funnelsOf([definition]) }).rows();
    for (const { after } of rows.values()) if (after.score === BASE) next = String((after.member as unknown as AttemptMember)[6]);
  }
  return next;
}

describe('where somebody went next', () => {
  it('is not told before it happened', () => {
    const MINUTE = 60_000;
    const events = [['a', 0] as const, ['claim.paid', 30 * MINUTE] as const].map(([type, at]) =>
      event(type, { customerId: 'C1' }, { at: BASE + at, type }),
    );
    const rows = foldOnto(emptyState(), events, { blueprints: blueprintsOf([]), funnels: funnelsOf([definition]) }).rows();
    const members = [...rows.values()].flatMap(({ after }) =>
      after.list.startsWith('funnels:') ? [after.member as unknown as AttemptMember] : [],
    );
    const listed = (minutes: number, next: string): number =>
      members.filter((m) => attemptAnswer(m, { what: 'dropped', next }, minuteOf(BASE) + minutes) !== null).length;
    expect([listed(20, ''), listed(20, 'unmapped')]).toEqual([1, 0]);
    expect([listed(31, ''), listed(31, 'unmapped')]).toEqual([0, 1]);
  });

  it('is the first thing after the step reached last, within the window and however long after it', () => {
    expect(nextAfter(['a', 0])).toBe('');
    expect(nextAfter(['a', 0], ['claim.paid', 30])).toBe('unmapped');
    expect(nextAfter(['a', 0], ['claim.paid', 120])).toBe('unmapped');
    expect(nextAfter(['a', 0], ['a', 90_000_000])).toBe('unmapped');
  });

  it('is nowhere where only who or whose somebody is was said', () => {
    for (const said of ['identify', 'alias', 'group']) expect([said, nextAfter(['a', 0], [said, 30])]).toEqual([said, '']);
  });

  it('is also told where events of one instant leave open what was reached', () => {
    expect(nextAfter(['a b', 0])).toBe('');
    expect(nextAfter(['a b', 0], ['claim.paid', 120])).toBe('unmapped');
  });
});
