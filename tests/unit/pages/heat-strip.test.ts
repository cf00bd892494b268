import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StripPoint, StripView } from '#lib/contract/heat-strip.ts';
import { parseList } from '#lib/contract/list.ts';
import { readHeatAddress, heatParamsOf } from '../../../src/routes/(console)/heat/params.ts';
import { Replay } from '../../../src/routes/(console)/heat/replay.svelte.ts';
import {
  axisOf,
  ceilingOf,
  choiceOf,
  feelingBar,
  frictionPath,
  placeOf,
  pointAt,
  stripEnd,
} from '../../../src/routes/(console)/heat/strip-geometry.ts';
import { pointSentence, stripList, stripListTitle, stripSentence } from '../../../src/routes/(console)/heat/strip-words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_700_000_000_000 - (1_700_000_000_000 % HOUR);
const NOW = START + 4 * 15 * MINUTE - 7 * MINUTE;

const point = (i: number, friction: number | null): StripPoint => ({
  from: START + i * 15 * MINUTE,
  to: START + (i + 1) * 15 * MINUTE - 1,
  n: friction === null ? 2 : 20,
  friction,
  valence: -0.5,
  known: 5,
  kept: 3,
  broken: i,
});
const points = [point(0, 10), point(1, null), point(2, 35), point(3, 20)];

describe('the strip', () => {
  it('draws where there is no number a gap, never zero', () => {
    expect(ceilingOf(points)).toBe(40);
    expect(frictionPath(points)).toBe('M0 75.00H1M2 12.50H3V50.00H4');
    expect(frictionPath([])).toBe('');
  });
  it('draws feelings up where they are good and down where they are not, and neutral is still seen', () => {
    expect(feelingBar(0.5)).toEqual({ y: 0.5, height: 0.5 });
    expect(feelingBar(-1)).toEqual({ y: 1, height: 1 });
    expect(feelingBar(0).height).toBeGreaterThan(0);
  });
  it('finds the point under the pointer and the place of an instant, not beyond its ends', () => {
    expect([0, 0.24, 0.26, 1, -1].map((share) => pointAt(points, share))).toEqual([0, 0, 1, 3, 0]);
    expect(placeOf(points, START + 30 * MINUTE)).toBe(50);
    expect(placeOf(points, 0)).toBe(0);
    expect(placeOf(points, NOW + HOUR)).toBe(100);
  });
  it('chooses one point as a place in time and more as a stretch of it, whichever way one drags, and nothing of the future', () => {
    expect(choiceOf(points, [1, 1], NOW)).toEqual({ from: null, to: START + 30 * MINUTE - 1 });
    expect(choiceOf(points, [2, 1], NOW)).toEqual({ from: START + 15 * MINUTE, to: START + 45 * MINUTE - 1 });
    expect(choiceOf(points, [0, 3], NOW)).toEqual({ from: START, to: NOW });
    expect(choiceOf([], [0, 0], NOW)).toBeNull();
  });
  it('stays at now while what is shown lies within it, and else shows what came before and after', () => {
    expect(stripEnd({ to: undefined, from: undefined }, '24h', NOW)).toBeUndefined();
    expect(stripEnd({ to: NOW - 23 * HOUR, from: undefined }, '24h', NOW)).toBeUndefined();
    const end = stripEnd({ to: NOW - 72 * HOUR, from: undefined }, '24h', NOW) ?? 0;
    expect(end - (NOW - 72 * HOUR)).toBeGreaterThanOrEqual(6 * HOUR);
    expect(end - (NOW - 72 * HOUR)).toBeLessThan(7 * HOUR);
  });
  it('has about six marks on its axis', () => {
    expect(axisOf(Array.from({ length: 96 }, (_, i) => point(i, 1)))).toHaveLength(6);
  });
  it('says in words what it draws', () => {
    expect(pointSentence(points[1] ?? point(0, 0))).toMatch(/too few visits for a number, 2 visits, feeling negative.*3 kept, 1 broken/);
    const told = stripSentence(points);
    expect(told.map((part) => (typeof part === 'string' ? part : part.text)).join('')).toMatch(/Hardest .*friction 35\. 6 promises broke/);
    expect(told.filter((part) => typeof part !== 'string')).toEqual([{ tag: 'a', text: '6 promises' }]);
    expect(stripSentence([point(0, null)])).toEqual([expect.stringMatching(/No stretch/)]);
  });
  it('opens each stretch as it stood at its end; the last one, which is still running, as it stands', () => {
    const strip: StripView = {
      ...{ journey: 'test', version: 2, span: '7d', points, factors: [], since: null },
      position: { at: NOW, live: true },
    };
    const list = (i: number, what: 'visits' | 'broken') => stripList(strip, points[i] ?? points[0] ?? { from: 0, to: 0 }, what);
    expect(parseList(list(0, 'visits'))).toEqual({
      ...{ of: 'heat', journey: 'test', version: 2, stage: 'all', column: 'all', by: 'channel', window: '1h' },
      from: START,
      to: START + 15 * MINUTE - 1,
    });
    expect(parseList(list(3, 'broken'))).toMatchObject({ of: 'outcome', what: 'broken', from: START + 45 * MINUTE, to: NOW });
    expect(stripListTitle(list(0, 'visits'))).toMatch(/^Visits, .* – /);
    expect(stripListTitle(list(0, 'broken'))).toMatch(/^Promises broken, /);
  });
});

