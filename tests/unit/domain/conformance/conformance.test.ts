import { describe, expect, it } from 'vitest';
import { DEVIATIONS } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import { arrival, deviatesFrom } from '#server/domain/conformance/conformance.ts';
import { parseCell, WAY } from '#server/domain/kernel/counters.ts';
import { HOUR, MINUTE } from '#server/domain/kernel/time.ts';
import { event } from '../../../support/events.ts';
import { blueprintsFrom } from '../../../support/world.ts';

const blueprints = blueprintsFrom(`
journey: line
name: {customer: Getting a line, internal: Line}
goal: It works
window: 60d
quiet: 30m
segments: [consumer, business]
stages:
  - {id: order, name: {customer: Ordering, internal: Order}, next: [help]}
  - {id: deliver, name: {customer: Waiting, internal: Deliver}, next: [help]}
  - {id: connect, name: {customer: Connecting, internal: Connect}, next: [help]}
  - {id: use, name: {customer: Using it, internal: Use}, next: [help]}
  - {id: help, name: {customer: Getting help, internal: Help}, after: true, next: [order, deliver, connect, use]}
touchpoints:
  - {id: order, name: Order, stage: order, owner: Sales, channel: web, required: true}
  - {id: check, name: Credit check, stage: order, owner: Billing, channel: partner}
  - {id: parcel, name: Parcel, stage: deliver, owner: Logistics, channel: partner, required: true, most: 1}
  - {id: self, name: Myself, stage: connect, owner: Product, channel: app, exclusive: way}
  - {id: technician, name: Technician, stage: connect, owner: Field, channel: partner, exclusive: way}
  - {id: first-use, name: First use, stage: use, owner: Product, channel: app}
  - {id: ask, name: Question, stage: help, owner: Care, channel: chat}
  - {id: reminder, name: Reminder, owner: Billing, channel: email, most: 2}
variants:
  - {id: firms, name: Firms, segments: [business], touchpoints: {check: {required: true}}}
`);
const blueprint = blueprints.get('line');
if (blueprint === undefined) throw new Error('the journey is there');
const START = Date.UTC(2026, 9, 5, 9);

/** A customer's way: touchpoints with the hour at which they were met. */
function way(steps: readonly (readonly [touchpoint: string, hour: number])[], more: Partial<StoredEvent> = {}) {
  const state = emptyState();
  const events = steps.map(([touchpoint, hour], i) =>
    event(`e${i}`, { customerId: 'C1' }, { at: START + hour * HOUR, touchpoint, ...more }),
  );
  const touched = foldOnto(state, events, { blueprints });
  const [one] = state.cases;
  if (one === undefined) throw new Error('a case was opened');
  const said = one.deviations.map(([kind, index, at, until]) => [
    DEVIATIONS[kind],
    blueprint?.touchpoints[index]?.id,
    (at - START) / HOUR,
    ...(until === 0 ? [] : [(until - START) / HOUR]),
  ]);
  const counts: Record<string, number> = {};
  for (const { after } of touched.rows().values())
    for (const [cell, measure, , , delta] of after.bookings)
      if (cell.startsWith('D|')) {
        const key = `${parseCell(cell).dimensions[1] ?? ''}:${measure}`;
        counts[key] = (counts[key] ?? 0) + delta;
      }
  return { one, said, counts };
}

