import { describe, expect, it } from 'vitest';
import type { Factor } from '#lib/contract/index.ts';
import { FACTOR_REACH_MS, chargeOf, factorsAt, touches } from '#server/domain/factor/factor.ts';

const HOUR = 3_600_000;
const storm: Factor = { id: 'b', kind: 'storm', name: 'Storm', from: 1000 * HOUR, to: 1010 * HOUR, areas: [], segments: [], journeys: [] };
const here = { journey: 'broadband', segment: 'vip', area: 'north', from: 1005 * HOUR, to: 1006 * HOUR };

describe('a factor touches what goes on where and while it is at work', () => {
  it.each([
    ['in the middle', 1005, 1006, true],
    ['ending as it begins', 990, 1000, true],
    ['beginning as it ends', 1010, 1020, true],
    ['all around it', 900, 1100, true],
    ['over before', 990, 999.99, false],
    ['begun after', 1010.01, 1020, false],
  ])('%s', (_, from, to, touched) => {
    expect(touches(storm, { ...here, from: from * HOUR, to: to * HOUR })).toBe(touched);
  });

  it('while it lasts it has no end', () => {
    expect(touches({ ...storm, to: null }, { ...here, from: 5000 * HOUR, to: 5001 * HOUR })).toBe(true);
  });

  it.each([
    [{ areas: ['north', 'west'] }, true],
    [{ areas: ['west'] }, false],
    [{ segments: ['vip'] }, true],
    [{ segments: ['consumer'] }, false],
    [{ journeys: ['broadband'] }, true],
    [{ journeys: ['service-desk'] }, false],
    [{ areas: ['north'], segments: ['consumer'] }, false],
  ])('%j', (scope, touched) => {
    expect(touches({ ...storm, ...scope }, here)).toBe(touched);
  });

  it('that is limited to areas touches nobody whose area is not known', () => {
    expect(touches({ ...storm, areas: ['north'] }, { ...here, area: '' })).toBe(false);
    expect(touches(storm, { ...here, area: '' })).toBe(true);
  });

  it('does not reach what began more than half a year before it', () => {
    expect(touches(storm, { ...here, from: storm.from - FACTOR_REACH_MS })).toBe(true);
    expect(touches(storm, { ...here, from: storm.from - FACTOR_REACH_MS - 1 })).toBe(false);
  });

  it('stands in one order whatever way the factors came', () => {
    const strike = { ...storm, id: 'a', kind: 'strike' };
    expect(factorsAt([storm, strike], here)).toEqual(factorsAt([strike, storm], here));
  });
});

describe('who answers', () => {
  it('a factor comes first, then whoever controls the touchpoint; a partner is ours to answer for', () => {
    expect(chargeOf('us', [])).toBe('owner');
    expect(chargeOf('partner', [])).toBe('owner');
    expect(chargeOf('outside', [])).toBe('outside');
    expect(chargeOf('outside', [storm])).toBe('factor');
    expect(chargeOf('us', [storm])).toBe('factor');
  });
});
