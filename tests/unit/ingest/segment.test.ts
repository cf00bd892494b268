import { describe, expect, test } from 'vitest';
import * as segment from '#server/ingest/segment.ts';
import { startDoors, TEST_KEY, TEST_NOW } from '../../support/doors.ts';

const batch = (...messages: object[]) => JSON.stringify({ batch: messages, sentAt: '2026-03-01T12:00:00Z' });
const mapMessage = (call: segment.SegmentCall, message: Readonly<Record<string, unknown>>) => segment.mapMessage(call, message, TEST_NOW);
const basic = { authorization: `Basic ${btoa(`${TEST_KEY}:`)}` };

describe('Segment calls become events', () => {
  test('a track named in our vocabulary keeps its type, and what has a place is lifted into it', () => {
    const { envelope } = mapMessage('track', {
      messageId: 'm-1',
      userId: 'u-1',
      anonymousId: 'a-1',
      event: 'contact.ended',
      timestamp: '2026-03-01T09:00:00Z',
      context: { locale: 'de-DE', library: { name: 'analytics-node', version: '3' }, ip: '10.0.0.1', userAgent: 'x' },
      properties: {
        order_id: 4711,
        ticketId: 't',
        case_id: 'k',
        text: 'hello',
        topic: 'bill',
        outcome: 'resolved',
        segment: 'gold',
        area: 'north',
        channel: 'phone',
        touchpoint: 'hotline',
        score: { kind: 'csat', value: 2 },
        signals: [{ kind: 'wait', value: 9 }],
        promise: { kind: 'call_back' },
        sequence: 4,
        price: 9.5,
      },
    });
    expect(envelope).toEqual({
      id: 'm-1',
      type: 'contact.ended',
      occurredAt: '2026-03-01T09:00:00Z',
      lang: 'de-DE',
      customer: { customerId: 'u-1', anonymousId: 'a-1', orderId: '4711', ticketId: 't' },
      caseId: 'k',
      text: 'hello',
      topic: 'bill',
      outcome: 'resolved',
      segment: 'gold',
      area: 'north',
      channel: 'phone',
      touchpoint: 'hotline',
      score: { kind: 'csat', value: 2 },
      signals: [{ kind: 'wait', value: 9 }],
      promise: { kind: 'call_back' },
      sequence: 4,
      attributes: { price: 9.5, library: 'analytics-node' },
    });
  });

  test('what is not valid stays among the attributes and costs nothing', () => {
    const properties = { score: 5, channel: 'pigeon', topic: '', sequence: -1, signals: 'many', order_id: { a: 1 }, text: null };
    expect(mapMessage('track', { userId: 'u', event: 'Clicked. Really', properties }).envelope).toEqual({
      type: 'track',
      touchpoint: 'Clicked. Really',
      customer: { customerId: 'u' },
      attributes: properties,
    });
  });

  test('pages and screens are views of a touchpoint, in the web and in the app', () => {
    const page = mapMessage('page', { anonymousId: 'a', name: 'Pricing', category: 'shop', properties: { path: '/p', url: 'x' } }).envelope;
    const screen = mapMessage('screen', { anonymousId: 'a', properties: { path: '/q' } }).envelope;
    expect(page).toEqual({
      type: 'page.viewed',
      touchpoint: 'Pricing',
      channel: 'web',
      customer: { anonymousId: 'a' },
      attributes: { path: '/p', url: 'x', category: 'shop' },
    });
    expect(screen).toMatchObject({ type: 'page.viewed', touchpoint: '/q', channel: 'app' });
  });

  test('identify, group and alias tell who somebody is', () => {
    const identify = mapMessage('identify', {
      userId: 'u',
      traits: { email: 'a@b.de', phone: '0170 1', name: 'Ada', plan: 'gold' },
    }).envelope;
    expect(identify).toEqual({
      type: 'identify',
      customer: { customerId: 'u', email: 'a@b.de', phone: '0170 1' },
      attributes: { name: 'Ada', plan: 'gold' },
    });
    expect(mapMessage('group', { userId: 'u', groupId: 'g', traits: { size: 3 } }).envelope).toMatchObject({
      type: 'group',
      attributes: { size: 3, groupId: 'g' },
    });
    const anonymous = '00000000-0000-4000-8000-000000000000';
    expect(mapMessage('alias', { userId: 'u', previousId: anonymous }).envelope).toEqual({
      type: 'alias',
      customer: { customerId: 'u', anonymousId: anonymous },
    });
    expect(mapMessage('alias', { userId: 'u', previousId: 'old' }).envelope).toEqual({
      type: 'alias',
      customer: { customerId: 'u', anonymousId: 'old', userId: 'old' },
    });
  });

  test('a time that is none is marked suspect instead of losing the event', async () => {
    await using doors = await startDoors();
    const { body } = await doors.post('/v1/track', JSON.stringify({ userId: 'u', event: 'X', timestamp: {} }), basic);
    expect([body['accepted'], doors.log.events[0]?.suspect]).toEqual([1, true]);
  });

  test('a time that cannot be read is refused under the name the sender wrote it by, and its message is kept as it came, without the key', async () => {
    await using doors = await startDoors();
    const message = { messageId: '1', userId: 'u', event: 'X', timestamp: 'yesterday' };
    const { body } = await doors.post('/v1/track', JSON.stringify({ ...message, writeKey: TEST_KEY }), {
      'content-type': 'application/json',
    });
    expect(body['rejected']).toEqual([
      { index: 0, field: 'timestamp', code: 'invalid_field', message: expect.stringMatching(/^timestamp must be ISO 8601 with an offset/) },
    ]);
    const [refused] = doors.log.refused;
    expect([refused?.shape, JSON.parse(refused?.raw ?? '')]).toEqual(['segment', { ...message, type: 'track' }]);
    const older = await doors.post('/v1/batch', batch({ type: 'page', userId: 'u', originalTimestamp: '1.3.2026' }), basic);
    expect(older.body['rejected']).toMatchObject([{ field: 'originalTimestamp' }]);
  });
});

