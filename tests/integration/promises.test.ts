import { describe, expect, it } from 'vitest';
import type { PromiseLedgerView, PromiseWhat, WallView } from '#lib/contract/index.ts';
import type { TestApp } from '../support/app.ts';
import { startTestApp } from '../support/app.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
/** Monday, 2 March 2026, ten o'clock in Berlin. */
const START = Date.UTC(2026, 2, 2, 9);
const RULED = TEST_JOURNEY.replace(
  'stages:\n',
  `zone: Europe/Berlin
calendars: {office: {hours: {mon-fri: "09:00-17:00"}}}
owners: [{name: Marketing}, {name: Sales}, {name: Logistics}, {name: Product}, {name: Care, calendar: office}]
promises:
  - {kind: money, wording: "Your money is there by noon", owner: Care, due: {workingDays: 1, by: '12:00'}}
stages:
`,
);

async function customerOf(app: TestApp, name: string): Promise<string> {
  return (await app.find(name)).hits[0]?.customer ?? '';
}

describe('a promise that is made without a date', () => {
  it('is due when the rule of its journey says; without a rule it stands in the story and is counted beside the others, until a date is given', async () => {
    await using app = await startTestApp({ now: START, journeys: [RULED] });
    const customer = { customerId: 'ada' };
    await app.take([
      { id: 'a', customer, type: 'page.viewed', occurredAt: START - 2 * HOUR },
      { id: 'b', customer, type: 'promise.made', touchpoint: 'call', occurredAt: START - HOUR, promise: { kind: 'money' } },
      { id: 'c', customer, type: 'promise.made', touchpoint: 'call', occurredAt: START - HOUR / 2, promise: { kind: 'gift' } },
    ]);
    const due = Date.parse('2026-03-03T12:00:00+01:00');
    const { header, items } = await app.timeline(await customerOf(app, 'ada'));
    expect(header?.promises).toMatchObject([{ kind: 'money', state: 'open', due }]);
    expect(items.slice(0, 2).map(({ promise }) => promise)).toEqual([
      { kind: 'gift', due: null, wording: null },
      { kind: 'money', due, wording: 'Your money is there by noon' },
    ]);
    expect((await app.call<PromiseLedgerView>('promises.get', { journey: 'test' })).total).toMatchObject({
      made: 1,
      open: 1,
      undated: 1,
    });
    const listed = async (what: PromiseWhat): Promise<number> => (await app.list({ of: 'promise', journey: 'test', what })).rows.length;
    expect([await listed('made'), await listed('undated')]).toEqual([1, 1]);
    await app.take([
      { id: 'd', customer, type: 'promise.moved', occurredAt: START - HOUR / 4, promise: { kind: 'gift', due: START + HOUR } },
    ]);
    expect((await app.call<PromiseLedgerView>('promises.get', { journey: 'test' })).total).toMatchObject({
      made: 2,
      open: 2,
      undated: 0,
    });
    expect([await listed('made'), await listed('undated')]).toEqual([2, 0]);
  });
});

describe('the share of promises kept on a wallboard', () => {
  it('is that of the ledger from a week ago on: both begin with the hour', async () => {
    const now = START + HOUR / 2;
    await using app = await startTestApp({ now, journeys: [RULED] });
    const week = 7 * 24 * HOUR;
    const made = (name: string, at: number, keptAt: number | null): object[] => [
      { id: `${name}-look`, customer: { customerId: name }, type: 'page.viewed', occurredAt: at - HOUR },
      {
        id: `${name}-made`,
        customer: { customerId: name },
        type: 'promise.made',
        occurredAt: at,
        promise: { kind: 'gift', due: at + HOUR },
      },
      ...(keptAt === null
        ? []
        : [{ id: `${name}-kept`, customer: { customerId: name }, type: 'promise.kept', occurredAt: keptAt, promise: { kind: 'gift' } }]),
    ];
    const kept = async (): Promise<unknown[]> => {
      const { tiles } = await app.call<WallView>('wall.get', { journey: 'test' });
      const { total } = await app.call<PromiseLedgerView>('promises.get', { journey: 'test', from: now - week });
      const settled = total.kept + total.late + total.broken;
      expect(tiles.find(({ id }) => id === 'kept')).toMatchObject({ n: settled, value: (100 * total.kept) / settled });
      return [total.kept, settled];
    };
    await app.take([...made('ada', now - week - HOUR / 3, null), ...made('ben', now - 5 * HOUR, now - 4.5 * HOUR)]);
    expect(await kept()).toEqual([1, 2]);
  });
});

