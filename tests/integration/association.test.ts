import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssociationAnswer, AssociationListRef, AssociationParams, AssociationView, ListRef } from '#lib/contract/index.ts';
import { parseList } from '#lib/contract/index.ts';
import { contagionList, pairList, upstreamList } from '../../src/routes/(console)/assoc/association-lists.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { Associations } from '#server/live/associations.ts';
import type { AssociationsOptions } from '#server/live/associations.ts';
import type { Asked } from '#server/live/readings.ts';
import { createLog } from '#server/platform/log.ts';
import { gatherStories } from '#server/projector/lists/moment.ts';
import { gatherPassages } from '#server/projector/passages.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
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
    expect([view.limited, view.leftOut, view.unreadable]).toEqual([false, 0, 0]);
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

  it('asks of the stage with most bad visits where the version has not the one that is named, and refuses a window that there is not', async () => {
    expect((await read({ stage: 'nowhere' })).upstream).toEqual(view.upstream);
    await expect(app.call('associations.get', { journey: 'test', window: '2d' })).rejects.toThrow();
  });

  describe('where it is read from', () => {
    const blueprints = blueprintsFrom(TEST_JOURNEY);
    const [blueprint] = blueprints.all;
    if (blueprint === undefined) throw new Error('no journey');
    const context = { blueprints };

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

    it('rests after some work for as long as it is told to, and is given up at once when it is stopped', async () => {
      const redis = await connect({ url: app.redisUrl });
      const reading = { redis, partitions: 3, blueprint, at: minuteOf(NOW), position: NOW, context };
      const wanted = { from: NOW - 30 * DAY, until: NOW };
      const [worked, done]: [number[], number[]] = [[], []];
      let isResting = false;
      const rest = async (workedMs: number): Promise<void> => {
        isResting = true;
        worked.push(workedMs);
        await pause(2);
        isResting = false;
      };
      const onProgress = (count: number): void => void done.push(isResting ? -1 : count);
      const { travellers } = await gatherPassages({ ...reading, rest, onProgress }, wanted);
      expect(travellers).toHaveLength(PEOPLE);
      expect(worked.length).toBeGreaterThan(0);
      expect(Math.min(...worked)).toBeGreaterThanOrEqual(6);
      expect(done).toEqual(Array.from({ length: PEOPLE / 4 }, (_, i) => i * 4));

      const stopping = new AbortController();
      const seen: number[] = [];
      const stopped = gatherPassages(
        {
          ...reading,
          signal: stopping.signal,
          onProgress(count) {
            seen.push(count);
            if (count === 40) stopping.abort();
          },
        },
        wanted,
      );
      await expect(stopped).rejects.toThrow(/abort/i);
      expect(seen.at(-1)).toBe(40);
      redis.destroy();
    });

    it('leaves out, and counts, whoever has an entry that cannot be read', async () => {
      const redis = await connect({ url: app.redisUrl });
      const reading = { redis, partitions: 3, blueprint, at: minuteOf(NOW), position: NOW, context };
      const wanted = { from: NOW - 30 * DAY, until: NOW };
      const [broken] = (await gatherPassages(reading, wanted)).travellers;
      if (broken === undefined) throw new Error('nobody');
      const key = keys.customer(partitionOf(broken.customer, 3), broken.customer);
      const entry = await redis.xAdd(key, `${NOW}-0`, { e: '{"at":' });
      const { travellers, unreadable, leftOut } = await gatherPassages(reading, wanted);
      await redis.xDel(key, entry);
      expect([unreadable, leftOut, travellers.length]).toEqual([1, 0, PEOPLE - 1]);
      expect(travellers.map(({ customer }) => customer)).not.toContain(broken.customer);
      redis.destroy();
    });
  });

  describe('read in the background', () => {
    const blueprints = blueprintsFrom(TEST_JOURNEY);
    const [blueprint] = blueprints.all;
    if (blueprint === undefined) throw new Error('no journey');
    type Window = '1d' | '7d' | '30d';
    const live = (at: number, window: Window = '7d') => ({ blueprint, window, position: { at, live: true } });
    const past = (at: number, window: Window = '7d') => ({ blueprint, window, position: { at, live: false } });
    let redis: Redis;
    beforeAll(async () => {
      redis = await connect({ url: app.redisUrl });
    });
    afterAll(() => redis.destroy());

    /** The same store, which answers nothing that begins a reading until it is opened. */
    function gated(): { readonly redis: Redis; open(): void } {
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const get = (target: Redis, name: string | symbol): unknown => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = (...given: unknown[]): unknown => Reflect.apply(value, target, given);
        return name === 'zCount' ? (...given: unknown[]) => opened.then(() => call(...given)) : call;
      };
      return { redis: new Proxy(redis, { get }), open: () => open() };
    }

    function reading(options: Partial<AssociationsOptions> = {}) {
      const clock = { now: NOW };
      const begun = { count: 0 };
      const context = (): FoldContext => {
        begun.count++;
        return { blueprints };
      };
      const log = createLog('silent');
      const usual = { redis, partitions: 3, clock: () => clock.now, log, context, lagMs: () => 0, patienceMs: 20 };
      const associations = new Associations({ ...usual, ...options });
      const until = async (asked: Asked, shown = asked.position.at): Promise<AssociationView> => {
        for (;;) {
          const answer = await associations.at(asked, undefined);
          if (answer.state === 'read' && answer.view.position.at === shown) return answer.view;
          await pause(5);
        }
      };
      const lengthIn = async (seen: AssociationView): Promise<number> => {
        const [pair] = seen.pairs;
        if (pair === undefined) throw new Error('no pair');
        let length = 0;
        for await (const row of associations.rows(parseList(pairList(seen, pair, 'both')) as AssociationListRef, blueprint as Blueprint))
          length += row.caseId === '' ? 0 : 1;
        return length - pair.both;
      };
      return { associations, clock, begun, until, lengthIn };
    }

    it('says how far it is, refuses nobody however many different ones are asked for, and shows each in the end', async () => {
      const gate = gated();
      const { associations, until, lengthIn } = reading({ redis: gate.redis });
      const lives = (['1d', '7d', '30d'] as const).map((window) => live(NOW, window));
      const pasts = Array.from({ length: 10 }, (_, i) => past(NOW - i * DAY - HOUR, '1d'));
      const told = await Promise.all([...pasts, ...lives].map((asked) => associations.at(asked, undefined)));
      expect(told.map((answer) => answer.state === 'reading' && answer.done)).toEqual(told.map(() => 0));
      gate.open();
      const views = await Promise.all([...lives, ...pasts].map((asked) => until(asked)));
      // What is live was made first, and is still there: past positions are kept apart.
      for (const seen of views.slice(0, 2)) expect(await lengthIn(seen)).toBe(0);
      expect(await associations.at(live(NOW), undefined)).toMatchObject({ state: 'read', view: { position: { at: NOW } } });
    });

    it('shows the last reading while the next is made, keeps it for its lists, and shows none that is older than an hour', async () => {
      const gate = gated();
      const { associations, clock, until, lengthIn } = reading({ redis: gate.redis });
      gate.open();
      const first = await until(live(NOW));
      clock.now = NOW + 10 * MINUTE;
      expect(await associations.at(live(clock.now), undefined)).toMatchObject({ state: 'read', view: { position: { at: NOW } } });
      const second = await until(live(clock.now));
      expect([await lengthIn(first), await lengthIn(second)]).toEqual([0, 0]);
      clock.now += HOUR;
      const answer = await associations.at(live(clock.now), undefined);
      expect(answer.state === 'read' ? answer.view.position.at : clock.now).toBe(clock.now);
    });

    it('makes one reading of the instants of a minute, and begins only so many past ones in ten minutes', async () => {
      const { associations, clock, begun, until } = reading();
      const from = NOW - 5 * DAY;
      for (let i = 0; i < 60; i++) await until(past(from + i * 1000), from);
      expect(begun.count).toBe(1);
      for (let i = 1; i < 12; i++) await until(past(from + i * MINUTE, '1d'));
      expect(begun.count).toBe(12);
      const next = past(from + 12 * MINUTE, '1d');
      expect(await associations.at(next, undefined)).toMatchObject({ state: 'reading', done: 0 });
      await until(live(NOW));
      expect(await associations.at(next, undefined)).toMatchObject({ state: 'reading', done: 0 });
      expect(begun.count).toBe(13);
      clock.now += 10 * MINUTE;
      await until(next);
    });

    it('gives up what nobody has asked for in a minute, and everything when it is stopped', async () => {
      const gate = gated();
      const { associations, clock, begun, until } = reading({ redis: gate.redis });
      await Promise.all([past(NOW - DAY), past(NOW - 2 * DAY)].map((asked) => associations.at(asked, undefined)));
      clock.now += MINUTE;
      gate.open();
      await until(live(clock.now));
      // The first had begun, the second had not and never does.
      expect(begun.count).toBe(2);
      await until(past(NOW - DAY));
      expect(begun.count).toBe(3);

      const shut = gated();
      const other = reading({ redis: shut.redis, patienceMs: 60_000 });
      const waits = [live(NOW), past(NOW - DAY)].map((asked) => other.associations.at(asked, undefined));
      other.associations.stop();
      shut.open();
      expect(await Promise.all(waits)).toMatchObject([{ state: 'reading' }, { state: 'reading' }]);
      expect(await other.associations.at(live(NOW), undefined)).toMatchObject({ state: 'reading' });
      expect(other.begun.count).toBe(1);
    });

    it('asks how far the numbers are behind before it rests', async () => {
      let asked = 0;
      const { until } = reading({ lagMs: () => asked++ });
      await until(live(NOW));
      expect(asked).toBeGreaterThan(0);
    });

    it('keeps a reading whose lists are read, and says of a list whose reading is gone that the page must be read again', async () => {
      const { until, lengthIn } = reading();
      const views: AssociationView[] = [];
      for (const days of [1, 2, 3, 4]) views.push(await until(past(NOW - days * DAY, '1d')));
      const [first, second] = views;
      if (first === undefined || second === undefined) throw new Error('not read');
      expect(await lengthIn(first)).toBe(0);
      await until(past(NOW - 5 * DAY, '1d'));
      expect(await lengthIn(first)).toBe(0);
      await expect(lengthIn(second)).rejects.toMatchObject({ code: 'not_found', message: expect.stringMatching(/page again/) as string });
    });

    it('logs a reading that fails, without anybody in it, and begins anew only after some seconds', async () => {
      const lines: string[] = [];
      const log = createLog('info', { write: (line: string) => void lines.push(line) });
      let tries = 0;
      const context = (): FoldContext => {
        tries++;
        throw new Error('no context');
      };
      const { associations, clock } = reading({ log, context });
      for (let i = 0; i < 3; i++) await expect(associations.at(live(NOW), undefined)).rejects.toMatchObject({ code: 'internal' });
      expect([tries, lines.length]).toEqual([1, 1]);
      expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 'error', journey: 'test', window: '7d', err: { message: 'no context' } });
      clock.now += 10_000;
      await expect(associations.at(live(clock.now), undefined)).rejects.toThrow(/some seconds|few seconds/);
      expect(tries).toBe(2);
    });
  });
});
