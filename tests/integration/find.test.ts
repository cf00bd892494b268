import { describe, expect, it } from 'vitest';
import type { CustomerName, FindAnswer, TimelinePage, UnknownCaller } from '#lib/contract/index.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const MINUTE = 60_000;

const person = (id: string, name: string, rest: object = {}): object => ({
  id,
  type: 'identify',
  customer: { customerId: id, ...rest },
  attributes: { name },
  occurredAt: NOON - 60 * MINUTE,
});
const PEOPLE = [
  person('C-1', 'Anna Maria Müller', { email: 'anna.mueller@example.com', phone: '+49301234567' }),
  person('C-2', 'Anna Berg', { email: 'berg@example.com', phone: '+491719994567' }),
  person('C-3', 'Søren Mueller', { orderId: '4567' }),
];
const CALLS = [
  { id: 'call-1', type: 'contact.queued', channel: 'phone', customer: { phone: '+4940777888' }, occurredAt: NOON - 9 * MINUTE },
  { id: 'call-2', type: 'message.in', channel: 'chat', customer: { anonymousId: 'tab-1' }, occurredAt: NOON - 5 * MINUTE },
  { id: 'seen', type: 'page.viewed', channel: 'web', customer: { anonymousId: 'tab-2' }, occurredAt: NOON - 2 * MINUTE },
];

const CLAIM = `
journey: claim
version: 1
name: { customer: My claim, internal: Claim }
goal: I have been paid
correlation: claimId
window: 120d
owners: [{ name: Claims }]
stages:
  - { id: filed, name: { customer: Filed, internal: Filed }, owner: Claims }
  - { id: paid, name: { customer: Paid, internal: Paid }, owner: Claims }
touchpoints:
  - { id: filing, name: Filing, stage: filed, owner: Claims, channel: web, match: [{ type: claim.filed }] }
  - { id: paying, name: Paying, stage: paid, owner: Claims, channel: post, match: [{ type: claim.paid }] }
`;

const namesOf = ({ hits }: FindAnswer): (string | null)[] => hits.map((hit) => hit.name).sort();
const callersOf = (app: TestApp): Promise<UnknownCaller[]> => app.call('customers.callers');

