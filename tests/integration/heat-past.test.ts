import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripList } from '../../src/routes/(console)/heat/strip-words.ts';
import { COLUMNS, parseList } from '#lib/contract/index.ts';
import type { HotspotView, ListRef, StripPoint, StripView, WallView } from '#lib/contract/index.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday, noon UTC. */
const NOW = Date.UTC(2026, 9, 14, 12, 0);
const SPIKE = NOW - 30 * MINUTE;

/** Ten quiet days, then half an hour in which the same page fails everybody. */
function history(): object[] {
  const events: object[] = [];
  for (let at = NOW - 10 * DAY; at < SPIKE; at += HOUR / 2) {
    const customer = { customerId: `quiet-${at}` };
    events.push({ id: `q${at}`, customer, type: 'page.viewed', occurredAt: at, segment: 'basic' });
    if ((at / HOUR) % 5 === 0) events.push({ id: `e${at}`, customer, type: 'error.shown', channel: 'web', occurredAt: at + 1 });
  }
  for (let i = 0; i < 180; i++) {
    const at = SPIKE + i * 10_000;
    const customer = { customerId: `hit-${i}` };
    events.push({ id: `v${i}`, customer, type: 'page.viewed', occurredAt: at, segment: i % 4 === 0 ? 'basic' : 'gold' });
    for (const type of ['error.shown', 'selfservice.failed'])
      events.push({ id: `${type}${i}`, customer, type, channel: 'web', occurredAt: at + 1000 });
  }
  return events;
}

/** Promises of three customers, of which one is kept, one breaks, and one breaks and is met late. */
const promises = (): object[] =>
  ['kept', 'broken', 'late'].flatMap((what, i) => {
    const customer = { customerId: `promised-${what}` };
    const made = NOW - 6 * HOUR + i * MINUTE;
    const promise = { id: what, kind: 'call-back', due: made + HOUR };
    const given: object[] = [
      { id: `p0${what}`, customer, type: 'page.viewed', occurredAt: made - MINUTE },
      { id: `p1${what}`, customer, type: 'promise.made', channel: 'phone', occurredAt: made, promise },
    ];
    if (what !== 'broken')
      given.push({
        id: `p2${what}`,
        customer,
        type: 'promise.kept',
        channel: 'phone',
        occurredAt: made + (what === 'kept' ? HOUR / 2 : 3 * HOUR),
        promise: { id: what, kind: 'call-back' },
      });
    return given;
  });

