import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import { compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { dueAt, promiseRuleOf } from '#server/domain/blueprint/promise-rule.ts';
import { overdueFrom, standardFor } from '#server/domain/blueprint/standard.ts';
import { blueprintForCase, variantOf } from '#server/domain/blueprint/variant.ts';
import { DAY, HOUR } from '#server/domain/kernel/time.ts';

const blueprint = compileJourney(
  journeySchema.parse(
    parse(`
journey: shop
name: {customer: Getting it, internal: Shop}
goal: It is here
window: 20d
zone: Europe/Berlin
segments: [consumer, business, vip]
calendars: {office: {hours: {mon-fri: 09:00-17:00}}}
owners: [{name: Sales}, {name: Logistics, calendar: office}]
stages:
  - {id: order, name: {customer: Ordering, internal: Order}, standard: 2d}
  - id: deliver
    name: {customer: Waiting, internal: Deliver}
    standard: {working: 8h}
    standards: [{channel: store, time: 1h}, {segment: vip, time: {working: 4h}}, {segment: vip, channel: phone, time: 30m}]
touchpoints:
  - {id: order, name: Order, stage: order, owner: Sales, channel: web}
  - {id: parcel, name: Parcel, stage: deliver, owner: Logistics, channel: partner, wait: 1m}
promises:
  - {kind: delivery, wording: Tomorrow, owner: Logistics, due: {workingDays: 1, by: '18:00'}, grace: 1h}
  - {kind: delivery, stage: deliver, wording: Soon, owner: Logistics, due: {working: 8h}}
  - {kind: call_back, wording: We call, owner: Sales, due: {within: 4h}}
  - {kind: visit, wording: As agreed, owner: Sales}
variants:
  - {id: firms, name: Firms, segments: [business], stages: {deliver: {standard: 1h, standards: []}}, touchpoints: {parcel: {required: true, wait: 5m}},
     promises: [{kind: delivery, wording: Today, owner: Logistics, due: {workingDays: 0, by: '18:00'}}]}
  - {id: late-firms, name: Never reached, segments: [business, vip], channels: [phone]}
`),
  ),
);
const at = (text: string): number => Date.parse(text);
const friday = at('2026-11-27T16:00+01:00');
const [order, deliver] = blueprint.stages;
if (order === undefined || deliver === undefined) throw new Error('the journey has two stages');

describe('standard times', () => {
  it('run by the clock where they are plain, and on the calendar of the stage’s owner where they are working time', () => {
    expect(overdueFrom(standardFor(order, { segment: 'consumer', channel: 'web' }), friday)).toBe(friday + 2 * DAY + 1);
    expect(deliver.owner).toBe('Logistics');
    expect(overdueFrom(standardFor(deliver, { segment: 'consumer', channel: 'web' }), friday)).toBe(at('2026-11-30T16:00+01:00') + 1);
  });

  it('are those of the segment and channel of entry: who names both wins, then the segment, then the channel', () => {
    const standard = (segment: string, channel: 'web' | 'phone' | 'store') => standardFor(deliver, { segment, channel })?.ms;
    expect(standard('vip', 'phone')).toBe(HOUR / 2);
    expect(standard('vip', 'store')).toBe(4 * HOUR);
    expect(standard('consumer', 'store')).toBe(HOUR);
    expect(standard('consumer', 'web')).toBe(8 * HOUR);
  });
});

describe('promise rules', () => {
  const due = (kind: string, stage: number | null, madeAt: number) => {
    const rule = promiseRuleOf(blueprint.promises, kind, stage);
    return rule === undefined ? undefined : dueAt(rule, madeAt);
  };

  it('are found for the stage first, then for any', () => {
    expect(promiseRuleOf(blueprint.promises, 'delivery', 1)?.wording).toBe('Soon');
    expect(promiseRuleOf(blueprint.promises, 'delivery', 0)?.wording).toBe('Tomorrow');
    expect(promiseRuleOf(blueprint.promises, 'refund', 0)).toBeUndefined();
  });

  it('say when a promise is due: by the clock, in working time, on a working day, or not at all', () => {
    expect(due('call_back', 0, friday)).toBe(friday + 4 * HOUR);
    expect(due('delivery', 1, friday)).toBe(at('2026-11-30T16:00+01:00'));
    expect(due('delivery', 0, friday)).toBe(at('2026-11-30T18:00+01:00'));
    expect(due('visit', 0, friday)).toBeNull();
    expect(promiseRuleOf(blueprint.promises, 'delivery', 0)?.graceMs).toBe(HOUR);
  });
});

describe('variants', () => {
  it('are the base but for what they say otherwise', () => {
    const firm = blueprintForCase(blueprint, { segment: 'business', channel: 'phone' });
    expect(firm.stages[1]?.standardMs).toBe(HOUR);
    expect(firm.stages[0]?.standardMs).toBe(2 * DAY);
    expect(firm.touchpoints[1]).toMatchObject({ required: true, waitMs: 5 * 60_000, owner: 'Logistics' });
    expect(promiseRuleOf(firm.promises, 'delivery', 0)?.wording).toBe('Today');
    expect(firm.promises).toHaveLength(4);
  });

  it('take each case once: the first that it is one of, else none', () => {
    expect(variantOf(blueprint, { segment: 'business', channel: 'phone' })?.id).toBe('firms');
    expect(variantOf(blueprint, { segment: 'vip', channel: 'phone' })?.id).toBe('late-firms');
    expect(variantOf(blueprint, { segment: 'vip', channel: 'web' })).toBeUndefined();
    expect(blueprintForCase(blueprint, { segment: 'consumer', channel: 'web' })).toBe(blueprint);
  });
});