describe('finding people', () => {
  it('by the beginning of any word of the name, of the e-mail address, and by last digits; it says what matched', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(PEOPLE);
    expect(namesOf(await app.find('mull'))).toEqual(['Anna Maria Müller', 'Søren Mueller']);
    expect(namesOf(await app.find('ANNA'))).toEqual(['Anna Berg', 'Anna Maria Müller']);
    expect(namesOf(await app.find('mueller, maria'))).toEqual(['Anna Maria Müller']);
    expect((await app.find('berg@')).hits).toMatchObject([
      { name: 'Anna Berg', matched: 'email', how: 'beginning', value: 'berg@example.com' },
    ]);
    expect((await app.find('994567')).hits).toMatchObject([{ matched: 'phone', how: 'ending', value: '+491719994567' }]);
    expect((await app.find('soren')).hits).toMatchObject([{ matched: 'name', how: 'beginning', value: 'Søren Mueller' }]);
    // A whole identifier wins over the ends of two numbers.
    expect((await app.find('4567')).hits).toMatchObject([{ name: 'Søren Mueller', matched: 'orderId', how: 'exact', value: '4567' }]);
    expect(namesOf(await app.find('phone: 4567'))).toEqual(['Anna Berg', 'Anna Maria Müller']);
    const nobody = await app.find('zzz');
    expect([nobody.hits, nobody.more]).toEqual([[], false]);
    expect(nobody.searched.filter(({ how }) => how !== 'exact')).toEqual([
      { kind: 'name', value: 'zzz', how: 'beginning' },
      { kind: 'email', value: 'zzz', how: 'beginning' },
    ]);
  });

  it('by the key of a journey, whatever its kind is called, without naming the kind', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [CLAIM] });
    await app.take([
      { id: 'filed', type: 'claim.filed', customer: { customerId: 'C-1', claimId: 9007199254740991 }, occurredAt: NOON - 9 * MINUTE },
      { id: 'other', type: 'claim.filed', customer: { customerId: 'C-2', claimId: 'S-2' }, occurredAt: NOON - 8 * MINUTE },
    ]);
    expect((await app.find('9007199254740991')).hits).toMatchObject([{ matched: 'claimId', how: 'exact', value: '9007199254740991' }]);
    const found = await app.find(' S-2 ');
    expect(found.hits).toMatchObject([{ matched: 'claimId', how: 'exact', value: 'S-2' }]);
    expect(found.searched).toContainEqual({ kind: 'claimId', value: 'S-2', how: 'exact' });
  });

  it('and shows the timeline of whoever a sender knows by a number', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      { id: 'one', type: 'page.viewed', customer: { customerId: 'C-42' }, occurredAt: NOON - 9 * MINUTE },
      { id: 'two', type: 'order.placed', customer: { customerId: 'C-42' }, occurredAt: NOON - 8 * MINUTE },
      { id: 'three', type: 'page.viewed', customer: { customerId: 'C-7' }, occurredAt: NOON - 7 * MINUTE },
    ]);
    const timeline = (customerId: string) => app.call<TimelinePage>('customers.timeline', { customerId });
    const [hit] = (await app.find('C-42')).hits;
    const byNumber = await timeline('C-42');
    expect(byNumber.items).toHaveLength(2);
    expect(byNumber).toEqual(await timeline(hit?.customer ?? ''));
    expect(await timeline('C-43')).toMatchObject({ header: null, items: [], movedTo: null });
  });

  it('says what to call the customers on a list: by name, else by number; nobody is called anything they are not', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      ...PEOPLE,
      { id: 'o', type: 'page.viewed', customer: { customerId: 'C-9' }, occurredAt: NOON - MINUTE },
      ...CALLS.slice(0, 1),
    ]);
    const ids = await Promise.all(['C-1', 'C-9', '+4940777888'].map(async (q) => (await app.find(q)).hits[0]?.customer ?? ''));
    const nobody = '0'.repeat(20);
    const called = await app.call<readonly CustomerName[]>('customers.names', { customers: [...ids, nobody] });
    expect(called.map(({ customer, name, number }) => [[...ids, nobody].indexOf(customer), name, number])).toEqual([
      [0, 'Anna Maria Müller', 'C-1'],
      [1, null, 'C-9'],
      [2, null, null],
      [3, null, null],
    ]);
  });

  it('only by whole identifiers where asked so, and by POST as by GET', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(PEOPLE);
    expect((await app.call<FindAnswer>('customers.find', { q: 'anna', exact: true })).hits).toEqual([]);
    const q = '030 1234567';
    expect(await change<FindAnswer>(app, 'customers.search', { q })).toEqual(await app.find(q));
  });

  it('follows a new name, a retraction, a merge and an un-merge', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(PEOPLE);
    await app.take([{ ...person('C-2', 'Anna Tal'), id: 'wedding', occurredAt: NOON - 30 * MINUTE }]);
    expect([namesOf(await app.find('berg')), namesOf(await app.find('anna tal'))]).toEqual([['Anna Tal'], ['Anna Tal']]);
    expect((await app.find('berg')).hits).toMatchObject([{ matched: 'email' }]);
    await app.take([{ id: 'back', type: 'event.retracted', customer: { customerId: 'C-2' }, attributes: { eventId: 'wedding' } }]);
    expect([namesOf(await app.find('tal')), namesOf(await app.find('name:berg'))]).toEqual([[], ['Anna Berg']]);
    await app.take([
      { id: 'm', type: 'identity.merged', customer: { customerId: 'C-1' }, attributes: { other: { customerId: 'C-2' } }, occurredAt: NOON },
    ]);
    expect((await app.find('phone:4567')).hits.map((hit) => hit.customer)).toHaveLength(1);
    await app.take([
      { id: 'u', type: 'identity.unmerged', customer: { customerId: 'C-1' }, attributes: { eventId: 'm' }, occurredAt: NOON },
    ]);
    expect(namesOf(await app.find('phone:4567'))).toEqual(['Anna Berg', 'Anna Maria Müller']);
  });

  it('tells who was in contact lately and is unknown, by the end of their number, until they are known', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([...PEOPLE, ...CALLS]);
    expect(await callersOf(app)).toEqual([
      { customer: expect.stringMatching(/^[0-9a-f]{20}$/) as string, at: NOON - 5 * MINUTE, channel: 'chat', ending: null },
      { customer: expect.stringMatching(/^[0-9a-f]{20}$/) as string, at: NOON - 9 * MINUTE, channel: 'phone', ending: '7888' },
    ]);
    await app.take([person('C-9', 'Cem Oz', { phone: '+4940777888' })]);
    expect((await callersOf(app)).map(({ channel }) => channel)).toEqual(['chat']);
  });

  it('lists twenty of many and says that there are more', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(Array.from({ length: 30 }, (_, i) => person(`M-${i}`, `Meyer${i} Zoe`)));
    const many = await app.find('meyer');
    expect([many.hits.length, many.more]).toEqual([20, true]);
    expect((await app.find('meyer29')).more).toBe(false);
    // Of two beginnings, the one that fewer people share is looked through.
    await app.take([person('last', 'Zoltan Meyerbeer')]);
    expect(namesOf(await app.find('mey zol'))).toEqual(['Zoltan Meyerbeer']);
    expect(namesOf(await app.find('zoe meyer2'))).toContain('Meyer2 Zoe');
  });
});

describe('who may look', () => {
  it('where partial search is switched off, only whole identifiers find anybody', async () => {
    await using app = await startTestApp({ now: NOON, env: { PARTIAL_SEARCH: 'off' } });
    await app.take(PEOPLE);
    expect((await app.find('anna')).hits).toEqual([]);
    expect((await app.find('anna')).searched.every(({ how }) => how === 'exact')).toBe(true);
    expect(namesOf(await app.find('C-1'))).toEqual(['Anna Maria Müller']);
  });
});
