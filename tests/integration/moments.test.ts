import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListRef, MomentsView, SimilarCases, StoryView } from '#lib/contract/index.ts';
import { OUTSIDE, parseList } from '#lib/contract/index.ts';
import { cardList, cohortList, matrixList, peakList, rankingList } from '../../src/routes/(console)/moments/moment-lists.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { gatherStories } from '#server/projector/lists/moment.ts';
import { connect } from '#server/redis/client.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 9, 14, 12, 0);
const PEOPLE = 120;

/** Orders of which every third meets errors; of those a quarter arrives, of the others three quarters. */
function history(): object[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const at = NOW - 10 * DAY + i * HOUR;
    const customer = { customerId: `P${i}` };
    const segment = i % 2 === 0 ? 'gold' : 'basic';
    const hard = i % 3 === 0;
    const arrives = hard ? i % 12 === 0 : i % 4 !== 1;
    const events: object[] = [
      { id: `a${i}`, customer, segment, type: 'page.viewed', occurredAt: at },
      { id: `b${i}`, customer, segment, type: 'order.placed', occurredAt: at + HOUR },
    ];
    if (hard)
      for (let k = 0; k < 4; k++)
        events.push({
          id: `e${i}-${k}`,
          customer,
          type: k % 2 === 0 ? 'error.shown' : 'selfservice.failed',
          channel: 'web',
          occurredAt: at + HOUR + k + 1,
        });
    events.push({
      id: `s${i}`,
      customer,
      type: 'survey.answered',
      occurredAt: at + 2 * HOUR,
      score: { kind: 'csat', value: hard ? 1 : 5, scale: 5 },
    });
    if (arrives)
      events.push(
        { id: `c${i}`, customer, segment, type: 'delivery.started', occurredAt: at + 5 * HOUR },
        { id: `d${i}`, customer, segment, type: 'delivery.arrived', occurredAt: at + 6 * HOUR },
      );
    return events;
  }).flat();
}