describe('a sender whose clock is wrong', () => {
  const MINUTE = 60_000;
  const after = (minutes: number): string => new Date(TEST_NOW + minutes * MINUTE).toISOString();
  const sent = (message: object) => ({ type: 'track', event: 'contact.ended', userId: 'u', ...message });
  const minutesOf = async (messages: readonly object[], sentAt?: string): Promise<number[]> => {
    await using doors = await startDoors();
    const body = JSON.stringify({ batch: messages, ...(sentAt === undefined ? {} : { sentAt }) });
    expect((await doors.post('/v1/batch', body, basic)).body).toMatchObject({ accepted: messages.length, rejected: [] });
    return doors.log.events.map(({ at, suspect }) => (suspect === true ? NaN : (at - TEST_NOW) / MINUTE));
  };

  test('says with sentAt how wrong it is, and its events lie where they happened', async () => {
    for (const wrong of [-120, 120])
      expect(
        await minutesOf(
          [
            sent({ messageId: '1', timestamp: after(wrong - 3) }),
            sent({ messageId: '2', originalTimestamp: after(wrong - 2) }),
            // says itself when it was sent
            sent({ messageId: '3', timestamp: after(29), sentAt: after(30) }),
            sent({ messageId: '4' }),
          ],
          after(wrong),
        ),
      ).toEqual([-3, -2, -1, 0]);
  });

  test('is believed where that is no more than the way, where it was corrected before, and where the body was kept for a day', async () => {
    expect(await minutesOf([sent({ messageId: '1', timestamp: after(-90) })], after(-4))).toEqual([-90]);
    expect(await minutesOf([sent({ messageId: '1', timestamp: after(-90), originalTimestamp: after(-30), sentAt: after(60) })])).toEqual([
      -90,
    ]);
    expect(await minutesOf([sent({ messageId: '1', timestamp: after(-3000) })], after(-2900))).toEqual([-3000]);
    expect(await minutesOf([sent({ messageId: '1', timestamp: after(-90) })], 'yesterday')).toEqual([-90]);
  });

  test('is believed where a message has no id: its content stands for it, and must be the same when it is sent again', async () => {
    expect(await minutesOf([sent({ timestamp: after(-90) })], after(-60))).toEqual([-90]);
  });

  test('is seen through also when its message was refused at first and is sent in again', () => {
    const message = sent({ messageId: '1', timestamp: after(-90), sentAt: after(-60) });
    const { value } = segment.readMessage('track', message, { browser: false, received: TEST_NOW });
    expect(value).toMatchObject({ occurredAt: TEST_NOW - 30 * MINUTE });
  });
});