describe('the address', () => {
  const read = (query: string) => readHeatAddress((name) => new URLSearchParams(query).get(name));
  it('takes a beginning only together with a later end', () => {
    expect(read('from=2026-11-20T10:00:00Z').from).toBeUndefined();
    expect(read('from=2026-11-20T10:00:00Z&to=2026-11-20T09:00:00Z').from).toBeUndefined();
    const address = read('from=2026-11-20T10:00:00Z&to=2026-11-20T12:00:00Z&layer=promise');
    expect(heatParamsOf(address, 'test')).toMatchObject({
      from: Date.UTC(2026, 10, 20, 10),
      to: Date.UTC(2026, 10, 20, 12),
      layer: 'promises',
    });
  });
  it('asks for what a layer needs, and for nothing else', () => {
    expect(heatParamsOf(read('layer=emotion'), 'test').layer).toBeUndefined();
    expect(heatParamsOf(read('layer=clue'), 'test').layer).toBe('clues');
    expect(read('layer=nonsense&span=nonsense')).toMatchObject({ layer: 'both', span: '24h' });
  });
});

describe('a replay', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function player(from: number | undefined) {
    const shown: (number | undefined)[] = [];
    const state = { at: from, now: NOW };
    const replay = new Replay({
      at: () => state.at,
      now: () => state.now,
      show: (to) => {
        state.at = to;
        shown.push(to);
        return Promise.resolve();
      },
    });
    return { replay, shown, state };
  }

  it('begins an hour ago where the page is live, and goes on by its step once a second', async () => {
    const { replay, shown } = player(undefined);
    replay.pace = 15;
    replay.play();
    await vi.advanceTimersByTimeAsync(2_100);
    const whole = Math.floor(NOW / MINUTE) * MINUTE;
    expect(shown).toEqual([whole - 60 * MINUTE, whole - 45 * MINUTE, whole - 30 * MINUTE]);
    expect(replay.playing).toBe(true);
    replay.pause();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(shown).toHaveLength(3);
  });
  it('is live, and no replay any more, when the past has become the present', async () => {
    const { replay, shown } = player(NOW - 3 * MINUTE);
    replay.pace = 1;
    replay.play();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown.at(-1)).toBeUndefined();
    expect(replay.playing).toBe(false);
  });
  it('steps back and forth and stays there, and is live again at once', async () => {
    const { replay, shown } = player(undefined);
    replay.pace = 5;
    await replay.step(-1);
    await replay.step(-1);
    await replay.step(1);
    const whole = Math.floor(NOW / MINUTE) * MINUTE;
    expect(shown).toEqual([whole - 5 * MINUTE, whole - 10 * MINUTE, whole - 5 * MINUTE]);
    await replay.live();
    expect(shown.at(-1)).toBeUndefined();
    expect(replay.playing).toBe(false);
  });
});
