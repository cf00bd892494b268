import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Fault } from '#lib/contract/fault.ts';
import { LIMITS } from '#server/ingest/limits.ts';
import { startDoors, TEST_KEY, TEST_NOW } from '../../support/doors.ts';

const bearer = { authorization: `Bearer ${TEST_KEY}` };
const event = (id: string, more: object = {}) => ({
  id,
  occurredAt: '2026-03-01T09:00:00Z',
  type: 'page.viewed',
  customer: { customerId: 'c-1' },
  ...more,
});
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('POST /v1/events', () => {
  test('takes an array, one object and one event per line', async () => {
    await using doors = await startDoors();
    const array = await doors.post('/v1/events', JSON.stringify([event('a'), event('b')]));
    const object = await doors.post('/v1/events', JSON.stringify(event('c'), null, 2));
    const lines = await doors.post('/v1/events/', `${JSON.stringify(event('d'))}\r\n\n${JSON.stringify(event('e'))}\n`);
    const declared = await doors.post('/v1/events?x=1', JSON.stringify(event('f')), { ...bearer, 'content-type': 'application/x-ndjson' });
    expect([array, object, lines, declared].map(({ status, body }) => [status, body])).toEqual([
      [200, { accepted: 2, duplicates: 0, rejected: [] }],
      [200, { accepted: 1, duplicates: 0, rejected: [] }],
      [200, { accepted: 2, duplicates: 0, rejected: [] }],
      [200, { accepted: 1, duplicates: 0, rejected: [] }],
    ]);
    const misnamed = [JSON.stringify([event('g'), event('h')]), JSON.stringify([event('i')], null, 2), JSON.stringify(event('j'), null, 2)];
    for (const body of misnamed)
      expect((await doors.post('/v1/events', body, { ...bearer, 'content-type': 'application/x-ndjson' })).body).toMatchObject({
        rejected: [],
      });
    expect(doors.log.events.map(({ id }) => id).join('')).toBe('abcdefghij');
  });

  test('answers a mixed batch with 200, names each refused event and keeps it in quarantine', async () => {
    await using doors = await startDoors();
    const batch = [
      event('a'),
      event('b', { channel: 'pigeon' }),
      7,
      event('c', { colour: 'red' }),
      event('a'),
      { id: 'd' },
      event('e', { customer: { customerId: '?' } }),
    ];
    const { status, body } = await doors.post('/v1/events', JSON.stringify(batch));
    expect(status).toBe(200);
    expect(body).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [
        { index: 1, field: 'channel', code: 'invalid_field', message: expect.stringMatching(/^channel must be one of web, app/) },
        { index: 2, field: '', code: 'invalid_field', message: 'An event must be an object.' },
        { index: 3, field: 'colour', code: 'unknown_field', message: expect.stringContaining('attributes') },
        { index: 5, field: 'customer', code: 'missing_field', message: 'customer is required.' },
        { index: 6, field: 'customer.customerId', code: 'no_identifier', message: expect.stringContaining('"?" stands for nobody') },
      ],
    });
    expect(doors.log.refused.map(({ code, source }) => [code, source])).toEqual(
      ['invalid_field', 'invalid_field', 'unknown_field', 'missing_field', 'no_identifier'].map((code) => [code, 'default']),
    );
    expect(JSON.parse(doors.log.refused[1]?.raw ?? '')).toBe(7);
  });

  test('a broken or too deep event costs none of its neighbours', async () => {
    await using doors = await startDoors();
    const deep = `{"id":"deep","customer":{"customerId":"c"},"attributes":{"x":${nested(100_000)}}}`;
    const body = `[${JSON.stringify(event('a'))}, {"id": tru}, ${deep}, ${JSON.stringify(event('b'))},]`;
    const answered = await doors.post('/v1/events', body);
    expect(answered.body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, code: 'invalid_json' },
        { index: 2, code: 'too_deep' },
        { index: 4, code: 'invalid_json' },
      ],
    });
    expect(doors.log.refused[1]?.raw).toHaveLength(32_768);
    const lines = await doors.post('/v1/events', `${JSON.stringify(event('c'))}\n{"id":"unfinished\n${JSON.stringify(event('d'))}`);
    expect(lines.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'invalid_json' }] });
  });

  test('takes 32 levels of nesting and refuses 33', async () => {
    await using doors = await startDoors();
    const withLevels = (levels: number) =>
      JSON.stringify([event(`l${levels}`, { attributes: { x: JSON.parse(nested(levels - 2)) as unknown } })]);
    expect((await doors.post('/v1/events', withLevels(32))).body).toMatchObject({ accepted: 1 });
    expect((await doors.post('/v1/events', withLevels(33))).body).toMatchObject({ accepted: 0, rejected: [{ code: 'too_deep' }] });
  });

  test('inflates gzip, and counts an event sent again as a duplicate', async () => {
    await using doors = await startDoors();
    const body = gzipSync(JSON.stringify([event('a')]));
    const first = await doors.post('/v1/events', body, { ...bearer, 'content-encoding': 'gzip', 'content-type': 'text/plain' });
    const again = await doors.post('/v1/events', body, { ...bearer, 'content-encoding': 'GZIP' });
    expect([first.body, again.body]).toMatchObject([{ accepted: 1 }, { accepted: 0, duplicates: 1 }]);
  });

  test.each([
    ['an array', '/v1/events', (event: string) => `[${event}]`, 'application/json'],
    ['one event', '/v1/events', (event: string) => event, 'application/json'],
    ['lines', '/v1/events', (event: string) => `${event}\n`, 'application/x-ndjson'],
    [
      'a Segment call',
      '/v1/track',
      (_: string, attributes: string) => `{"messageId":"a","userId":"c-1","event":"x","properties":${attributes}}`,
      'application/json',
    ],
    [
      'a CloudEvent',
      '/v1/cloudevents',
      (_: string, attributes: string) => `{"specversion":"1.0","id":"a","source":"s","type":"x","subject":"c-1","data":${attributes}}`,
      'application/cloudevents+json',
    ],
  ])('keeps numbers as text that would lose digits as numbers, in %s', async (_name, path, body, type) => {
    await using doors = await startDoors();
    const attributes =
      '{"parcel":12345678901234567890,"far":[1e400,-1E+0400],"near":9007199254740991,"share":0.12345678901234567,"said":"\\"12345678901234567890"}';
    const event = `{"id":"a","customer":{"customerId":"c-1"},"attributes":${attributes}}`;
    expect((await doors.post(path, body(event, attributes), { ...bearer, 'content-type': type })).body).toMatchObject({ accepted: 1 });
    expect(doors.log.events[0]?.attributes).toMatchObject({
      parcel: '12345678901234567890',
      far: ['1e400', '-1E+0400'],
      near: 9007199254740991,
      share: 0.12345678901234567,
      said: '"12345678901234567890',
    });
  });

  test('refuses a time that cannot be read under the name the sender wrote it by: `time` in a CloudEvent, `occurredAt` in its data', async () => {
    await using doors = await startDoors();
    const type = 'application/cloudevents+json';
    const event = { specversion: '1.0', id: 'a', source: 's', type: 'x', subject: 'c-1' };
    const fieldOf = async (more: object): Promise<unknown> => {
      const { body } = await doors.post('/v1/cloudevents', JSON.stringify({ ...event, ...more }), { ...bearer, 'content-type': type });
      return body['rejected'];
    };
    const message = expect.stringMatching(/^time must be ISO 8601 with an offset/) as unknown;
    expect(await fieldOf({ time: 'yesterday' })).toMatchObject([{ field: 'time', code: 'invalid_field', message }]);
    expect(await fieldOf({ time: {} })).toMatchObject([{ field: 'time', code: 'invalid_field', message }]);
    expect(await fieldOf({ data: { occurredAt: 'yesterday' } })).toMatchObject([{ field: 'occurredAt' }]);
    expect(JSON.parse(doors.log.refused[0]?.raw ?? '')).toEqual({ ...event, time: 'yesterday' });
  });

  test('takes a long number as an identifier, and refuses it with the field where a number is needed', async () => {
    await using doors = await startDoors();
    const sent = await doors.post(
      '/v1/events',
      `[{"customer":{"customerId":12345678901234567890}},{"customer":{"customerId":"c"},"score":{"kind":"nps","value":1e400}},{"customer":{"customerId":"c"},"occurredAt":1e400}]`,
    );
    expect(sent.body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, field: 'score.value' },
        { index: 2, field: 'occurredAt' },
      ],
    });
    expect(doors.log.events[0]?.who[0]?.[1]).toBe('12345678901234567890');
  });

  test('knows an event without id by its content, whatever the order of its fields', async () => {
    await using doors = await startDoors();
    await doors.post('/v1/events', '{"occurredAt":"2026-03-01T09:00:00Z","customer":{"customerId":"c-1"}}');
    const again = await doors.post('/v1/events', '{"customer":{"customerId":"c-1"},"occurredAt":"2026-03-01T09:00:00Z"}');
    const other = await doors.post('/v1/events', '{"customer":{"customerId":"c-1"},"occurredAt":"2026-03-01T09:00:00Z"}', {
      ...bearer,
      'idempotency-key': '2',
    });
    expect([again.body, other.body]).toMatchObject([{ duplicates: 1 }, { accepted: 1 }]);
  });

  test('knows an event without id with a card number again, and what it says about other events by whom it means', async () => {
    await using doors = await startDoors();
    const said = { type: 'message.in', customer: { customerId: 'c-1' }, occurredAt: '2026-03-01T09:00:00Z' };
    const inWords = (text: string): string => JSON.stringify({ ...said, text });
    await doors.post('/v1/events', inWords('4111 1111 1111 1111'));
    const again = await doors.post('/v1/events', inWords('[card number removed]'));
    const retractions = ['4111111111111111', '5555555555554444'].map((eventId) => ({
      ...said,
      type: 'event.retracted',
      attributes: { eventId },
    }));
    const retracted = await doors.post('/v1/events', JSON.stringify(retractions));
    expect([again.body, retracted.body]).toMatchObject([{ duplicates: 1 }, { accepted: 2 }]);
  });

  test('keeps duplicates apart by source', async () => {
    await using doors = await startDoors({ writeKey: `shop:${TEST_KEY},crm:another-key-0123456789` });
    const body = JSON.stringify(event('a'));
    const answers = [
      await doors.post('/v1/events', body),
      await doors.post('/v1/events', body, { authorization: 'Bearer another-key-0123456789' }),
      await doors.post('/v1/events', body, { authorization: 'Bearer another-key-0123456789', 'x-source': 'shop' }),
    ];
    expect(answers.map(({ body: { accepted } }) => accepted)).toEqual([1, 1, 1]);
    expect(doors.log.events.map(({ source }) => source)).toEqual(['shop', 'crm', 'crm/shop']);
  });

  test('keeps the name of a person as a name: what nobody sees, or turns the writing round, does not reach a page', async () => {
    await using doors = await startDoors();
    const customer = { customerId: 'C-1' };
    const sent = [
      { type: 'identify', customer, attributes: { name: ' Ada\0\u202e Love\u0007lace ', note: 'a\tb' } },
      { type: 'page.viewed', customer, attributes: { name: 'a\tb' } },
    ];
    await doors.post('/v1/events', JSON.stringify(sent), { ...bearer, 'content-type': 'application/json' });
    expect(doors.log.events.map((event) => event.attributes)).toEqual([{ name: 'Ada Lovelace', note: 'a\tb' }, { name: 'a\tb' }]);
  });
});

