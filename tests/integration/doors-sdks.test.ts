import Rudder from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { expect, test } from 'vitest';
import type { Readiness } from '#server/ingest/doors.ts';
import { startDoors, TEST_KEY, TEST_NOW } from '../support/doors.ts';

const at = new Date(TEST_NOW - 60_000);

test('the Segment client for Node delivers every call, once', async () => {
  await using doors = await startDoors();
  const errors: unknown[] = [];
  const client = new Analytics({ writeKey: TEST_KEY, host: doors.url, path: '/v1/batch', flushInterval: 50 });
  client.on('error', (error) => errors.push(error));
  client.track({
    userId: 'u-1',
    event: 'contact.queued',
    timestamp: at,
    properties: { channel: 'phone', order_id: 'o-1' },
    messageId: 'same',
  });
  client.track({
    userId: 'u-1',
    event: 'contact.queued',
    timestamp: at,
    properties: { channel: 'phone', order_id: 'o-1' },
    messageId: 'same',
  });
  client.identify({
    userId: 'u-1',
    anonymousId: 'a-1',
    timestamp: at,
    traits: { email: 'Ada@Example.com', phone: '0170 1234567', name: 'Ada' },
  });
  client.page({ anonymousId: 'a-1', name: 'Pricing', timestamp: at });
  client.screen({ anonymousId: 'a-1', name: 'Home', timestamp: at });
  client.group({ userId: 'u-1', groupId: 'g-1', timestamp: at });
  client.alias({ userId: 'u-1', previousId: 'old-1', timestamp: at });
  await client.closeAndFlush({ timeout: 10_000 });
  expect(errors).toEqual([]);
  expect(doors.log.refused).toEqual([]);
  expect(doors.log.events.map(({ type }) => type).toSorted()).toEqual([
    'alias',
    'contact.queued',
    'group',
    'identify',
    'page.viewed',
    'page.viewed',
  ]);
  expect(doors.log.events.find(({ type }) => type === 'contact.queued')).toMatchObject({
    id: 'same',
    at: at.getTime(),
    channel: 'phone',
    source: 'analytics-node',
  });
  expect(doors.log.events.find(({ type }) => type === 'identify')?.who.map(([kind, value]) => `${kind}=${value}`)).toEqual([
    'customerId=u-1',
    'email=ada@example.com',
    'phone=+491701234567',
    'anonymousId=a-1',
  ]);
});

test('the RudderStack client for Node delivers every call, compressed and not', async () => {
  for (const gzip of [true, false]) {
    await using doors = await startDoors();
    const client = new Rudder(TEST_KEY, {
      dataPlaneUrl: doors.url,
      gzip,
      flushInterval: 50,
      errorHandler: (error: unknown) => expect(error).toBeUndefined(),
    });
    client.track({ userId: 'u-1', event: 'Order Completed', timestamp: at, properties: { orderId: 'o-1' } });
    client.identify({ userId: 'u-1', timestamp: at, traits: { email: 'ada@example.com' } });
    client.page({ userId: 'u-1', name: 'Pricing', timestamp: at });
    client.screen({ userId: 'u-1', name: 'Home', timestamp: at });
    client.group({ userId: 'u-1', groupId: 'g-1', timestamp: at });
    client.alias({ userId: 'u-1', previousId: 'old-1', timestamp: at });
    await client.flush();
    await expect.poll(() => doors.log.events.length, { timeout: 30_000 }).toBe(6);
    expect(doors.log.refused).toEqual([]);
    expect(doors.log.events.find(({ type }) => type === 'track')).toMatchObject({ touchpoint: 'Order Completed', at: at.getTime() });
  }
});

test('a client that was told to come again comes again, and its events count once', async () => {
  let asked = 0;
  const starting: Readiness = { ok: false, code: 'not_ready', message: 'Starting.', retryAfter: 1 };
  await using doors = await startDoors({ ready: () => (++asked === 1 ? starting : { ok: true }) });
  const client = new Analytics({ writeKey: TEST_KEY, host: doors.url, path: '/v1/batch', flushInterval: 10 });
  client.track({ userId: 'u-1', event: 'X', timestamp: at });
  await expect.poll(() => doors.log.events.length, { timeout: 20_000 }).toBe(1);
  await client.closeAndFlush({ timeout: 10_000 });
  expect([asked, doors.log.events.length]).toEqual([2, 1]);
});
