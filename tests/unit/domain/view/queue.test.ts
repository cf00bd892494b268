import { describe, expect, it } from 'vitest';
import { QUEUE_REASONS } from '#lib/contract/index.ts';
import type { Factor, QueueReason } from '#lib/contract/index.ts';
import { queueView } from '#server/domain/view/queue.ts';
import type { QueueContext, Waiting } from '#server/domain/view/queue.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 26, 12);
const STORM: Factor = {
  id: 'storm',
  kind: 'storm',
  name: 'Storm Ina',
  from: NOW - 3 * HOUR,
  to: null,
  areas: [],
  segments: [],
  journeys: [],
};
const blueprints = blueprintsFrom(TEST_JOURNEY);
const context: QueueContext = { blueprints, factors: [STORM], now: NOW };

interface Told {
  readonly reason?: QueueReason;
  readonly stage?: number;
  readonly kind?: string;
  readonly factors?: readonly string[];
  readonly asideUntil?: number;
}

/** Somebody who waits in the test journey since an instant. */
function waits(customer: string, from: number, told: Told = {}): Waiting {
  const { reason = 'stuck', stage = 0, kind = '', factors = [], asideUntil = 0 } = told;
  const item = `s:${from}:${stage}`;
  const until = NOW + 20 * DAY;
  return [customer, item, QUEUE_REASONS.indexOf(reason), from, until, 'test', 1, '1', stage, kind, '', 'all', 'north', 'web', factors, '', 0, asideUntil]; // prettier-ignore
}
const three = (from: number, told?: Told): Waiting[] => ['a', 'b', 'c'].map((customer, i) => waits(`${customer}${from}`, from + i, told));

describe('the incidents of the queue', () => {
  it('name a factor only for what needs somebody since it began: no cause comes after its effect', () => {
    const late = three(NOW - 3 * DAY, { factors: ['storm'] });
    const [incident] = queueView(late, {}, context).incidents;
    expect(incident).toMatchObject({ factor: null, area: 'north', customers: 3 });
    expect(queueView(late, {}, context).items[0]?.factors).toEqual([]);
    const since = three(NOW - HOUR, { factors: ['storm'] });
    expect(queueView(since, {}, context).incidents).toMatchObject([{ factor: 'Storm Ina', customers: 3 }]);
  });

  it('keep those whom a factor cannot have stopped apart from those whom it can', () => {
    const all = [...three(NOW - 4 * HOUR, { factors: ['storm'] }), ...three(NOW - 2 * HOUR, { factors: ['storm'] })];
    expect(queueView(all, {}, context).incidents.map(({ factor, customers }) => [factor, customers])).toEqual([
      [null, 3],
      ['Storm Ina', 3],
    ]);
  });

  it('name no factor that has been taken back, and none that has not begun', () => {
    const all = three(NOW + HOUR, { factors: ['storm'] });
    expect(queueView(all, {}, { ...context, factors: [] }).incidents).toMatchObject([{ factor: null }]);
    const ahead = { ...STORM, from: NOW + HOUR / 2 };
    expect(queueView(all, {}, { ...context, factors: [ahead] }).incidents).toMatchObject([{ factor: null }]);
  });

  it('name a place and a kind of promise only where all have it in common', () => {
    const under = { factors: ['storm'], reason: 'promise' } as const;
    const one = three(NOW - HOUR, { ...under, stage: 2, kind: 'delivery' });
    expect(queueView(one, {}, context).incidents).toMatchObject([{ stage: 'deliver', kind: 'delivery' }]);
    const several = [...one, waits('d', NOW - HOUR, { ...under, stage: 1, kind: 'call' })];
    expect(queueView(several, {}, context).incidents).toMatchObject([{ customers: 4, stage: null, kind: null }]);
  });
});

describe('an incident that is opened', () => {
  const idOf = (all: readonly Waiting[]): string => queueView(all, {}, context).incidents[0]?.id ?? '';
  const customersOf = (all: readonly Waiting[], incident: string): readonly string[] =>
    queueView(all, { incident }, context).items.map(({ customer }) => customer);

  it('stays the same one as its customers are helped and others come', () => {
    const [oldest, ...others] = [...three(NOW - 2 * HOUR), waits('d', NOW - HOUR)];
    const id = idOf([oldest, ...others].filter((one) => one !== undefined));
    expect(idOf(others)).toBe(id);
    expect(customersOf([...others, waits('e', NOW - HOUR / 2)], id)).toHaveLength(4);
  });

  it('still shows the last of its customers, who are too few for an incident', () => {
    const all = three(NOW - 2 * HOUR);
    const id = idOf(all);
    expect(queueView(all.slice(1), { incident: id }, context)).toMatchObject({ count: 2, incidents: [] });
    expect(queueView([waits('z', NOW, { reason: 'complaint' })], { incident: id }, context).count).toBe(0);
  });

  it('is one, also where its cause came back, and says how many times', () => {
    const all = [...three(NOW - 2 * DAY), waits('alone', NOW - DAY), ...three(NOW - HOUR)];
    const { incidents } = queueView(all, {}, context);
    expect(incidents).toMatchObject([{ customers: 6, items: 6, times: 2, from: NOW - 2 * DAY, until: NOW - HOUR + 2 }]);
    expect(customersOf(all, idOf(all))).toHaveLength(6);
  });
});

describe('the counts by reason', () => {
  it('are the lengths of the lists that choosing a reason opens, whatever else is filtered', () => {
    const all = [
      ...three(NOW - 2 * HOUR),
      waits('d', NOW - HOUR, { reason: 'complaint', stage: 1 }),
      waits('e', NOW - HOUR, { reason: 'promise', kind: 'call', stage: 2 }),
    ];
    const owners = queueView(all, {}, context).owners;
    expect(owners.length).toBeGreaterThan(1);
    for (const chosen of [{}, ...owners.map((owner) => ({ owner })), { segment: 'nobody has it' }, { who: 'nobody' }, { journey: 'test' }])
      for (const now of [undefined, ...QUEUE_REASONS]) {
        const { byReason } = queueView(all, now === undefined ? chosen : { ...chosen, reason: now }, context);
        for (const reason of QUEUE_REASONS) expect(byReason[reason]).toBe(queueView(all, { ...chosen, reason }, context).count);
        expect(Object.values(byReason).reduce((sum, one) => sum + one, 0)).toBe(queueView(all, chosen, context).count);
      }
  });
});

describe('a queue of hundreds', () => {
  it('tells how many there are, and all of them to whoever asks for so many', () => {
    const all = Array.from({ length: 450 }, (_, i) => waits(`w${i}`, NOW - i * 1000));
    expect(queueView(all, {}, context)).toMatchObject({ count: 450, items: { length: 200 } });
    expect(queueView(all, { most: 5 }, context)).toMatchObject({ count: 450, items: { length: 5 } });
    const { items } = queueView(all, { most: 5000 }, context);
    expect(new Set(items.map(({ customer }) => customer)).size).toBe(450);
    expect(items.slice(0, 200)).toEqual(queueView(all, {}, context).items);
  });
});

describe('what is put aside', () => {
  it('does not wait now, and is told with the instant at which it comes back', () => {
    const later = waits('a', NOW - HOUR, { asideUntil: NOW + HOUR });
    const view = queueView([later, waits('b', NOW - HOUR, { asideUntil: NOW })], { reason: 'complaint' }, context);
    expect(view.byReason.stuck).toBe(1);
    expect(view.aside).toEqual({ [`a 1 s:${NOW - HOUR}:0`]: NOW + HOUR });
  });
});