describe('a request as a whole is refused', () => {
  test('with 401 without a valid key, and says how to send one', async () => {
    await using doors = await startDoors();
    const body = JSON.stringify([event('a')]);
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: TEST_KEY },
      { authorization: `Basic ${btoa(`${TEST_KEY}:`)}` },
    ]) {
      const answered = await doors.post('/v1/events', body, headers);
      expect([answered.status, answered.body['code']]).toEqual([401, 'unauthorised']);
      expect(answered.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(doors.log.events).toEqual([]);
  });

  test('with 400 when there is nothing to be read', async () => {
    await using doors = await startDoors();
    const bodies = [
      '',
      '  \n',
      'hello',
      '7',
      'null',
      '"text"',
      '{"id":',
      '[{"id":1}',
      '[1] [2]',
      '{oops}\n{oops}',
      Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]),
    ];
    for (const body of bodies) expect((await doors.post('/v1/events', body)).body).toMatchObject({ code: 'bad_request' });
    const notGzip = await doors.post('/v1/events', '[]', { ...bearer, 'content-encoding': 'gzip' });
    const badSource = await doors.post('/v1/events', '[]', { ...bearer, 'x-source': 'a b' });
    expect([notGzip.status, badSource.status]).toEqual([400, 400]);
    expect((await doors.post('/v1/events', '[]')).body).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
  });

  test('with 404 and 405, and not at all where the path is not ours', async () => {
    await using doors = await startDoors();
    expect((await doors.post('/v1/nothing', '{}')).status).toBe(404);
    const got = await fetch(`${doors.url}/v1/events`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    for (const path of ['/', '/v1events', '/api/v1/events', '//v1/events'])
      expect((await doors.post(path, '{}')).body).toEqual({ elsewhere: true });
  });

  test('with 413 above 1 MB, before or after inflating, and above 10,000 events', async () => {
    await using doors = await startDoors();
    const large = `[${JSON.stringify(event('a'))}${' '.repeat(LIMITS.bodyBytes)}]`;
    const plain = await doors.post('/v1/events', large);
    const bomb = await doors.post('/v1/events', gzipSync(Buffer.alloc(64 * LIMITS.bodyBytes, 32)), {
      ...bearer,
      'content-encoding': 'gzip',
    });
    const many = await doors.post('/v1/events', `[${'0,'.repeat(10_000)}0]`);
    const manyLines = await doors.post('/v1/events', '{}\n'.repeat(10_001));
    expect([plain, bomb, many, manyLines].map(({ status, body }) => [status, body['code']])).toEqual(Array(4).fill([413, 'too_large']));
    const fits = await doors.post('/v1/events', `[${JSON.stringify(event('a'))}${' '.repeat(900_000)}]`);
    expect(fits.body).toMatchObject({ rejected: [{ code: 'too_large' }] });
  });

  test('with 413 and a closed connection while the sender is still talking, once it has said far too much', async () => {
    await using doors = await startDoors();
    const answered = await new Promise<string>((resolve) => {
      const { hostname, port } = new URL(doors.url);
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
      socket.write(`POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TEST_KEY}\r\ncontent-length: 900000000\r\n\r\n`);
      for (let megabyte = 0; megabyte < 9; megabyte++) socket.write(Buffer.alloc(LIMITS.bodyBytes, 32));
    });
    expect(answered).toMatch(/^HTTP\/1.1 413 .*connection: close/is);
  });

  test('with 415 for every encoding but gzip', async () => {
    await using doors = await startDoors();
    const answered = await doors.post('/v1/events', brotliCompressSync('[]'), { ...bearer, 'content-encoding': 'br' });
    const twice = await doors.post('/v1/events', gzipSync(gzipSync('[]')), { ...bearer, 'content-encoding': 'gzip, gzip' });
    expect([answered.status, twice.status]).toEqual([415, 415]);
  });

  test('with 429 or 503 and Retry-After when it has to come again, and nothing is half taken', async () => {
    await using doors = await startDoors();
    doors.setReady({ ok: false, code: 'not_ready', message: 'Starting.', retryAfter: 2 });
    const starting = await doors.post('/v1/events', JSON.stringify([event('a')]));
    doors.setReady({ ok: true });
    doors.log.failWith(new Fault('too_many', 'Behind.', { retryAfter: 0.2 }));
    const behind = await doors.post('/v1/events', JSON.stringify([event('a'), 7]));
    doors.log.failWith(new Fault('store_full', 'Full.'));
    const full = await doors.post('/v1/batch', JSON.stringify({ batch: [{ type: 'track', userId: 'u', event: 'X' }] }));
    expect([starting, behind, full].map(({ status, headers, body }) => [status, headers.get('retry-after'), body])).toEqual([
      [503, '2', { code: 'not_ready', message: 'Starting.' }],
      [429, '1', { code: 'too_many', message: 'Behind.' }],
      [503, '5', { code: 'store_full', message: 'Full.' }],
    ]);
    doors.log.failWith(undefined);
    const again = await doors.post('/v1/events', JSON.stringify([event('a'), 7]));
    expect(again.body).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(doors.log.refused).toHaveLength(1);
  });

  test('with 429 when too many requests are open at once', async () => {
    await using doors = await startDoors({ limits: { ...LIMITS, requestsAtOnce: 0 } });
    const answered = await doors.post('/v1/events', '[]');
    expect([answered.status, answered.headers.get('retry-after')]).toEqual([429, '1']);
  });

  test('a fault nobody foresaw is told to the operator, not to the sender', async () => {
    await using doors = await startDoors();
    doors.log.failWith(new Error('secret detail'));
    const answered = await doors.post('/v1/events', JSON.stringify([event('a')]));
    expect([answered.status, JSON.stringify(answered.body).includes('secret')]).toEqual([500, false]);
    expect(doors.faults).toEqual([new Error('secret detail')]);
  });
});