describe('the past of the heatmap', () => {
  let app: TestApp;
  const spots = (to?: number): Promise<HotspotView> => app.call('heat.hotspots', { journey: 'test', ...(to === undefined ? {} : { to }) });
  beforeAll(async () => {
    app = await startTestApp({ now: NOW });
    await app.take([...history(), ...promises()]);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('holds a hotspot while it hurts, with where, since when, for whom, why and who answers for it', async () => {
    const { spots: found, judged } = await spots();
    expect(judged).toBeGreaterThan(0);
    expect(found).toHaveLength(1);
    const [spot] = found;
    expect(spot).toMatchObject({ stage: 'look', channel: 'web', state: 'open', until: null });
    expect(Math.abs((spot?.since ?? 0) - SPIKE)).toBeLessThanOrEqual(2 * MINUTE);
    expect((spot?.foundAt ?? 0) - SPIKE).toBeLessThanOrEqual(6 * MINUTE);
    expect(spot?.ratio).toBeGreaterThan(5);
    expect(spot?.segments[0]).toMatchObject({ segment: 'gold' });
    // What quiet visits of the hour before come to nothing by the clock is in it, too, and behind these.
    expect(
      spot?.parts
        .map((part) => part.component)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(['error', 'failed_self_service']);
    expect(spot?.owner).not.toBeNull();
  });

  it.each([
    ['24h', undefined],
    ['7d', undefined],
    ['28d', undefined],
    ['24h', NOW - 7 * MINUTE],
    ['7d', NOW - 2 * HOUR - 11 * MINUTE],
  ] as const)('opens behind each number of its strip a list of that length (%s, to=%s)', async (span, to) => {
    const strip = await app.call<StripView>('heat.strip', { journey: 'test', span, ...(to === undefined ? {} : { to }) });
    const told = strip.points.filter((point) => point.n + point.kept + point.broken > 0).slice(-30);
    expect(told.length).toBeGreaterThan(0);
    const listed = async (point: StripPoint, what: 'visits' | 'kept' | 'broken'): Promise<number> => {
      const list = parseList(stripList(strip, point, what));
      return list === undefined ? -1 : (await app.list(list)).count;
    };
    for (const point of told)
      expect([await listed(point, 'visits'), await listed(point, 'kept'), await listed(point, 'broken')]).toEqual([
        point.n,
        point.kept,
        point.broken,
      ]);
    const whole = { from: strip.points[0]?.from ?? 0, to: strip.points.at(-1)?.to ?? 0 };
    const broken = parseList(stripList(strip, { ...whole }, 'broken'));
    expect(broken === undefined ? -1 : (await app.list(broken)).count).toBe(strip.points.reduce((sum, point) => sum + point.broken, 0));
  });

  it('counts behind a hotspot the visits on its list', async () => {
    const [spot] = (await spots()).spots;
    const list: ListRef = {
      ...{ of: 'heat', journey: 'test', stage: 'look', column: 'web', by: 'channel', window: '1h' },
      from: spot?.since ?? 0,
      to: NOW,
    };
    expect((await app.list(list)).count).toBe(spot?.visits);
  });

  it('shows it on the wall, without anything personal', async () => {
    const wall = await app.call<WallView>('wall.get', { journey: 'test' });
    expect(wall.hot).toEqual([
      expect.objectContaining({ stage: 'look', column: 'web', since: expect.any(Number) as number, ratio: expect.any(Number) as number }),
    ]);
    expect(JSON.stringify(wall)).not.toMatch(/hit-|quiet-/);
  });

  it('lets it be over by the clock alone, and shows it open again at the minute at which it was', async () => {
    app.now = NOW + 2 * HOUR;
    await app.settled();
    const [over] = (await spots()).spots;
    expect(over).toMatchObject({ stage: 'look', state: 'over' });
    expect(over?.until).toBeGreaterThanOrEqual(NOW);
    expect(over?.until).toBeLessThanOrEqual(NOW + 30 * MINUTE);
    expect((await spots(NOW)).spots[0]).toMatchObject({ state: 'open', until: null });
    expect((await spots(SPIKE - MINUTE)).spots).toEqual([]);
    app.now = NOW;
  });

  it('is a strip whose points are what the windows showed', async () => {
    const strip = await app.call<StripView>('heat.strip', { journey: 'test', span: '6h' });
    expect(strip.points).toHaveLength(24);
    const worst = strip.points.reduce((a, b) => ((b.friction ?? 0) > (a.friction ?? 0) ? b : a));
    const view = await app.heat({ journey: 'test', window: '15m', to: worst.to });
    const all = Object.values(view.cells).filter((cell) => cell.column === 'all');
    expect(all.reduce((sum, cell) => sum + cell.n, 0)).toBe(worst.n);
    expect(strip.points.reduce((sum, point) => sum + point.broken, 0)).toBe(2);
    expect(strip.points.reduce((sum, point) => sum + point.kept, 0)).toBe(1);
  });

  it('can be asked for by any stretch of time, and every square opens its list', async () => {
    const [from, to] = [NOW - 3 * DAY - 7 * MINUTE, NOW - 11 * MINUTE];
    for (const by of COLUMNS) {
      const view = await app.heat({ journey: 'test', window: '24h', by, from, to });
      expect(view.from).toBe(from);
      const shown = Object.values(view.cells).filter((cell) => cell.n > 0);
      expect(shown.length).toBeGreaterThan(1);
      for (const { stage, column, n } of shown) {
        const page = await app.list({ of: 'heat', journey: 'test', stage, column, by, window: '24h', from, to });
        expect({ stage, column, n: page.count }).toEqual({ stage, column, n });
      }
    }
    await expect(app.heat({ journey: 'test', window: '24h', from: to, to: from })).rejects.toThrow(/400/);
    await expect(app.heat({ journey: 'test', window: '24h', from })).rejects.toThrow(/400/);
  });

  it('knows which promises turned out in a window, by every cut, and opens them', async () => {
    for (const by of COLUMNS) {
      const view = await app.heat({ journey: 'test', window: '24h', by, layer: 'promises' });
      const total = { kept: 0, broken: 0 };
      for (const { stage, column, promises } of Object.values(view.cells)) {
        for (const what of ['kept', 'broken'] as const) {
          if (column !== 'all') total[what] += promises?.[what] ?? 0;
          if (promises?.kept === 0 && promises.broken === 0 && column !== 'all') continue;
          const page = await app.list({ of: 'outcome', journey: 'test', stage, column, by, what, window: '24h' });
          expect({ stage, column, what, n: page.count }).toEqual({ stage, column, what, n: promises?.[what] });
        }
      }
      expect(total).toEqual({ kept: 1, broken: 2 });
    }
  });

  it('splits the visits of a square by the kind of clue, completely', async () => {
    const view = await app.heat({ journey: 'test', window: '7d', layer: 'clues' });
    for (const cell of Object.values(view.cells)) {
      const clues = cell.clues ?? [];
      expect(clues.reduce((sum, one) => sum + one.n, 0)).toBe(cell.n);
      const shares = clues.reduce((sum, one) => sum + one.share, 0);
      expect(shares === 0 || Math.abs(shares - 1) < 1e-9).toBe(true);
    }
  });
});
