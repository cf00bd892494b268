import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssociationAnswer, AssociationParams, AssociationView, ListRef } from '#lib/contract/index.ts';
import { parseList } from '#lib/contract/index.ts';
import { contagionList, pairList, upstreamList } from '../../src/routes/(console)/assoc/association-lists.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { Associations } from '#server/live/associations.ts';
import { gatherStories } from '#server/projector/moment-list.ts';
import { gatherPassages } from '#server/projector/passages.ts';
import { connect } from '#server/redis/client.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 9, 14, 12, 0);
const PEOPLE = 240;

/** When each touchpoint of a case was come to, in hours from its beginning. */
type Way = readonly (readonly [touchpoint: string, hour: number])[];
const TYPES: Readonly<Record<string, string>> = {
  'web.look': 'page.viewed',
  order: 'order.placed',
  ship: 'delivery.started',
  use: 'delivery.arrived',
  call: 'contact.ended',
  survey: 'survey.answered',
};

/**
 * Everybody looks and orders. Every third waits for the parcel for long and calls; of the others every tenth does. Who called rates it badly, and of
 * these only every fourth uses it in the end, of the others nine of ten. Every sixteenth looked again, in the same visit as before.
 */
function wayOf(i: number): { readonly way: Way; readonly unhappy: boolean } {
  const late = i % 3 === 0;
  const calls = late || i % 10 === 1;
  const uses = calls ? i % 4 === 0 : i % 10 !== 9;
  return {
    unhappy: calls,
    way: [
      ['web.look', 0],
      ...(i % 16 === 0 ? ([['web.look', 0.1]] as const) : []),
      ['order', 0.2],
      ...(calls
        ? ([
            ['call', 30],
            ['survey', 31],
          ] as const)
        : []),
      ...(late ? [] : ([['ship', 40]] as const)),
      ...(uses ? ([['use', 60]] as const) : []),
    ],
  };
}

const startOf = (i: number): number => NOW - 30 * DAY + i * 2 * HOUR;

function history(): object[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const { way, unhappy } = wayOf(i);
    return way.map(([touchpoint, hour], k) => ({
      id: `e${i}-${k}`,
      customer: { customerId: `P${i}` },
      segment: i % 2 === 0 ? 'gold' : 'basic',
      type: TYPES[touchpoint],
      touchpoint,
      occurredAt: startOf(i) + hour * HOUR,
      ...(touchpoint === 'survey' ? { score: { kind: 'csat', value: unhappy ? 1 : 5, scale: 5 } } : {}),
    }));
  }).flat();
}

/** How often one touchpoint followed another, straight from what was sent. */
function counted(after: string, then: string, window: number): { both: number; first: number; second: number; all: number } {
  const sum = { both: 0, first: 0, second: 0, all: 0 };
  for (let i = 0; i < PEOPLE; i++) {
    const { way } = wayOf(i);
    if (startOf(i) > NOW - window || startOf(i) < NOW - window - 28 * DAY) continue;
    for (const touchpoint of new Set(way.map(([name]) => name))) {
      const at = way.find(([name]) => name === touchpoint)?.[1] ?? 0;
      if (touchpoint === then || startOf(i) + at * HOUR + window > NOW) continue;
      const follows = way.some(([name, hour]) => name === then && hour > at && (hour - at) * HOUR <= window);
      sum.all++;
      if (follows) sum.second++;
      if (touchpoint === after) sum.first++;
      if (touchpoint === after && follows) sum.both++;
    }
  }
  return sum;
}

