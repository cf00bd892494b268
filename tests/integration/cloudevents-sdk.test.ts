import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { describe, expect, test } from 'vitest';
import { nameIn } from '#server/domain/event/key.ts';
import { eventKey } from '#server/ingest/normalise.ts';
import { startDoors, TEST_KEY, TEST_NOW } from '../support/doors.ts';

const at = new Date(TEST_NOW - 60_000);
const make = (id: string, more: object = {}) =>
  new CloudEvent({
    id,
    source: 'shop',
    type: 'order.placed',
    time: at.toISOString(),
    subject: 'C-42',
    data: { channel: 'web', customer: { orderId: '4711' }, topic: 'late', basket: 3 },
    ...more,
  });
const authorised = { headers: { authorization: `Bearer ${TEST_KEY}` } };

describe('the CloudEvents SDK', () => {
  test.each([Mode.BINARY, Mode.STRUCTURED])('delivers an event in %s mode, once', async (mode) => {
    await using doors = await startDoors();
    const emit = emitterFor(httpTransport(`${doors.url}/v1/cloudevents`), { mode });
    await emit(make('e-1'), authorised);
    await emit(make('e-1'), authorised);
    expect(doors.log.refused).toEqual([]);
    expect(doors.log.events).toHaveLength(1);
    expect(doors.log.events[0]).toMatchObject({
      source: 'shop',
      id: 'e-1',
      at: at.getTime(),
      type: 'order.placed',
      channel: 'web',
      topic: 'late',
      attributes: { basket: 3 },
    });
    expect(nameIn(doors.log.events[0]?.key ?? '')).toBe(eventKey('shop', 'e-1'));
    expect(doors.log.events[0]?.who.map(([kind, value]) => `${kind}=${value}`)).toEqual(['customerId=C-42', 'orderId=4711']);
  });

  test('carries what a header cannot hold, and extensions, in binary mode', async () => {
    await using doors = await startDoors();
    const { headers, body } = HTTP.binary(make('é 1', { subject: 'email:ädä@example.com', sequence: '7', traceparent: '00-ab' }));
    const escaped = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, encodeURI(String(value))]));
    await doors.post('/v1/cloudevents', String(body), { ...escaped, 'content-type': 'application/json', ...authorised.headers });
    expect(doors.log.events[0]).toMatchObject({ id: 'é 1', sequence: 7, attributes: { traceparent: '00-ab' } });
    expect(doors.log.events[0]?.who[0]?.slice(0, 2)).toEqual(['email', 'ädä@example.com']);
  });

  test('delivers a batch; one bad event never costs its neighbours', async () => {
    await using doors = await startDoors();
    const { headers, body } = HTTP.structured(make('x'));
    expect(headers['content-type']).toContain('application/cloudevents+json');
    const bad = [
      { ...make('b-2').toJSON(), data: { channel: 'fax' } },
      { ...make('b-3').toJSON(), specversion: '0.3' },
      { ...make('b-4').toJSON(), subject: undefined, data: {} },
      7,
    ];
    const batch = [JSON.parse(String(body)) as object, make('b-1').toJSON(), ...bad];
    const answer = await doors.post('/v1/cloudevents', JSON.stringify(batch), {
      'content-type': 'application/cloudevents-batch+json',
      ...authorised.headers,
    });
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2, duplicates: 0 } });
    expect(answer.body['rejected']).toMatchObject([
      { index: 2, field: 'channel', code: 'invalid_field' },
      { index: 3, field: 'specversion', code: 'invalid_field' },
      { index: 4, field: 'customer', code: 'no_identifier' },
      { index: 5, code: 'invalid_field' },
    ]);
    expect(doors.log.refused.map(({ shape }) => shape)).toEqual([undefined, 'cloudevents', undefined, 'cloudevents']);
  });
});

describe('a CloudEvent’s source', () => {
  test('that is no short name becomes a feed of its own: two sources never drop each other’s events', async () => {
    await using doors = await startDoors();
    const events = ['https://a.example/shops/1', 'https://a.example/shops-1', '/shops/1'].map((source) =>
      make('same', { source }).toJSON(),
    );
    const type = { 'content-type': 'application/cloudevents-batch+json', ...authorised.headers };
    expect((await doors.post('/v1/cloudevents', JSON.stringify(events), type)).body).toMatchObject({ accepted: 3, duplicates: 0 });
    const sources = doors.log.events.map(({ source }) => source);
    expect(new Set(sources).size).toBe(3);
    for (const source of sources) expect(source).toMatch(/^[\w.-]+-[\da-f]{8}$/);
  });

  test('stays inside the name of the key', async () => {
    await using doors = await startDoors({ writeKey: `till:${TEST_KEY}` });
    await emitterFor(httpTransport(`${doors.url}/v1/cloudevents`))(make('1'), authorised);
    expect(doors.log.events[0]?.source).toBe('till/shop');
  });
});

describe('the door for CloudEvents', () => {
  const structured = { 'content-type': 'application/cloudevents+json', ...authorised.headers };

  test('takes the producer’s own prefix off the type when asked', async () => {
    await using doors = await startDoors();
    await doors.post('/v1/cloudevents?strip=com.example.', JSON.stringify(make('1', { type: 'com.example.order.placed' })), structured);
    expect(doors.log.events[0]?.type).toBe('order.placed');
  });

  test('reads data that came as base64', async () => {
    await using doors = await startDoors();
    const { data: _, ...rest } = make('1').toJSON();
    const encoded = Buffer.from(JSON.stringify({ channel: 'chat' })).toString('base64');
    await doors.post('/v1/cloudevents', JSON.stringify({ ...rest, datacontenttype: 'application/json', data_base64: encoded }), structured);
    expect(doors.log.events[0]?.channel).toBe('chat');
  });

  test.each([
    ['{}', 'application/json', 400],
    ['[]', 'application/cloudevents+json', 400],
    ['{}', 'application/cloudevents-batch+json', 400],
    ['nonsense', 'application/cloudevents+json', 400],
    ['{}', 'application/cloudevents+avro', 415],
  ])('refuses %s as %s', async (body, type, status) => {
    await using doors = await startDoors();
    expect(await doors.post('/v1/cloudevents', body, { ...structured, 'content-type': type })).toMatchObject({ status });
    expect(await doors.post('/v1/cloudevents', body, { 'content-type': type })).toMatchObject({ status: 401 });
  });
});
