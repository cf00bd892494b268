import { describe, expect, it } from 'vitest';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { FunnelDefinition } from '#lib/contract/index.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import { event, nodeName } from '../../../support/events.ts';
import { funnel, step } from '../../../support/funnels.ts';

const BASE = 1_790_000_000_000;
const happens = (at: number, type: string, more: Partial<StoredEvent> = {}): StoredEvent =>
  event(`e${at}`, { customerId: 'C1' }, { at: BASE + at, type, ...more });
const accounted = (account: string): Partial<StoredEvent> => ({ groups: [['accountId', account, nodeName('accountId', account)]] });

/** How many steps each attempt took, in the order of their entries. */
function taken(definition: FunnelDefinition, events: readonly StoredEvent[]): number[] {
  const rows = foldOnto(emptyState(), events, { blueprints: blueprintsOf([]), funnels: funnelsOf([definition]) }).rows();
  return [...rows.values()]
    .filter(({ after }) => after.list.startsWith('funnels:'))
    .sort((a, b) => a.after.score - b.after.score)
    .map(({ after }) => (after.member[2] as readonly number[]).filter((at) => at !== 0).length);
}

describe('what a saved funnel looks at in an event', () => {
  it('is also the account it counts for: each account is a passage of its own', () => {
    const definition = funnel({ hold: 'identifier.accountId', steps: [step('a'), step('b')] });
    const events = [happens(0, 'a', accounted('X')), happens(1, 'a', accounted('Y')), happens(2, 'b', accounted('X')), happens(3, 'b')];
    expect(taken(definition, events)).toEqual([2, 1]);
  });

  it('is a number only where one is written: an empty value is neither at least nor at most anything', () => {
    const small = { name: 'small', any: [{ type: 'a', where: [{ field: 'attributes.amount', op: 'atMost' as const, value: '5' }] }] };
    const definition = funnel({ steps: [small, step('b')] });
    const entered = ['', ' ', 'none', 5, '4.5', 6].map(
      (amount, i) => taken(definition, [happens(i, 'a', { attributes: { amount } })]).length,
    );
    expect(entered).toEqual([0, 0, 0, 1, 1, 0]);
  });
});
