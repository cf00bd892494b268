import { describe, expect, test } from 'vitest';
import { createAcceptor } from '#server/ingest/acceptor.ts';
import { readInstant } from '#server/ingest/instants.ts';
import { apartKey, eventKey } from '#server/ingest/normalise.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const nodeOf = createNodeHasher('pepper');

const accept = async (...events: object[]) => {
  const log = createMemoryLog();
  const answer = await createAcceptor({ log, clock: () => NOW, nodeOf, region: 'DE' }).acceptBatch(
    'shop',
    events.map((event) => ({ customer: { customerId: 'c' }, ...event })),
  );
  return { log, answer, event: log.events[0], rejection: answer.rejected[0] };
};

describe('an accepted event', () => {
  test('is stored whole, in the product’s own units', async () => {
    const { event } = await accept({
      id: ' e-1 ',
      type: 'promise.made',
      occurredAt: '2026-03-01T10:00:00.5+01:00',
      sequence: 3,
      customer: { customerId: 7, email: 'Ada@Example.com', phone: 'withheld' },
      touchpoint: 'Caf\u0065\u0301 \u202eorder',
      channel: 'phone',
      journey: 'broadband',
      caseId: 'k-1',
      text: 'Here: 4111 1111 1111 1111\nthanks',
      lang: 'de',
      score: { kind: 'nps', value: 9 },
      signals: [{ kind: 'wait', value: 30 }],
      promise: { kind: 'delivery', due: '2026-03-02T00:00:00Z', graceSeconds: 60, wording: 'tomorrow' },
      outcome: 'resolved',
      topic: 'bill',
      segment: 'gold',
      area: 'north',
      attributes: { card: '4111111111111111', n: 1 },
    });
    expect(event).toEqual({
      key: apartKey('shop', 'e-1', ['customerId', '7', '']),
      source: 'shop',
      id: 'e-1',
      at: Date.UTC(2026, 2, 1, 9, 0, 0, 500),
      received: NOW,
      under: nodeOf('customerId', '7'),
      who: [
        ['customerId', '7', nodeOf('customerId', '7')],
        ['email', 'ada@example.com', nodeOf('email', 'ada@example.com')],
      ],
      type: 'promise.made',
      sequence: 3,
      touchpoint: 'Café order',
      channel: 'phone',
      journey: 'broadband',
      caseId: 'k-1',
      text: 'Here: [card number removed]\nthanks',
      lang: 'de',
      score: { kind: 'nps', value: 9 },
      signals: [{ kind: 'wait', value: 30 }],
      promise: { kind: 'delivery', due: Date.UTC(2026, 2, 2), graceSeconds: 60, wording: 'tomorrow' },
      outcome: 'resolved',
      topic: 'bill',
      segment: 'gold',
      area: 'north',
      attributes: { card: '[card number removed]', n: 1 },
    });
    expect(event?.key).toMatch(/^[0-9a-f]{30}$/);
  });

  test('whose time cannot be believed happened when it arrived, and is marked', async () => {
    const suspects = [Date.UTC(1999, 11, 31), NOW + 300_001, -1, 1_772_366_400, '9999-01-01T00:00:00Z'];
    const believed = [Date.UTC(2000, 0, 1), NOW + 300_000, '2026-03-01T12:05:00Z', NOW - 0.5];
    for (const occurredAt of suspects) expect((await accept({ occurredAt })).event).toMatchObject({ at: NOW, suspect: true });
    for (const occurredAt of believed) expect((await accept({ occurredAt })).event?.suspect).toBeUndefined();
    expect((await accept({})).event).toMatchObject({ at: NOW });
  });

  test('keeps ids that look like card numbers: they are ids', async () => {
    const { event } = await accept({ id: '4111111111111111', customer: { orderId: '4111111111111111' }, caseId: '4111111111111111' });
    expect([event?.id, event?.who[0]?.[1], event?.caseId]).toEqual(Array(3).fill('4111111111111111'));
  });
});