describe('planned against actual', () => {
  it('has nothing to say of a case that goes as planned, and counts its arrival as planned', () => {
    const { one, said, counts } = way([
      ['order', 0],
      ['parcel', 20],
      ['self', 30],
      ['first-use', 31],
    ]);
    expect(said).toEqual([]);
    expect(arrival(one)).toBe('planned');
    expect(counts).toEqual({ [`:${WAY.cases}`]: 1, [`:${WAY.planned}`]: 1 });
  });

  it('sees a required touchpoint left out as soon as the case goes past its stage, and calls it a way of its own when it arrives all the same', () => {
    const { one, said, counts } = way([
      ['order', 0],
      ['self', 30],
      ['first-use', 31],
    ]);
    expect(said).toEqual([['missing', 'parcel', 30]]);
    expect(deviatesFrom(one)).toBe(START + 30 * HOUR);
    expect(arrival(one)).toBe('ownWay');
    expect(counts[`parcel:${WAY.kinds}`]).toBe(1);
    expect(counts[`:${WAY.ownWay}`]).toBe(1);
  });

  it('lets what was left out be made up for: no longer missing, but out of order', () => {
    const { said, counts } = way([
      ['order', 0],
      ['self', 30],
      ['parcel', 40],
    ]);
    expect(said).toEqual([
      ['missing', 'parcel', 30, 40],
      ['outOfOrder', 'parcel', 40],
    ]);
    expect(counts[`parcel:${WAY.kinds}`]).toBe(0);
    expect(counts[`parcel:${WAY.kinds + 2}`]).toBe(1);
  });

  it('counts it as out of order where the journey leads back to its stage, too', () => {
    const { one, said, counts } = way([
      ['order', 0],
      ['self', 30],
      ['ask', 35],
      ['parcel', 40],
    ]);
    expect(said).toEqual([
      ['missing', 'parcel', 30, 40],
      ['outOfOrder', 'parcel', 40],
    ]);
    expect(counts[`parcel:${WAY.kinds}`]).toBe(0);
    expect(counts[`parcel:${WAY.kinds + 2}`]).toBe(1);
    expect(deviatesFrom(one)).toBe(START + 30 * HOUR);
  });

  it('does not miss what may still come: asking for help on the way goes past nothing', () => {
    expect(
      way([
        ['order', 0],
        ['ask', 5],
      ]).said,
    ).toEqual([]);
    expect(
      way([
        ['order', 0],
        ['ask', 5],
        ['parcel', 20],
      ]).said,
    ).toEqual([]);
    expect(
      way([
        ['order', 0],
        ['ask', 5],
        ['self', 20],
      ]).said,
    ).toEqual([['missing', 'parcel', 20]]);
  });

  it('counts a touchpoint once however much is said about it, and sees the second time as too often', () => {
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['parcel', 20 + 10 / 60],
        ['parcel', 20 + 35 / 60],
      ]).said,
    ).toEqual([]);
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['parcel', 44],
        ['parcel', 90],
      ]).said,
    ).toEqual([['tooOften', 'parcel', 44]]);
  });

  it('holds accompanying touchpoints against the plan too', () => {
    expect(
      way([
        ['order', 0],
        ['reminder', 1],
        ['reminder', 2],
        ['reminder', 3],
      ]).said,
    ).toEqual([['tooOften', 'reminder', 3]]);
  });

  it('sees both of a choice, whichever came first', () => {
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['self', 30],
        ['technician', 40],
      ]).said,
    ).toEqual([['exclusive', 'technician', 40]]);
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['technician', 30],
        ['technician', 31],
        ['self', 40],
      ]).said,
    ).toEqual([['exclusive', 'self', 40]]);
  });

  it('sees a step back to which the journey does not lead', () => {
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['check', 30],
      ]).said,
    ).toEqual([['outOfOrder', 'check', 30]]);
    expect(
      way([
        ['order', 0],
        ['parcel', 20],
        ['ask', 21],
        ['check', 30],
      ]).said,
    ).toEqual([]);
  });

  it('does not hold against an arrival what went wrong after it', () => {
    const { one, said } = way([
      ['order', 0],
      ['parcel', 20],
      ['self', 30],
      ['first-use', 31],
      ['technician', 50],
    ]);
    expect(said.map((d) => d[0])).toEqual(['outOfOrder', 'exclusive']);
    expect(arrival(one)).toBe('planned');
  });

  it('asks of a case what its variant asks', () => {
    expect(
      way(
        [
          ['order', 0],
          ['parcel', 20],
        ],
        { segment: 'business' },
      ).said,
    ).toEqual([['missing', 'check', 20]]);
    expect(
      way(
        [
          ['order', 0],
          ['check', 1],
          ['parcel', 20],
        ],
        { segment: 'business' },
      ).said,
    ).toEqual([]);
    expect(
      way(
        [
          ['order', 0],
          ['parcel', 20],
        ],
        { segment: 'consumer' },
      ).said,
    ).toEqual([]);
  });

  it('dates everything: before a deviation the numbers do not know of it', () => {
    const { one } = way([
      ['order', 0],
      ['self', 30],
    ]);
    expect(one.deviations[0]?.[2]).toBe(START + 30 * HOUR);
    expect(START % MINUTE).toBe(0);
  });
});
