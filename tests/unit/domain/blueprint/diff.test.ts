import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import type { JourneyFile } from '#lib/contract/index.ts';
import { diffJourneys, durationText } from '#server/domain/blueprint/diff.ts';
import { variantFile } from '#server/domain/blueprint/variant.ts';

const TEXT = `
journey: shop
name: {customer: Getting it, internal: Shop}
goal: It is here
window: 20d
stages:
  - {id: order, name: {customer: Ordering, internal: Order}, standard: 2d, needs: [Quick, Sure], standards: [{segment: vip, time: 1d}]}
  - {id: deliver, name: {customer: Waiting, internal: Deliver}, standard: {working: 8h}}
touchpoints:
  - {id: order, name: Order, stage: order, owner: Sales, channel: web}
  - {id: parcel, name: Parcel, stage: deliver, owner: Logistics, channel: partner}
variants:
  - {id: firms, name: Firms, segments: [business], stages: {deliver: {standard: 90m}}, touchpoints: {parcel: {required: true}}}
`;
const read = (text: string): JourneyFile => journeySchema.parse(parse(text));
const base = read(TEXT);
function changed(from: string, to: string) {
  expect(TEXT).toContain(from);
  return diffJourneys(base, read(TEXT.replace(from, to)));
}

describe('the difference between two journeys', () => {
  it('is nothing where they say the same, however they write it', () => {
    expect(diffJourneys(base, base)).toEqual([]);
    expect(changed('standard: 2d,', 'standard: 48h,')).toEqual([]);
    expect(changed('channel: web}', 'channel: web, mot: 0}')).toEqual([]);
    expect(changed('journey: shop', 'journey: shop\nversion: 2')).toEqual([]);
  });

  it('is exactly the fields that differ, in the words of the file', () => {
    expect(changed('standard: 2d,', 'standard: 3d,')).toEqual([{ path: 'stages.order.standard', before: '2d', after: '3d' }]);
    expect(changed('{working: 8h}', '{working: 4h}')).toEqual([{ path: 'stages.deliver.standard.working', before: '8h', after: '4h' }]);
    expect(changed('{working: 8h}', '8h')).toEqual([{ path: 'stages.deliver.standard', before: '{ working: 8h }', after: '8h' }]);
    expect(changed('owner: Sales', 'owner: Shops')).toEqual([{ path: 'touchpoints.order.owner', before: 'Sales', after: 'Shops' }]);
    expect(changed('time: 1d', 'time: 12h')).toEqual([{ path: 'stages.order.standards.vip/*.time', before: '1d', after: '12h' }]);
  });

  it('names what is new, gone, or in another order', () => {
    expect(changed('Quick, Sure', 'Sure')).toEqual([{ path: 'stages.order.needs.Quick', before: 'Quick', after: null }]);
    expect(changed('variants:\n', 'variants:\n  - {id: shops, name: Shops, channels: [store]}\n')).toEqual([
      {
        path: 'variants.shops',
        before: null,
        after: '{ id: shops, name: Shops, channels: [store] }',
      },
    ]);
    const [first, second] = base.stages;
    if (first === undefined || second === undefined) throw new Error('two stages');
    expect(diffJourneys(base, { ...base, stages: [second, first] })).toEqual([
      { path: 'stages (order)', before: 'order, deliver', after: 'deliver, order' },
    ]);
  });

  it('names standards in another order: of two that fit a case equally, the first is its', () => {
    const [vip, store] = ['{segment: vip, time: 1d}', '{channel: store, time: 3h}'];
    const ordered = (...standards: string[]) =>
      read(TEXT.replace(`[${vip}]`, `[${standards.join(', ')}]`).replace('{standard: 90m}', `{standards: [${standards.join(', ')}]}`));
    expect(diffJourneys(ordered(vip, store), ordered(store, vip)).map(({ path }) => path)).toEqual([
      'stages.order.standards (order)',
      'variants.firms.stages.deliver.standards (order)',
    ]);
  });

  it('names what a variant takes away from the base, and no more takes away', () => {
    const none = read(TEXT.replace('{required: true}', '{required: true, most: null}'));
    const change = { path: 'variants.firms.touchpoints.parcel.most', before: null, after: 'null' };
    expect(diffJourneys(base, none)).toEqual([change]);
    expect(diffJourneys(none, base)).toEqual([{ ...change, before: 'null', after: null }]);
  });

  it('says of a variant exactly what it changes', () => {
    const [firms] = base.variants;
    if (firms === undefined) throw new Error('one variant');
    expect(diffJourneys({ ...base, variants: [] }, variantFile(base, firms))).toEqual([
      { path: 'stages.deliver.standard', before: '{ working: 8h }', after: '1h 30m' },
      { path: 'touchpoints.parcel.required', before: 'false', after: 'true' },
    ]);
  });

  it('writes durations as people do', () => {
    expect([1000, 90_000, 5_400_000, 864_000_000, 1_814_400_000, 129_600_000, 1500].map(durationText)).toEqual([
      '1s',
      '1m 30s',
      '1h 30m',
      '10d',
      '3w',
      '1d 12h',
      '1.5s',
    ]);
  });
});