describe('the moments that matter', () => {
  let app: TestApp;
  let view: MomentsView;
  beforeAll(async () => {
    app = await startTestApp({ now: NOW });
    await app.take(history());
    view = await app.call<MomentsView>('moments.get', { journey: 'test' });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const lengthOf = async (list: string): Promise<number> => {
    const ref = parseList(list) as ListRef;
    return (await app.list(ref, { limit: 1 })).count;
  };

  it('looks at about as many cases as it may: where more were opened, the newest', async () => {
    const redis = await connect({ url: app.redisUrl });
    const blueprint = blueprintsFrom(TEST_JOURNEY).all[0];
    if (blueprint === undefined) throw new Error('no journey');
    const reading = { redis, partitions: 3, blueprint, at: minuteOf(NOW) };
    const wanted = { from: NOW - 10 * DAY, until: NOW };
    const [all, few] = [await gatherStories(reading, wanted), await gatherStories(reading, wanted, 40)];
    redis.destroy();
    expect([all.stories.length, all.limited, all.from]).toEqual([PEOPLE, false, wanted.from]);
    expect(few.limited).toBe(true);
    expect(few.stories.length).toBeLessThanOrEqual(40);
    expect(few.stories.length).toBeGreaterThan(10);
    const newest = all.stories.map(({ opened }) => opened).sort((a, b) => b - a);
    expect(few.stories.map(({ opened }) => opened).sort((a, b) => b - a)).toEqual(newest.slice(0, few.stories.length));
  });

  it('are told of cases whose outcome is decided, and only of those', () => {
    expect(view.cohort.until).toBe(NOW - 2 * DAY);
    expect(view.cohort.cases).toBe(PEOPLE);
    expect(view.cohort.arrived).toBe(
      Array.from({ length: PEOPLE }, (_, i) => (i % 3 === 0 ? i % 12 === 0 : i % 4 !== 1)).filter(Boolean).length,
    );
  });

  it('put first where a bad experience goes with a worse end, with interval, numbers and a verdict', () => {
    const [first] = view.pains;
    expect(first).toMatchObject({ verdict: 'clear' });
    expect(first?.effect).toBeLessThan(-0.3);
    expect(first?.high).toBeLessThan(0);
    expect(first?.impact).toBeCloseTo((first?.n ?? 0) * (first?.effect ?? 0), 10);
    expect(view.strengths.every(({ verdict, effect }) => verdict !== 'clear' || effect !== 0)).toBe(true);
  });

  it('open, behind each number, the cases that it counts', async () => {
    const wrong: string[] = [];
    const check = async (name: string, shown: number, list: string): Promise<void> => {
      const length = await lengthOf(list);
      if (length !== shown) wrong.push(`${name}: shows ${shown}, list has ${length}`);
    };
    for (const side of ['pains', 'strengths'] as const)
      for (const moment of view[side]) {
        await check(`${side} ${moment.touchpoint}`, moment.n, rankingList(view, moment, { side, group: true }));
        await check(`${side} ${moment.touchpoint} others`, moment.others, rankingList(view, moment, { side, group: false }));
        const arrived = Math.round(moment.mean * moment.n);
        await check(`${side} ${moment.touchpoint} arrived`, arrived, rankingList(view, moment, { side, group: true, arrived: 'yes' }));
      }
    await check('cohort', view.cohort.cases, cohortList(view, 'cases'));
    await check('cohort at the goal', view.cohort.arrived, cohortList(view, 'arrived'));
    for (const one of view.matrix)
      for (const [what, n] of [
        ['here', one.n],
        ['bad', one.bad],
        ['good', one.good],
      ] as const)
        await check(`matrix ${one.touchpoint} ${what}`, n, matrixList(view, one.touchpoint, what));
    for (const [what, n] of [
      ['worst', view.worstCount],
      ['best', view.bestCount],
    ] as const)
      await check(what, n, peakList(view, what));
    for (const card of view.scorecards)
      for (const what of ['visits', 'kept', 'broken'] as const)
        await check(`card ${card.owner} ${what}`, card[what], cardList(view, card, what));
    expect(wrong).toEqual([]);
    expect(view.worstCount).toBeGreaterThan(0);
  });

  it('open the visits of a department that is called as a column of ours, not those of everybody', () => {
    const [card] = view.scorecards;
    const column = (owner: string | null) => card && parseList(cardList(view, { ...card, owner }, 'visits'));
    expect(['all', 'Care', null].map(column)).toMatchObject([{ column: '“all”' }, { column: 'Care' }, { column: OUTSIDE }]);
  });

  it('can be held against the feeling at the end as well', async () => {
    const felt = await app.call<MomentsView>('moments.get', { journey: 'test', outcome: 'felt' });
    expect(felt.cohort.until).toBe(felt.position.at);
    for (const { mean, otherMean } of felt.pains) expect(Math.max(Math.abs(mean), Math.abs(otherMean))).toBeLessThanOrEqual(1);
  });

  it('add up: what departments answer for and what is outside is all there is', async () => {
    const heat = await app.heat({ journey: 'test', window: '24h', from: view.recent.from, to: view.position.at });
    const all = Object.values(heat.cells)
      .filter(({ column }) => column === 'all')
      .reduce((sum, cell) => sum + cell.n, 0);
    expect(view.scorecards.reduce((sum, card) => sum + card.visits, 0)).toBe(all);
  });

  it('tell, for a case that is open now, what decided cases did next that once stood where it stands', async () => {
    const customer = { customerId: 'now' };
    await app.take([
      { id: 'n1', customer, segment: 'gold', type: 'page.viewed', occurredAt: NOW - 3 * HOUR },
      { id: 'n2', customer, segment: 'gold', type: 'order.placed', occurredAt: NOW - 2 * HOUR },
      { id: 'n3', customer, type: 'survey.answered', occurredAt: NOW - HOUR, score: { kind: 'csat', value: 5, scale: 5 } },
    ]);
    const { hits } = await app.call<{ hits: readonly { customer: string }[] }>('customers.find', { q: 'now' });
    const customerId = hits[0]?.customer ?? '';
    const { header } = await app.call<StoryView>('story.get', { customerId });
    const similar = await app.call<SimilarCases>('story.similar', { customerId, caseId: header?.cases[0]?.caseId ?? '' });
    const pleased = Array.from({ length: PEOPLE }, (_, i) => i).filter((i) => i % 3 !== 0);
    const arrived = pleased.filter((i) => i % 4 !== 1).length;
    expect(similar).toMatchObject({ by: 'touchpoint', experience: 'good', all: pleased.length, arrived });
    expect(similar.next).toMatchObject([{ arrived, all: arrived }]);
    expect(await app.call('story.similar', { customerId, caseId: 'another' })).toBeNull();
  });
});
