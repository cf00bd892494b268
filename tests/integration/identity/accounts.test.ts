import { describe, expect, it } from 'vitest';
import type { AccountTimeline, AccountView } from '#lib/contract/index.ts';
import { startTestApp } from '../../support/app.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;

describe('an account', () => {
  it('is the union of its people, with what was promised to any of them and both sides of what happened, and glues nobody', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      { id: '1', customer: { customerId: 'A', accountId: 'ACME' }, type: 'order.placed', occurredAt: NOON - 5 * HOUR },
      {
        id: '2',
        customer: { customerId: 'B', accountId: 'ACME', householdId: 'H' },
        type: 'message.in',
        text: 'hello',
        occurredAt: NOON - 4 * HOUR,
      },
      {
        id: '3',
        customer: { customerId: 'B' },
        type: 'promise.made',
        promise: { kind: 'call', due: NOON + HOUR },
        channel: 'phone',
        occurredAt: NOON - 3 * HOUR,
      },
      { id: '4', customer: { customerId: 'C', accountId: 'OTHER' }, type: 'page.viewed', occurredAt: NOON - 2 * HOUR },
    ]);
    const [b] = (await app.find('B')).hits;
    const groups = (await app.timeline(b?.customer ?? '')).header?.groups ?? [];
    expect(groups.map(({ kind, value }) => `${kind} ${value}`)).toEqual(['accountId ACME', 'householdId H']);
    const accountId = groups[0]?.account ?? '';
    const account = await app.call<AccountView>('accounts.get', { accountId });
    expect([account.kind, account.value, account.count]).toEqual(['accountId', 'ACME', 2]);
    expect(account.members.map(({ number, since }) => [number, since])).toEqual([
      ['B', NOON - 4 * HOUR],
      ['A', NOON - 5 * HOUR],
    ]);
    expect(account.promises.map(({ kind, state, customer }) => [kind, state, customer])).toEqual([['call', 'open', b?.customer]]);
    const first = await app.call<AccountTimeline>('accounts.timeline', { accountId, limit: 2 });
    const rest = await app.call<AccountTimeline>('accounts.timeline', { accountId, limit: 2, before: first.next });
    expect([...first.items, ...rest.items].map(({ side, item }) => [item.type, side])).toEqual([
      ['promise.made', 'ours'],
      ['message.in', 'theirs'],
      ['order.placed', 'theirs'],
    ]);
    expect(rest.next).toBeNull();
  });

  it('loses a member with the last event that named it', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      { id: '1', customer: { customerId: 'A', accountId: 'ACME' }, type: 'order.placed', occurredAt: NOON - 5 * HOUR },
      { id: '2', customer: { customerId: 'A' }, type: 'page.viewed', occurredAt: NOON - 4 * HOUR },
    ]);
    const [a] = (await app.find('A')).hits;
    const [group] = (await app.timeline(a?.customer ?? '')).header?.groups ?? [];
    await app.take([
      { id: '3', customer: { customerId: 'A' }, type: 'event.retracted', attributes: { eventId: '1' }, occurredAt: NOON - HOUR },
    ]);
    expect((await app.call<AccountView>('accounts.get', { accountId: group?.account })).count).toBe(0);
    expect((await app.timeline(a?.customer ?? '')).header?.groups).toEqual([]);
  });
});
