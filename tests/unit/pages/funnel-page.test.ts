import { describe, expect, it } from 'vitest';
import { parseList } from '#lib/contract/list.ts';
import { movesIn } from '#lib/live/named-range.ts';
import type { FunnelView } from '#lib/contract/views.ts';
import {
  cohortList,
  earlierList,
  finalList,
  listTitle,
  maturedList,
  nowList,
  versionList,
} from '../../../src/routes/(console)/funnel/links.ts';
import { funnelParamsOf, readFunnelAddress } from '../../../src/routes/(console)/funnel/params.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 14, 32, 7);
const read = (query: string) => {
  const fields = new URLSearchParams(query);
  return readFunnelAddress((name) => fields.get(name), 7 * 24 * HOUR);
};
const journey = { journey: 'broadband', span: { from: Date.UTC(2025, 0, 1, 7, 45), to: NOW } };
const view: FunnelView = {
  journey: 'broadband',
  version: 1,
  name: { customer: 'a', internal: 'b' },
  goal: 'g',
  from: 5,
  position: { at: 9, live: true },
  windowMs: 1,
  by: null,
  total: { entered: 0, converted: 0, inProgress: 0, dropped: 0, excluded: 0 },
  order: [],
  steps: {},
  groups: {},
  open: 0,
  factors: [],
};

describe('the funnel’s address', () => {
  it('names a range that starts an hour later with each full hour, for a page that lies open as for one that is opened then', () => {
    const { from } = funnelParamsOf(read('r=7d'), journey, NOW);
    const shown = { from: from ?? 0, length: 7 * 24 * HOUR };
    const wait = movesIn(shown, NOW);
    expect(NOW + wait).toBe(Date.UTC(2026, 10, 20, 15));
    expect(funnelParamsOf(read('r=7d'), journey, NOW + wait - 1).from).toBe(from);
    expect(funnelParamsOf(read('r=7d'), journey, NOW + wait).from).toBe(shown.from + HOUR);
    expect(movesIn(shown, NOW + 5 * HOUR)).toBe(0);
  });

  it('counts a named range back from now, to the hour, and from the past instant where one is asked for', () => {
    expect(funnelParamsOf(read('r=24h'), journey, NOW)).toEqual({ journey: 'broadband', from: Date.UTC(2026, 10, 19, 14) });
    const to = NOW - 10 * 24 * HOUR;
    expect(funnelParamsOf(read(`r=24h&to=${to}`), journey, NOW)).toEqual({ journey: 'broadband', to, from: Date.UTC(2026, 10, 9, 14) });
  });
  it('reaches back to the first case for all, and takes a given start as it is', () => {
    expect(funnelParamsOf(read('r=all'), journey, NOW)).toEqual({ journey: 'broadband', from: Date.UTC(2025, 0, 1, 7) });
    const before = Date.UTC(2024, 0, 1);
    expect(funnelParamsOf(read('r=all&to=2024-01-01T00:00:00Z'), journey, NOW)).toEqual({ journey: 'broadband', from: before, to: before });
    expect(funnelParamsOf(read('from=2099-01-01T00:00:00Z'), journey, NOW).from).toBe(NOW);
    expect(funnelParamsOf(read('from=2026-11-01T00:00:00Z&by=segment'), journey, NOW)).toEqual({
      journey: 'broadband',
      from: Date.UTC(2026, 10, 1),
      by: 'segment',
    });
  });
});

describe('a beginning in the address', () => {
  it('that is not before the end is left out', () => {
    expect(read('from=2026-11-10T00:00:00Z&to=2026-11-09T00:00:00Z')).toMatchObject({ range: '30d', from: undefined });
    expect(read('from=2026-11-08T00:00:00Z&to=2026-11-09T00:00:00Z')).toMatchObject({ range: 'custom', from: Date.UTC(2026, 10, 8) });
  });
});

describe('a version in the address', () => {
  it('is asked for where it is one, and left to the newest where it is not', () => {
    expect(funnelParamsOf(read('r=24h&v=2'), journey, NOW)).toMatchObject({ version: 2 });
    expect(funnelParamsOf(read('r=24h&v=0'), journey, NOW)).not.toHaveProperty('version');
  });
});

describe('a number of the funnel', () => {
  it('names the list of exactly its own range, stage and group', () => {
    expect(parseList(cohortList(view, 'dropped', 'order', { by: 'segment', key: 'vip' }))).toEqual({
      of: 'funnel',
      journey: 'broadband',
      version: 1,
      what: 'dropped',
      stage: 'order',
      from: 5,
      segment: 'vip',
    });
  });
  it('names the list of the version that is shown, of final outcomes and of the period before too', () => {
    const age = { matured: view.total, maturedUntil: 4, before: view.total, beforeFrom: 1, beforeAt: 3 };
    const shown = { ...view, version: 2, age, comparison: { until: 4, of: {} } };
    const older = { version: 1, windowMs: 1, until: 3 };
    const group = { by: 'channel', key: 'web' } as const;
    const common = { of: 'funnel', journey: 'broadband', version: 2, what: 'converted', from: 5, until: 4 };
    expect(parseList(maturedList(shown, 'converted'))).toEqual(common);
    expect(parseList(earlierList(shown, 'converted'))).toEqual({ ...common, from: 1, until: 4, to: 3 });
    expect(parseList(finalList(shown, 'converted', group, 'these'))).toEqual({ ...common, channel: 'web' });
    expect(parseList(finalList(shown, 'converted', group, 'others'))).toEqual({ ...common, notChannel: 'web' });
    expect(parseList(versionList(shown, older, 'converted'))).toEqual({ ...common, version: 1, until: 3 });
  });
  it('names the instant only where it is in the past', () => {
    expect(parseList(nowList(view, 'stuck', 'order'))).toEqual({
      of: 'now',
      journey: 'broadband',
      version: 1,
      what: 'stuck',
      stage: 'order',
    });
    const past = { ...view, position: { at: 9, live: false } };
    expect(parseList(nowList(past, 'stuck'))).toEqual({ of: 'now', journey: 'broadband', version: 1, what: 'stuck', to: 9 });
  });
  it('opens a list that says whose it is', () => {
    const name = () => 'Ordering';
    expect(listTitle(cohortList(view, 'dropped', 'order'), name)).toBe('Dropped at Ordering');
    expect(listTitle(nowList(view, 'stuck'), name)).toBe('Stuck in any stage');
    const compared = { ...view, comparison: { until: 4, of: {} } };
    expect(listTitle(finalList(compared, 'converted', { by: 'segment', key: 'vip' }, 'others'), name)).toBe(
      'Converted · all but vip · time to convert over',
    );
    expect(listTitle(cohortList(view, 'entered', undefined, { by: 'channel', key: 'web' }), name)).toBe('Entered the journey · web');
  });
});