describe('POST /v1/factors', () => {
  test('stores what is outside our control, and refuses what makes no sense', async () => {
    await using doors = await startDoors();
    const storm = { id: 'storm-1', kind: 'storm', name: 'Storm Ada', from: '2026-03-01T00:00:00+01:00', to: TEST_NOW, areas: ['north'] };
    const { body } = await doors.post(
      '/v1/factors',
      JSON.stringify([storm, { ...storm, to: '2026-02-01T00:00:00Z' }, { id: 'x' }, { ...storm, from: 'soon' }]),
    );
    expect(body).toMatchObject({
      accepted: 1,
      duplicates: 0,
      rejected: [
        { index: 1, field: 'to' },
        { index: 2, field: 'kind' },
        { index: 3, field: 'from' },
      ],
    });
    expect(doors.log.factors).toEqual([
      {
        id: 'storm-1',
        kind: 'storm',
        name: 'Storm Ada',
        from: Date.UTC(2026, 1, 28, 23),
        to: TEST_NOW,
        areas: ['north'],
        segments: [],
        journeys: [],
      },
    ]);
  });
});

test('a factor reaches areas and segments by their names as events keep them, and one that nobody could name again is refused', async () => {
  await using doors = await startDoors();
  const storm = { id: ' storm-1 ', kind: 'storm', from: TEST_NOW };
  const { body } = await doors.post(
    '/v1/factors',
    JSON.stringify([
      { ...storm, areas: [' Ko\u0308ln '], segments: ['new\u200e'], journeys: ['broadband '] },
      { ...storm, id: '  ' },
      { ...storm, id: '\ud800' },
      { ...storm, kind: ' ' },
    ]),
  );
  expect(body).toMatchObject({
    accepted: 1,
    rejected: [
      { index: 1, field: 'id', message: 'id must not be empty.' },
      { index: 2, field: 'id', message: expect.stringContaining('lone surrogates') },
      { index: 3, field: 'kind', message: 'kind must not be empty.' },
    ],
  });
  expect(doors.log.factors).toMatchObject([{ id: 'storm-1', areas: ['K\u00f6ln'], segments: ['new'], journeys: ['broadband'] }]);
});