describe('an event is refused, and the message names the field', () => {
  const cases: readonly (readonly [event: object, field: string, code: string])[] = [
    [{ id: '' }, 'id', 'invalid_field'],
    [{ id: 'x'.repeat(129) }, 'id', 'invalid_field'],
    [{ id: 'a\u0000b' }, 'id', 'invalid_field'],
    [{ id: '\ud800' }, 'id', 'invalid_field'],
    [{ caseId: 'a\udfff' }, 'caseId', 'invalid_field'],
    [{ occurredAt: '2026-02-30T00:00:00Z' }, 'occurredAt', 'invalid_field'],
    [{ occurredAt: '2026-02-01T00:00:00' }, 'occurredAt', 'invalid_field'],
    [{ occurredAt: 'yesterday' }, 'occurredAt', 'invalid_field'],
    [{ occurredAt: {} }, 'occurredAt', 'invalid_field'],
    [{ sequence: 65_536 }, 'sequence', 'invalid_field'],
    [{ sequence: 1.5 }, 'sequence', 'invalid_field'],
    [{ customer: {} }, 'customer', 'no_identifier'],
    [{ customer: [] }, 'customer', 'invalid_field'],
    [{ customer: { customerId: null } }, 'customer.customerId', 'invalid_field'],
    [{ customer: { customerId: 'c', name: 'Eva Klein' } }, 'customer.name', 'invalid_field'],
    [{ customer: { orderId: 'o', first_name: 'Eva' } }, 'customer.first_name', 'invalid_field'],
    [{ customer: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, n])) }, 'customer', 'invalid_field'],
    [{ score: { kind: 'nps', value: 11 } }, 'score.value', 'invalid_field'],
    [{ score: { kind: 'mood', value: 1 } }, 'score.kind', 'invalid_field'],
    [{ score: { value: 1 } }, 'score.kind', 'missing_field'],
    [{ signals: [{ kind: 'wait' }, { kind: 'sigh' }] }, 'signals.1.kind', 'invalid_field'],
    [{ signals: [{ kind: 'wait', value: -1 }] }, 'signals.0.value', 'invalid_field'],
    [{ type: 'promise.moved', promise: { kind: 'delivery' } }, 'promise.due', 'missing_field'],
    [{ promise: { kind: 'delivery', due: 'soon' } }, 'promise.due', 'invalid_field'],
    [{ text: 'x'.repeat(32_769) }, 'text', 'invalid_field'],
    [{ 'ma/il~': 1 }, 'ma/il~', 'unknown_field'],
    [JSON.parse('{"__proto__":{"id":"x"}}') as object, '__proto__', 'unknown_field'],
  ];
  test.each(cases)('%j', async (event, field, code) => {
    const log = createMemoryLog();
    const acceptor = createAcceptor({ log, clock: () => NOW, nodeOf, region: 'DE' });
    const sent = Object.defineProperties({ customer: { customerId: 'c' } }, Object.getOwnPropertyDescriptors(event));
    const { rejected } = await acceptor.acceptBatch('shop', [sent], () => 'as it came');
    expect(rejected).toMatchObject([{ index: 0, field, code }]);
    expect(rejected[0]?.message).toContain(field);
    expect(log.refused).toMatchObject([{ source: 'shop', received: NOW, field, code, raw: 'as it came' }]);
  });
});

test('a large batch lets others have their turn', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await accept(...Array.from({ length: 10_000 }, (_, n) => ({ id: `e${n}` })));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});

test('a preview stores nothing', () => {
  const log = createMemoryLog();
  const { events, rejected } = createAcceptor({ log, clock: () => NOW, nodeOf, region: 'DE' }).preview('shop', [
    { customer: { orderId: 1 } },
    {},
  ]);
  expect([events.length, rejected.length, log.events.length, log.refused.length]).toEqual([1, 1, 0, 0]);
});

test('instants are ISO 8601 with an offset or milliseconds', () => {
  const same = [
    '2024-02-29T12:00:00Z',
    '2024-02-29t13:00+01',
    '2024-02-29T06:30:00.000000-0530',
    '2024-02-29T12:00:00,0Z',
    Date.UTC(2024, 1, 29, 12),
  ];
  for (const written of same) expect(readInstant(written)).toBe(Date.UTC(2024, 1, 29, 12));
  for (const wrong of [
    '2023-02-29T12:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-01',
    '2024-01-01T24:00:00Z',
    '',
    Infinity,
    NaN,
  ])
    expect(readInstant(wrong)).toBeUndefined();
});

describe('a decision about identities', () => {
  test('to merge names both people, the stronger first, and keeps no identifier among its attributes', async () => {
    const { event } = await accept({
      type: 'identity.merged',
      customer: { email: 'ada@example.com' },
      attributes: { other: { customerId: 'c-9' }, reason: 'same card' },
    });
    expect(event?.who.map(([kind, value]) => `${kind}=${value}`)).toEqual(['customerId=c-9', 'email=ada@example.com']);
    expect([event?.under, event?.attributes]).toEqual([nodeOf('customerId', 'c-9'), { reason: 'same card' }]);
  });

  test.each([
    ['a merge without the other', { type: 'identity.merged' }, 'attributes.other'],
    ['a merge with itself', { type: 'identity.merged', attributes: { other: { customerId: 'c' } } }, 'attributes.other'],
    ['a merge with nobody', { type: 'identity.merged', attributes: { other: { customerId: '0' } } }, 'attributes.other'],
    ['a split of two at once', { type: 'identity.split', customer: { customerId: 'c', email: 'a@b.de' } }, 'customer'],
    ['an un-merge of nothing', { type: 'identity.unmerged' }, 'attributes.eventId'],
  ])('is refused where it is %s', async (_, sent, field) => {
    expect((await accept(sent)).rejection?.field).toBe(field);
  });

  test('is taken back by the name of its event', async () => {
    const { event } = await accept({ type: 'identity.unmerged', attributes: { eventId: 'm-1' } });
    expect(event?.about).toBe(eventKey('shop', 'm-1'));
  });
});

describe('a group', () => {
  test('is kept beside the identifiers: it says nothing about who somebody is', async () => {
    const { event } = await accept({ customer: { customerId: 'c', accountId: 'ACME', householdId: '0' } });
    expect(event?.who.map(([kind]) => kind)).toEqual(['customerId']);
    expect(event?.groups).toEqual([['accountId', 'ACME', nodeOf('accountId', 'ACME')]]);
  });

  test('alone is nobody', async () => {
    expect((await accept({ customer: { accountId: 'ACME' } })).rejection?.code).toBe('no_identifier');
  });
});
