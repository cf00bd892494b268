import { describe, expect, it } from 'vitest';
import { partitionOf } from '#server/redis/keys.ts';
import { startTestApp } from '../../support/app.ts';
import type { TestApp } from '../../support/app.ts';
import { verifyStore } from '../../support/verify.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;
const customers = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6'];

const numberOf = async (app: TestApp, q: string): Promise<string | undefined> => (await app.find(q)).hits[0]?.customer;

/** Ids of the events of whoever is found under an identifier. */
async function eventsOf(app: TestApp, q: string): Promise<readonly string[]> {
  const customer = await numberOf(app, q);
  return customer === undefined ? [] : (await app.timeline(customer)).items.map(({ id }) => id);
}

describe('one id under two identifiers', () => {
  it('is two events of one person, whichever partitions these identifiers lie in, and every number stays exact', async () => {
    await using app = await startTestApp({ now: NOON });
    const order = (customerId: string) => ({
      id: `o-${customerId}`,
      type: 'order.placed',
      channel: 'web',
      customer: { orderId: `O${customerId}` },
    });
    await app.take(customers.map((customerId) => ({ ...order(customerId), occurredAt: NOON - 3 * HOUR })));
    await app.take(
      customers.map((customerId) => ({
        ...order(customerId),
        customer: { orderId: `O${customerId}`, customerId },
        occurredAt: NOON - 2 * HOUR,
      })),
    );
    for (const customerId of customers) expect(await eventsOf(app, customerId)).toHaveLength(2);
    expect(await verifyStore(app)).toEqual([]);
  });

  it('at one and the same instant, too', async () => {
    await using app = await startTestApp({ now: NOON });
    const order = (customerId: string) => ({
      id: `o-${customerId}`,
      type: 'order.placed',
      channel: 'web',
      occurredAt: NOON - 2 * HOUR,
      customer: { orderId: `O${customerId}` },
    });
    await app.take(customers.map((customerId) => ({ ...order(customerId), customer: { orderId: `O${customerId}`, customerId } })));
    await app.take(customers.map(order));
    for (const customerId of customers) expect(await eventsOf(app, customerId)).toHaveLength(2);
    expect(await verifyStore(app)).toEqual([]);
  });

  it('given to everybody, is an event of each: none of them is taken for another one', async () => {
    await using app = await startTestApp({ now: NOON });
    const all = Array.from({ length: 40 }, (_, i) => ({
      id: 'same',
      type: 'page.viewed',
      channel: 'web',
      customer: { customerId: `S${i}` },
    }));
    const first = await app.post(all);
    expect([first.accepted, first.duplicates]).toEqual([40, 0]);
    const again = await app.post(all);
    expect([again.accepted, again.duplicates]).toEqual([0, 40]);
  });

  it('merged and taken apart again, everybody has their own event back', async () => {
    await using app = await startTestApp({ now: NOON });
    const placed = (customerId: string, hours: number) => ({
      id: 'same',
      type: 'order.placed',
      channel: 'web',
      customer: { customerId },
      occurredAt: NOON - hours * HOUR,
    });
    await app.take([placed('A', 2), placed('B', 3), placed('C', 2)]);
    for (const other of ['B', 'C']) {
      await app.take([
        {
          id: `m-${other}`,
          type: 'identity.merged',
          customer: { customerId: 'A' },
          attributes: { other: { customerId: other }, reason: 'r', by: 'b' },
        },
      ]);
      expect(await numberOf(app, other)).toBe(await numberOf(app, 'A'));
      expect(await eventsOf(app, 'A')).toHaveLength(2);
      await app.take([
        {
          id: `u-${other}`,
          type: 'identity.unmerged',
          customer: { customerId: 'A' },
          attributes: { eventId: `m-${other}`, reason: 'r', by: 'b' },
        },
      ]);
      expect(await eventsOf(app, 'A')).toHaveLength(1);
      expect(await eventsOf(app, other)).toHaveLength(1);
    }
    expect(await verifyStore(app)).toEqual([]);
  });

  it('is taken back wherever it lies, also twice in one partition', async () => {
    await using app = await startTestApp({ now: NOON });
    const people = Array.from({ length: 9 }, (_, i) => `R${i}`);
    await app.take(people.map((customerId) => ({ id: 'same', type: 'order.placed', channel: 'web', customer: { customerId } })));
    const homes = await Promise.all(people.map(async (one) => partitionOf((await numberOf(app, one)) ?? '', 3)));
    expect(new Set(homes).size).toBeLessThan(people.length);
    await app.take([{ id: 'back', type: 'event.retracted', customer: { customerId: 'R0' }, attributes: { eventId: 'same' } }]);
    for (const one of people) {
      const { items } = await app.timeline((await numberOf(app, one)) ?? '');
      expect(items.filter(({ retracted }) => retracted).map(({ type }) => type)).toEqual(['order.placed']);
    }
    expect(await verifyStore(app)).toEqual([]);
  });
});