describe('what goes together', () => {
  let app: TestApp;
  let view: AssociationView;
  const read = async (params: Partial<AssociationParams> = {}): Promise<AssociationView> => {
    for (;;) {
      const answer = await app.call<AssociationAnswer>('associations.get', { journey: 'test', ...params });
      if (answer.state === 'read') return answer.view;
    }
  };
  beforeAll(async () => {
    app = await startTestApp({ now: NOW });
    await app.take(history());
    view = await read();
  });
  afterAll(() => app[Symbol.asyncDispose]());
  const lengthOf = async (list: string): Promise<number> => (await app.list(parseList(list) as ListRef, { limit: 1 })).count;

  it('is told of cases that have had the whole window', () => {
    const until = NOW - 7 * DAY;
    const old = Array.from({ length: PEOPLE }, (_, i) => startOf(i)).filter((at) => at <= until).length;
    expect(view.cohort).toMatchObject({ until, cases: old, customers: old });
    expect([view.limited, view.leftOut]).toEqual([false, 0]);
  });

  it.each(['1d', '7d'] as const)(
    'is counted as it was sent, for every pair within %s, also where two touchpoints share a visit',
    async (window) => {
      const { pairs, pairsTested } = await read({ window });
      const names = Object.keys(TYPES);
      const wanted = names.flatMap((after) =>
        names.flatMap((then) => {
          const counts = counted(after, then, window === '1d' ? DAY : 7 * DAY);
          return after === then || counts.first === 0 || counts.second === 0 ? [] : [{ after, then, ...counts }];
        }),
      );
      const sorted = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).sort();
      expect(sorted(pairs.map(({ after, then, both, first, second, all }) => ({ after, then, both, first, second, all })))).toEqual(
        sorted(wanted.filter(({ both }) => both >= 10)),
      );
      expect(pairsTested).toEqual({ tested: wanted.length, hidden: wanted.filter(({ both }) => both < 10).length });
    },
  );

  it('finds what was sent: after a call people use it more seldom, and the shipment of the parcel goes with using it', () => {
    const pair = (after: string, then: string) => view.pairs.find((one) => one.after === after && one.then === then);
    expect(pair('call', 'use')).toMatchObject({ verdict: 'less' });
    expect(pair('call', 'use')?.lift).toBeLessThan(0.7);
    expect(pair('ship', 'use')).toMatchObject({ verdict: 'more', medianGap: 20 * HOUR });
  });

  it('opens, behind each number, a list of its length', async () => {
    const wrong: string[] = [];
    const check = async (name: string, shown: number, list: string): Promise<void> => {
      const length = await lengthOf(list);
      if (length !== shown) wrong.push(`${name}: shows ${shown}, list has ${length}`);
    };
    for (const pair of view.pairs)
      for (const of of ['both', 'first', 'second'] as const)
        await check(`${pair.after} ${pair.then} ${of}`, pair[of], pairList(view, pair, of));
    await check('came to the stage', view.upstream.cases, upstreamList(view, null, 'passed'));
    await check('fared badly', view.upstream.bad, upstreamList(view, null, 'fared'));
    for (const place of view.upstream.places) {
      await check(`passed ${place.passed}`, place.first, upstreamList(view, place, 'passed'));
      await check(`passed ${place.passed}, bad`, place.both, upstreamList(view, place, 'fared'));
    }
    for (const one of view.contagion)
      for (const bad of [true, false]) {
        const side = bad ? one.bad : one.others;
        await check(`${one.from} ${one.to} ${bad}`, side.n, contagionList(view, one, { what: 'exposed', bad }));
        await check(`${one.from} ${one.to} ${bad} used`, side.used, contagionList(view, one, { what: 'used', bad }));
        await check(`${one.from} ${one.to} ${bad} before`, side.usedBefore, contagionList(view, one, { what: 'usedBefore', bad }));
      }
    expect(wrong).toEqual([]);
    expect(view.pairs.length + view.contagion.length).toBeGreaterThan(10);
  });

  it('of an instant that is past tells only what had happened by then', async () => {
    const to = NOW - 5 * DAY;
    const past = await read({ to });
    expect(past.position).toEqual({ at: to, live: false });
    expect(past.cohort.until).toBe(to - 7 * DAY);
    expect(past.cohort.cases).toBeLessThan(view.cohort.cases);
    const [first] = past.pairs;
    if (first === undefined) throw new Error('no pair');
    expect(await lengthOf(pairList(past, first, 'both'))).toBe(first.both);
  });

  it('refuses a stage that the journey has not, and a window that there is not', async () => {
    await expect(read({ stage: 'nowhere' })).rejects.toThrow(/no stage/);
    await expect(app.call('associations.get', { journey: 'test', window: '2d' })).rejects.toThrow();
  });

  describe('where it is read from', () => {
    const blueprints = blueprintsFrom(TEST_JOURNEY);
    const [blueprint] = blueprints.all;
    if (blueprint === undefined) throw new Error('no journey');
    const context = { blueprints };
    const asked = (at: number) => ({ blueprint, window: '7d', position: { at, live: true } }) as const;

    it('has the very visits that stand behind the heatmap, as they stood at any instant', async () => {
      const redis = await connect({ url: app.redisUrl });
      for (const position of [NOW, NOW - 20 * DAY - 7 * MINUTE]) {
        const reading = { redis, partitions: 3, blueprint, at: minuteOf(position), position, context };
        const wanted = { from: NOW - 30 * DAY, until: position };
        const { travellers } = await gatherPassages(reading, wanted);
        const { stories } = await gatherStories(reading, wanted);
        const folded = travellers.flatMap(({ passages }) => passages.map(({ caseId, visits }) => [caseId, visits] as const));
        const listed = new Map(stories.map(({ caseId, visits }) => [caseId, visits]));
        expect(folded).toHaveLength(listed.size);
        for (const [caseId, visits] of folded) {
          const theirs = listed.get(caseId)?.map((visit) => ({
            ...visit,
            points: visit.points.filter(([minute]) => minute <= minuteOf(position)),
            begun: expect.any(Number) as number,
            owner: expect.any(String) as string,
          }));
          expect(visits).toEqual(theirs);
        }
      }
      redis.destroy();
    });

    it('looks at about as many cases as it may: where more were opened, the newest', async () => {
      const redis = await connect({ url: app.redisUrl });
      const reading = { redis, partitions: 3, blueprint, at: minuteOf(NOW), position: NOW, context };
      const { travellers, limited } = await gatherPassages(reading, { from: NOW - 30 * DAY, until: NOW }, 40);
      redis.destroy();
      expect(limited).toBe(true);
      const opened = travellers.flatMap(({ passages }) => passages.map((passage) => passage.opened)).sort((a, b) => b - a);
      const newest = Array.from({ length: PEOPLE }, (_, i) => startOf(i)).sort((a, b) => b - a);
      expect(opened).toEqual(newest.slice(0, opened.length));
      expect(opened.length).toBeGreaterThan(10);
    });

    it('says how far it is while it is read, shows the last reading while the next is made, and lets go of what nobody keeps', async () => {
      const [redis, other] = [await connect({ url: app.redisUrl }), await connect({ url: app.redisUrl })];
      const associations = new Associations({ redis, partitions: 3, context: () => context, patienceMs: 20 });
      await other.sendCommand(['CLIENT', 'PAUSE', '300', 'ALL']);
      expect(await associations.at(asked(NOW), undefined)).toMatchObject({ state: 'reading', done: 0 });
      const untilReadAt = async (at: number, shown: number): Promise<void> => {
        for (;;) {
          const answer = await associations.at(asked(at), undefined);
          if (answer.state === 'read' && answer.view.position.at === shown) return;
          await pause(10);
        }
      };
      await untilReadAt(NOW, NOW);
      const later = NOW + 10 * MINUTE;
      expect(await associations.at(asked(later), undefined)).toMatchObject({ state: 'read', view: { position: { at: NOW } } });
      await untilReadAt(later, later);

      await other.sendCommand(['CLIENT', 'PAUSE', '300', 'ALL']);
      const past = [1, 2, 3, 4, 5, 6].map((days) => ({ ...asked(NOW - days * DAY), position: { at: NOW - days * DAY, live: false } }));
      const answers = await Promise.allSettled(past.map((one) => associations.at(one, undefined)));
      const told = answers.map((one) => (one.status === 'fulfilled' ? one.value.state : (one.reason as Error).message));
      // Three are kept, and read one after the other; whoever asked before them may ask again.
      const refused = expect.stringMatching(/^Too many other readings/) as string;
      expect(told).toEqual([refused, refused, refused, 'reading', 'reading', 'reading']);
      redis.destroy();
      other.destroy();
    });
  });
});