describe('the promise gap of a square', () => {
  it('is of the promises made in its channel, also where the touchpoint is mostly met in another', async () => {
    await using app = await startTestApp({ now: START, journeys: [RULED] });
    const made = (name: string, channel: string): object[] => [
      { id: `${name}-look`, customer: { customerId: name }, type: 'page.viewed', occurredAt: START - 5 * HOUR },
      {
        id: `${name}-made`,
        customer: { customerId: name },
        type: 'promise.made',
        channel,
        occurredAt: START - 4 * HOUR,
        promise: { kind: 'gift', due: START - 2 * HOUR },
      },
    ];
    await app.take([...made('ada', 'chat'), ...made('ben', 'chat'), ...made('cy', 'phone')]);
    const { cells } = await app.heat({ journey: 'test', window: '24h', by: 'channel', layer: 'promises' });
    const broken = (column: string): unknown => cells[`look|${column}`]?.promises;
    expect([broken('chat'), broken('phone'), broken('all')]).toEqual([
      { kept: 0, broken: 2 },
      { kept: 0, broken: 1 },
      { kept: 0, broken: 3 },
    ]);
    const square = { of: 'outcome', journey: 'test', stage: 'look', by: 'channel', what: 'broken', window: '24h' } as const;
    const lengths = await Promise.all(['chat', 'phone', 'all'].map(async (column) => (await app.list({ ...square, column })).count));
    expect(lengths).toEqual([2, 1, 3]);
  });
});

describe('a promise that no touchpoint takes up', () => {
  it('is one of the case that its event names, and counts there; where none is named it is on the timeline only', async () => {
    await using app = await startTestApp({ now: START, journeys: [RULED] });
    const by = (orderId: string): Record<string, string> => ({ customerId: 'ada', orderId });
    const promised = { type: 'parcel.announced', promise: { kind: 'parcel', due: START - HOUR } };
    await app.take([
      { id: 'a', customer: by('1'), type: 'order.placed', occurredAt: START - 6 * HOUR },
      { id: 'b', customer: by('2'), type: 'order.placed', occurredAt: START - 5 * HOUR },
      { id: 'c', customer: by('2'), type: 'delivery.started', occurredAt: START - 4 * HOUR },
      { id: 'd', customer: by('1'), occurredAt: START - 3 * HOUR, ...promised },
      { id: 'e', customer: by('2'), occurredAt: START - 3 * HOUR + 1, ...promised },
      { id: 'f', customer: { customerId: 'ada' }, occurredAt: START - 3 * HOUR + 2, ...promised },
      { id: 'g', customer: by('1'), type: 'parcel.money', occurredAt: START - 3 * HOUR + 3, promise: { kind: 'money' } },
      { id: 'h', customer: by('1'), type: 'promise.kept', journey: 'test', occurredAt: START - 2 * HOUR, promise: { kind: 'parcel' } },
    ]);
    const { total, lines, owners } = await app.call<PromiseLedgerView>('promises.get', { journey: 'test' });
    expect(total).toMatchObject({ made: 3, kept: 1, broken: 1, open: 1, undated: 0 });
    expect(Object.keys(lines).sort()).toEqual(['deliver|parcel', 'order|money', 'order|parcel']);
    expect(lines['order|parcel']).toMatchObject({ made: 1, kept: 1 });
    expect(owners.map(({ owner, counts }) => [owner, counts.made])).toEqual([
      ['Care', 1],
      ['Logistics', 1],
      ['Sales', 1],
    ]);
    const { rows } = await app.list({ of: 'promise', journey: 'test', what: 'broken' });
    expect(rows.map(({ caseId }) => caseId)).toEqual(['test:2']);
    expect((await app.timeline(await customerOf(app, 'ada'))).header?.promises.length).toBe(4);
  });
});

describe('a number whose name holds the stroke that the sums are named with', () => {
  it('has that very name, and opens the list that it counts', async () => {
    await using app = await startTestApp({ now: START, journeys: [RULED] });
    const customer = { customerId: 'ada', orderId: '1' };
    await app.take([
      { id: 'a', customer, type: 'page.viewed', segment: 'north|new', occurredAt: START - 3 * HOUR },
      { id: 'b', customer, type: 'parcel.announced', occurredAt: START - 2 * HOUR, promise: { kind: 'a|b|c', due: START - HOUR } },
    ]);
    const { lines } = await app.call<PromiseLedgerView>('promises.get', { journey: 'test' });
    expect(Object.values(lines).map(({ kind, made }) => [kind, made])).toEqual([['a|b|c', 1]]);
    expect((await app.list({ of: 'promise', journey: 'test', kind: 'a|b|c', what: 'made' })).rows.length).toBe(1);
    const { groups } = await app.call<{ groups: Record<string, { total: { entered: number } }> }>('funnel.get', {
      journey: 'test',
      by: 'segment',
    });
    expect(groups['north|new']?.total.entered).toBe(1);
    expect((await app.list({ of: 'funnel', journey: 'test', what: 'entered', segment: 'north|new' })).rows.length).toBe(1);
  });
});