test('a factor is refused in words about factors, not about events', async () => {
  await using doors = await startDoors();
  const { body } = await doors.post('/v1/factors', '[{"id":"s","kind":"storm","from":0,"where":"north"},5]');
  expect(body).toMatchObject({
    rejected: [
      { index: 0, field: 'where', message: 'where is no field of a factor; leave it out.' },
      { index: 1, field: '', message: 'A factor must be an object.' },
    ],
  });
});

describe('DELETE /v1/factors/<id>', () => {
  const storm = { id: 'storm 1', kind: 'storm', from: '2026-03-01T00:00:00Z' };
  const take = (url: string, id: string, init: RequestInit = { headers: bearer }) =>
    fetch(`${url}/v1/factors/${id}`, { method: 'DELETE', ...init }).then((answered) => answered.status);

  test('takes back what was told by mistake, once', async () => {
    await using doors = await startDoors();
    await doors.post('/v1/factors', JSON.stringify([storm, { ...storm, id: 'storm-2' }]));
    expect(await take(doors.url, 'storm%201')).toBe(200);
    expect(doors.log.factors.map(({ id }) => id)).toEqual(['storm-2']);
    expect(await take(doors.url, 'storm%201')).toBe(404);
  });

  test('asks for the write key, and for DELETE', async () => {
    await using doors = await startDoors();
    await doors.post('/v1/factors', JSON.stringify([storm]));
    expect(await take(doors.url, 'storm%201', {})).toBe(401);
    expect(await take(doors.url, 'storm%201', { method: 'GET', headers: bearer })).toBe(405);
    expect(await take(doors.url, '%E0%A4%A', { headers: bearer })).toBe(404);
    expect(doors.log.factors).toHaveLength(1);
  });
});
