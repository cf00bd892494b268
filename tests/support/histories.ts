import fc from 'fast-check';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event, nodeName } from './events.ts';

/** First instant of a generated history. */
export const BASE = Date.UTC(2026, 9, 1);
export const HOUR = 3_600_000;

/** A world of three people, two devices (one of them shared), and order numbers; times tie often. */
export const identity = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('C1', 'C2', 'C3').map((customerId) => ({ customerId })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('C1', 'C2', 'C3'), fc.constantFrom('A1', 'A2'))
      .map(([customerId, anonymousId]) => ({ customerId, anonymousId })),
  },
  { weight: 3, arbitrary: fc.constantFrom('A1', 'A2', 'A3').map((anonymousId) => ({ anonymousId })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('C1', 'C2'), fc.constantFrom('O1', 'O2')).map(([customerId, orderId]) => ({ customerId, orderId })),
  },
  { weight: 2, arbitrary: fc.constantFrom('O1', 'O2').map((orderId) => ({ orderId })) },
  { weight: 1, arbitrary: fc.constantFrom('e1@x', 'e2@x').map((email) => ({ email })) },
  { weight: 1, arbitrary: fc.constantFrom('+49301234567', '+49309994567').map((phone) => ({ phone })) },
  { weight: 1, arbitrary: fc.constantFrom('C1', 'C2').map((customerId) => ({ customerId, phone: '+49301234567' })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('C1', 'C3'), fc.constantFrom('e1@x', 'e2@x')).map(([customerId, email]) => ({ customerId, email })),
  },
);

export const kind = fc.constantFrom<Partial<StoredEvent>>(
  { type: 'page.viewed' },
  { type: 'order.placed' },
  { type: 'delivery.started', promise: { kind: 'delivery', due: BASE + 60 * HOUR } },
  { type: 'promise.kept', promise: { kind: 'delivery' } },
  { type: 'promise.moved', promise: { kind: 'delivery', due: BASE + 70 * HOUR } },
  { type: 'promise.made', promise: { kind: 'gift' } },
  { type: 'promise.moved', promise: { kind: 'gift', due: BASE + 65 * HOUR } },
  { type: 'delivery.arrived' },
  { type: 'order.cancelled' },
  { type: 'case.opened' },
  { type: 'contact.queued', topic: 'late' },
  { type: 'contact.answered', topic: 'late' },
  { type: 'contact.ended', topic: 'late', outcome: 'abandoned' },
  { type: 'contact.transferred' },
  { type: 'error.shown' },
  { type: 'message.in', emotion: { label: 'frustrated', valence: -0.8, confidence: 0.6, scorer: 't', why: [] } },
  { type: 'survey.answered', score: { kind: 'csat', value: 2 } },
  { type: 'never.heard.of' },
  { type: 'identify', attributes: { name: 'Ada Müller' } },
  { type: 'identify', attributes: { name: 'Jean-Luc O’Brien' } },
  { type: 'contact.queued', channel: 'phone' },
);

/** Histories with late, tied, retracted and linking events. */
export const history = (length: number): fc.Arbitrary<StoredEvent[]> =>
  fc
    .array(fc.tuple(identity, kind, fc.integer({ min: 0, max: 200 }), fc.constantFrom(0, 0, 0, 1, 2), fc.nat(99), identity), {
      minLength: 4,
      maxLength: length,
    })
    .map((rows) =>
      rows.flatMap(([who, what, halfHours, sequence, dice, other], i) => {
        const at = BASE + halfHours * (HOUR / 2);
        const groups = dice % 5 === 0 ? { groups: [['accountId', 'ACME', nodeName('accountId', 'ACME')] as const] } : {};
        const one = event(`e${i}`, who, { at, ...groups, ...(sequence === 0 ? {} : { sequence }), ...what });
        if (dice >= 12) return [one];
        // A retraction needs no identifier of the event it takes back.
        return [one, event(`r${i}`, dice < 6 ? who : other, { at: at + HOUR, type: 'event.retracted', attributes: { eventId: `e${i}` } })];
      }),
    );
