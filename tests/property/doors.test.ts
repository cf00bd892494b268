import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNELS, COMPONENTS, eventSchema } from '#lib/contract/index.ts';
import { scanJson } from '#server/ingest/json-scan.ts';
import { redactText } from '#server/ingest/redact.ts';
import { isRecord } from '#server/ingest/segment.ts';
import { createValidators } from '#server/ingest/validator.ts';
import { usableIdentifiers } from '#server/security/identifiers.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { startDoors, TEST_KEY } from '../support/doors.ts';

const TEN_SECONDS = { interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false, numRuns: 1_000_000 };

const anyText = fc.oneof(
  { weight: 8, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '?', '\ud800', '\u202e', 'x'.repeat(129), 'é'.repeat(128), '😀'.repeat(65), '4111 1111 1111 1111'),
);
const nearly = <Value>(likely: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 40, arbitrary: likely }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
const instant = nearly(
  fc.oneof(
    fc.constantFrom('2026-03-01T09:00:00Z', '2026-02-30T09:00:00Z', 'now'),
    fc.double(),
    fc.integer({ min: 0, max: 2_000_000_000_000 }),
  ),
);
const promise = fc.record(
  { id: nearly(anyText), kind: nearly(anyText), due: instant, graceSeconds: nearly(fc.double()), wording: nearly(anyText) },
  { requiredKeys: ['kind'] },
);
const score = fc.record(
  { kind: nearly(fc.constantFrom('csat', 'nps', 'valence')), value: nearly(fc.double()), scale: nearly(fc.integer()) },
  { requiredKeys: ['kind', 'value'] },
);
const signal = fc.record({ kind: nearly(fc.constantFrom(...COMPONENTS)), value: nearly(fc.integer()) }, { requiredKeys: ['kind'] });
const kinds = fc.constantFrom('customerId', 'email', 'phone', 'orderId', 'x', '__proto__', 'constructor', '', 'y'.repeat(65));
const identifiers = fc.oneof(anyText, fc.integer(), fc.constantFrom('0170 1234567', 'a@b.de'));
const envelope = fc.record(
  {
    id: nearly(anyText),
    type: nearly(fc.oneof(anyText, fc.constantFrom('promise.made', 'page.viewed'))),
    occurredAt: instant,
    sequence: nearly(fc.integer({ min: -1, max: 65_536 })),
    customer: nearly(fc.dictionary(kinds, nearly(identifiers), { maxKeys: 4 })),
    channel: nearly(fc.constantFrom(...CHANNELS)),
    caseId: nearly(anyText),
    text: nearly(anyText),
    score: nearly(score),
    signals: nearly(fc.array(signal, { maxLength: 3 })),
    promise: nearly(promise),
    attributes: nearly(fc.dictionary(anyText, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 })),
  },
  { requiredKeys: ['customer'] },
);
const stranger = fc.constantFrom('{"colour":1}', '{"__proto__":{"id":"x"}}', '{"constructor":1}');
/** As it comes out of a request, sometimes with a key nobody asked for: own `__proto__` and all. */
const event = fc.oneof(
  { weight: 12, arbitrary: envelope.map((value): unknown => JSON.parse(JSON.stringify(value))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(envelope, stranger)
      .map(([value, more]): unknown => JSON.parse(`${JSON.stringify(value).slice(0, -1)},${more.slice(1)}`)),
  },
);

const hasProtoIdentifier = (value: unknown): boolean =>
  isRecord(value) && isRecord(value['customer']) && Object.hasOwn(value['customer'], '__proto__');

test('the compiled check says of every event what the contract says', () => {
  const validators = createValidators();
  let accepted = 0;
  fc.assert(
    fc.property(nearly(event), (value) => {
      const contract = eventSchema.safeParse(value).success;
      const door = validators.event.accepts(value);
      if (door) accepted++;
      expect(validators.event.problemOf(value) === undefined).toBe(door);
      // zod does not look at a record's `__proto__` at all, so there the door may be stricter than the contract, never laxer.
      if (hasProtoIdentifier(value)) expect(contract || !door).toBe(true);
      else expect(door).toBe(contract);
    }),
    { numRuns: 4_000 },
  );
  expect(accepted).toBeGreaterThan(200);
});

test('no request brings a 5xx: whatever is posted is taken, refused by event, or refused with a code', async () => {
  await using doors = await startDoors();
  const path = fc.constantFrom(
    '/v1/events',
    '/v1/factors',
    '/v1/batch',
    '/v1/track',
    '/v1/identify/',
    '/v1/page',
    '/v1/group',
    '/v1/alias',
    '/v1/',
  );
  const message = fc.record(
    {
      type: nearly(fc.constantFrom('track', 'identify', 'page', 'alias')),
      userId: nearly(anyText),
      previousId: nearly(anyText),
      event: nearly(anyText),
      messageId: nearly(anyText),
      properties: nearly(event),
      traits: nearly(event),
      context: fc.jsonValue(),
      timestamp: instant,
    },
    { requiredKeys: [] },
  );
  const json = fc
    .oneof(
      event,
      fc.array(nearly(event), { maxLength: 4 }),
      message,
      fc.record({ batch: nearly(fc.array(nearly(message), { maxLength: 4 })) }),
      fc.jsonValue(),
    )
    .map((value) => JSON.stringify(value));
  const broken = fc
    .tuple(json, fc.nat(400), fc.string({ unit: 'binary', maxLength: 6 }))
    .map(([text, at, inserted]) => text.slice(0, at) + inserted + text.slice(at + (at % 3)));
  const lines = fc.array(fc.oneof(json, broken), { maxLength: 4 }).map((parts) => parts.join('\n'));
  const bytes = fc.oneof(
    fc.oneof({ weight: 4, arbitrary: json }, broken, lines).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  );
  const body = fc.tuple(bytes, fc.constantFrom('plain', 'gzip', 'lie'));
  await fc.assert(
    fc.asyncProperty(path, body, async (at, [content, how]) => {
      const headers: Record<string, string> = { authorization: `Bearer ${TEST_KEY}` };
      if (how !== 'plain') headers['content-encoding'] = 'gzip';
      const answered = await doors.post(at, how === 'gzip' ? gzipSync(content) : Uint8Array.from(content), headers);
      expect([200, 400, 404]).toContain(answered.status);
      expect(answered.status === 200 ? Array.isArray(answered.body['rejected']) : typeof answered.body['code'] === 'string').toBe(true);
    }),
    TEN_SECONDS,
  );
  expect(doors.faults).toEqual([]);
  expect(doors.log.events.length).toBeGreaterThan(0);
  for (const { who, under, source, id } of doors.log.events) {
    expect(who[0]?.[2]).toBe(under);
    expect(`${source}${id}${who.map(([, value]) => value).join('')}`).not.toMatch(/[\p{Surrogate}\p{Cc}]/u);
  }
}, 30_000);

test('the scan finds the depth and the elements that a parser finds', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(0, 2), (values, indent) => {
      const text = JSON.stringify(values, null, indent);
      const scan = scanJson(text, 1);
      expect(scan.closed).toBe(true);
      expect(scan.depth).toBe(depthOf(values));
      expect(scan.spans.map(({ start, end }): unknown => JSON.parse(text.slice(start, end)))).toEqual(JSON.parse(text));
      expect(scan.spans.map(({ depth }) => depth)).toEqual(values.map(depthOf));
    }),
  );
});

test('identifiers read once are read the same again, and never in another order', () => {
  const options = { region: 'DE', nodeOf: createNodeHasher('pepper') };
  fc.assert(
    fc.property(fc.dictionary(kinds, identifiers, { maxKeys: 5 }), (customer) => {
      const { who } = usableIdentifiers(customer, options);
      expect(usableIdentifiers(Object.fromEntries(Object.entries(customer).toReversed()), options).who).toEqual(who);
      for (const [kind, value, node] of who) expect(usableIdentifiers({ [kind]: value }, options).who).toEqual([[kind, value, node]]);
    }),
  );
});

test('removing card numbers twice is removing them once', () => {
  const part = fc.constantFrom('4111111111111111', '5555 5555 5555 4444', ' ', '-', '1', '42', 'x', '٤١١١١١١١١١١١١١١١');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const once = redactText(parts.join(''));
      expect(redactText(once)).toBe(once);
    }),
  );
});
