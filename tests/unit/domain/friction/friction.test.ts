import { describe, expect, test } from 'vitest';
import { COMPONENTS, type Component } from '#lib/contract/index.ts';
import { cellOf, friction, parts } from '#server/domain/friction/friction.ts';
import { DEFAULT_WEIGHTS, countSeverity, dwellSeverity, promiseSeverity, waitSeverity } from '#server/domain/friction/severity.ts';
import { readVectors } from '../../../support/vectors.ts';

const { visits, cells } = readVectors();

describe('the friction of a visit', () => {
  test.each(visits)('is $F for $in', ({ s, F, share }) => {
    const { score, shares } = friction(s, DEFAULT_WEIGHTS);
    expect(score.toFixed(2)).toBe(F.toFixed(2));
    const rounded = Object.fromEntries(Object.entries(shares).map(([component, value]) => [component, Number(value.toFixed(4))]));
    expect(rounded).toEqual(share);
  });

  test.each(visits.filter((visit) => !('all components saturated' in visit.in)))('starts from $in', ({ in: given, s }) => {
    const of = (key: string): number => Number(given[key] ?? 0);
    const found: Partial<Record<Component, number>> = {
      transfer: countSeverity(of('transfers')),
      repeat_contact: countSeverity(of('repeat_contacts')),
      rage_click: countSeverity(of('rage_bursts')),
      error: countSeverity(of('errors')),
      failed_self_service: countSeverity(of('failed_self_service')),
      backtrack: countSeverity(of('backtracks')),
      forced_switch: of('forced_switch'),
      wait: waitSeverity(of('wait_s'), of('std_wait_s')),
      dwell: dwellSeverity(of('dwell_z')),
      promise_missed: promiseSeverity(of('promise_late_h'), of('half_late_h'), given['warned_before'] === true),
    };
    for (const component of COMPONENTS) expect(found[component] ?? 0).toBeCloseTo(s[component] ?? 0, 12);
  });

  test('splits into whole thousandths that sum to the whole', () => {
    const { total, parts: split } = parts({ transfer: 0.5, wait: 0.8 }, DEFAULT_WEIGHTS);
    expect(total).toBe(32_000);
    expect([...split]).toEqual([
      ['transfer', 13_485],
      ['wait', 18_515],
    ]);
  });

  test('gives the odd thousandth to the component that comes first', () => {
    const { total, parts: split } = parts({ abandon: 0.5, reopen: 0.5, repeat_contact: 0.5 }, DEFAULT_WEIGHTS);
    expect(total).toBe(48_800);
    expect([...split]).toEqual([
      ['repeat_contact', 16_267],
      ['reopen', 16_267],
      ['abandon', 16_266],
    ]);
  });

  test('has no parts without signals', () => {
    expect(parts({ wait: 0 }, DEFAULT_WEIGHTS)).toEqual({ total: 0, parts: new Map() });
  });
});

describe('a cell', () => {
  test.each(cells)('of $n visits at $mean shows $shrunk', ({ mean, n, parent, kappa, shrunk, wilson: [low, high] }) => {
    const sum = Math.round(mean * n * 100_000);
    const cell = cellOf({ n, sum, partSums: new Map(sum > 0 ? [['wait', sum]] : []) }, parent, kappa);
    expect(cell.shown?.toFixed(2)).toBe(shrunk.toFixed(2));
    expect([cell.low?.toFixed(2), cell.high?.toFixed(2)]).toEqual([low.toFixed(2), high.toFixed(2)]);
    expect(cell.parts.reduce((total, part) => total + part.points, cell.pull)).toBeCloseTo(shrunk, 2);
  });

  test('is uncertain with few visits or a wide interval', () => {
    const at = (n: number, mean: number): boolean => cellOf({ n, sum: n * mean * 100_000, partSums: new Map() }, 0.1, 8).uncertain;
    expect([at(29, 0.01), at(30, 0.01), at(40, 0.5), at(200, 0.5)]).toEqual([true, false, true, false]);
  });

  test('lists its parts largest first', () => {
    const partSums = new Map<Component, number>([
      ['transfer', 100_000],
      ['wait', 300_000],
    ]);
    expect(cellOf({ n: 12, sum: 400_000, partSums }, 0.1, 8).parts).toEqual([
      { component: 'wait', points: 15 },
      { component: 'transfer', points: 5 },
    ]);
  });

  test('without visits is all pull, and nothing where there is no parent to pull', () => {
    expect(cellOf({ n: 0, sum: 0, partSums: new Map() }, 0.12, 8)).toMatchObject({
      shown: 12,
      pull: 12,
      mean: null,
      low: null,
      high: null,
      uncertain: true,
    });
    expect(cellOf({ n: 0, sum: 0, partSums: new Map() }, 0.12, 0).shown).toBeNull();
  });
});