describe('the Segment door', () => {
  test('takes every call with and without trailing slash, with the key as user name, bearer or in the body', async () => {
    await using doors = await startDoors();
    for (const call of ['track', 'identify', 'page', 'screen', 'group', 'alias']) {
      for (const path of [`/v1/${call}`, `/v1/${call}/`]) {
        const message = { messageId: path, userId: 'u', event: 'X' };
        const answers = [
          await doors.post(path, JSON.stringify(message), { ...basic, 'content-type': 'text/plain' }),
          await doors.post(path, JSON.stringify(message), { authorization: `Bearer ${TEST_KEY}` }),
          await doors.post(path, JSON.stringify({ ...message, writeKey: TEST_KEY }), {
            'content-type': 'application/x-www-form-urlencoded',
          }),
        ];
        expect(answers.map(({ status, body }) => [status, body])).toEqual([
          [200, { success: true, accepted: 1, duplicates: 0, rejected: [] }],
          [200, { success: true, accepted: 0, duplicates: 1, rejected: [] }],
          [200, { success: true, accepted: 0, duplicates: 1, rejected: [] }],
        ]);
      }
    }
  });

  test('refuses without a key, and what is no batch', async () => {
    await using doors = await startDoors();
    const none = await doors.post('/v1/batch', batch({ type: 'track', userId: 'u' }), {});
    const wrong = await doors.post('/v1/batch', JSON.stringify({ batch: [], writeKey: 'wrong' }), {});
    const notABatch = await doors.post('/v1/batch', '{"batch":{}}', basic);
    const notJson = await doors.post('/v1/batch', '{"batch":[', basic);
    const scalar = await doors.post('/v1/track', '7', basic);
    expect([none, wrong, notABatch, notJson, scalar].map(({ status }) => status)).toEqual([401, 401, 400, 400, 400]);
  });

  test('one bad message costs none of its neighbours', async () => {
    await using doors = await startDoors();
    const good = { type: 'track', userId: 'u', event: 'X' };
    const deep = `{"type":"track","userId":"u","properties":{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`;
    const body = `{"context":{"a":[1,2]},"batch":[${JSON.stringify({ ...good, messageId: '1' })},${deep},7,{"type":"sing"},{"type":"track","event":"X"},${JSON.stringify({ ...good, messageId: '2' })}]}`;
    const answered = await doors.post('/v1/batch/', body, basic);
    expect(answered.body).toMatchObject({
      success: true,
      accepted: 2,
      rejected: [
        { index: 1, code: 'too_deep' },
        { index: 2, code: 'invalid_field' },
        { index: 3, code: 'invalid_field' },
        { index: 4, code: 'no_identifier' },
      ],
    });
    expect(doors.log.refused).toHaveLength(4);
  });

  test('names the source after the key, the sender, or the library', async () => {
    await using doors = await startDoors({ writeKey: `${TEST_KEY},shop:another-key-0123456789` });
    const body = batch({
      type: 'track',
      userId: 'u',
      event: 'X',
      messageId: 'm',
      context: { library: { name: '@segment/analytics-node' } },
    });
    await doors.post('/v1/batch', body, basic);
    await doors.post('/v1/batch', body, { ...basic, 'x-source': 'till' });
    await doors.post('/v1/batch', body, { authorization: 'Bearer another-key-0123456789' });
    expect(doors.log.events.map(({ source }) => source)).toEqual(['analytics-node', 'till', 'shop']);
    // What is refused too: repaired, it must have the name of the right one.
    await doors.post('/v1/batch', body.replace('"track"', '"sing"'), basic);
    expect(doors.log.refused.map(({ source }) => source)).toEqual(['analytics-node']);
  });
});
