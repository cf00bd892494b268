import type { FunnelDefinitionInput } from '#lib/contract/index.ts';
import { DAY } from '#lib/contract/time.ts';

/** Saved funnels that the demo begins with: three questions that the stages alone do not answer. */
export const DEMO_FUNNELS: readonly FunnelDefinitionInput[] = [
  {
    id: 'checked-to-ordered',
    name: 'From address check to order',
    journey: 'broadband',
    windowMs: 14 * DAY,
    reentry: 'optimised',
    steps: [
      { name: 'Checks the address', any: [{ touchpoint: 'availability_check' }] },
      { name: 'Compares offers', any: [{ touchpoint: 'offer_compare', type: 'offer.compared' }], optional: true },
      { name: 'Orders', any: [{ touchpoint: 'order_placed' }] },
    ],
    breakdowns: [
      { by: 'channel', at: 'first' },
      { by: 'channel', at: 'last' },
      { by: 'segment', at: 'last' },
    ],
  },
  {
    id: 'order-to-working-line',
    name: 'From order to a working line',
    journey: 'broadband',
    count: 'case',
    windowMs: 30 * DAY,
    steps: [
      { name: 'Orders', any: [{ touchpoint: 'order_placed' }] },
      { name: 'Router delivered', any: [{ touchpoint: 'parcel_delivered' }] },
      { name: 'Line switched on', any: [{ touchpoint: 'line_active' }] },
      { name: 'First speed test', any: [{ touchpoint: 'speed_test' }] },
    ],
    exclusions: [{ any: [{ touchpoint: 'order_cancelled' }], from: 1, to: 4, effect: 'remove' }],
    breakdowns: [
      { by: 'segment', at: 'first' },
      { by: 'area', at: 'first' },
      { by: 'channel', at: 'first' },
    ],
  },
  {
    id: 'help-yourself-then-call',
    name: 'Self-service fails, then a call',
    journey: 'broadband',
    windowMs: 3 * DAY,
    steps: [
      { name: 'Self-service fails', any: [{ type: 'selfservice.failed' }] },
      { name: 'Contacts us', any: [{ type: 'contact.queued' }, { type: 'message.in' }], maxMs: DAY },
      { name: 'Contact ends', any: [{ type: 'contact.ended' }] },
    ],
    exclusions: [{ any: [{ type: 'selfservice.succeeded' }], from: 1, to: 2, effect: 'end' }],
    breakdowns: [
      { by: 'channel', at: 'step', step: 2 },
      { by: 'segment', at: 'first' },
      { by: 'topic', at: 'first', values: ['connection', 'delivery', 'bill'] },
    ],
  },
];
