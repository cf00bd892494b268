import { describe, expect, it } from 'vitest';
import { readInstant } from '#lib/components/address.ts';
import type { HeatView } from '#lib/contract/views.ts';
import { exportName, linksOf, partsTable, visitsTable } from '../../../src/routes/(console)/heat/cell-export.ts';
import { readHeatAddress } from '../../../src/routes/(console)/heat/params.ts';
import { squareWith } from '../../support/squares.ts';

const AT = Date.UTC(2026, 10, 20, 12, 30, 15, 250);
const cell = squareWith({
  column: 'partner',
  friction: 40,
  parts: [
    { component: 'promise_missed', points: 30.25 },
    { component: 'wait', points: 12 },
  ],
  pull: -2.25,
});
const view: HeatView = {
  journey: 'broadband',
  version: 3,
  name: { customer: 'b', internal: 'b' },
  window: '4h',
  by: 'channel',
  position: { at: AT, live: true },
  from: null,
  rows: [],
  columns: ['partner'],
  cells: { 'deliver|partner': cell },
  configuration: { version: 0, from: null, mixed: false },
  kappa: 8,
  sources: [],
  factors: [],
};

/** Rows as records by the names of their columns. */
function records(table: ReturnType<typeof partsTable>): Record<string, unknown>[] {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, i) => [column, row[i]])));
}

describe('the export of a square', () => {
  it('has parts that, with the pull, sum to the friction, each row with its place and its instant with zone', () => {
    const rows = records(partsTable(view, cell));
    const sum = rows.filter(({ kind }) => kind === 'part' || kind === 'pull').reduce((total, { value }) => total + Number(value), 0);
    expect(sum).toBe(rows.find(({ kind }) => kind === 'friction')?.['value']);
    expect(rows[0]).toMatchObject({
      journey: 'broadband',
      version: 3,
      stage: 'deliver',
      column: 'partner',
      as_of: '2026-11-20T12:30:15.250Z',
    });
    expect(rows.every((row) => Object.keys(row).length === 12)).toBe(true);
  });
  it('gives no number where the square gives none', () => {
    const few = records(partsTable(view, { ...cell, state: 'few', n: 3, friction: null, change: null }));
    expect(few.filter(({ unit, value }) => unit === 'points' && value !== null)).toEqual([]);
    expect(few.find(({ kind }) => kind === 'visits')?.['value']).toBe(3);
  });
  it('has a row for every visit of the list', () => {
    const row = {
      customer: 'ab12',
      caseId: 'c1',
      at: AT,
      stage: 'deliver',
      channel: 'web' as const,
      segment: '=x',
      friction: 12,
      valence: null,
    };
    const table = visitsTable({ count: 1, position: { at: AT, live: false }, rows: [row] });
    expect(records(table)).toEqual([
      {
        customer: 'ab12',
        case: 'c1',
        at: '2026-11-20T12:30:15.250Z',
        stage: 'deliver',
        channel: 'web',
        segment: '=x',
        friction: 12,
        valence: null,
        as_of: '2026-11-20T12:30:15.250Z',
      },
    ]);
  });
  it('is a file whose name any system takes', () => {
    expect(exportName('parts', view, { ...cell, column: '../a b' })).toBe('parts-broadband-deliver-_a_b-2026-11-20T12_30_15_250Z.csv');
  });
});

describe('the links to a square', () => {
  const url = new URL('https://cx.example/heat?by=channel&w=4h&cell=deliver%7Cpartner&show=change&to=2026-11-01T00:00:00Z');
  const read = (link: string) => readHeatAddress((name) => new URL(link).searchParams.get(name));
  it('keep moving, or show this instant and this version for good', () => {
    const { live, frozen } = linksOf(url, view);
    expect(read(live)).toMatchObject({ to: undefined, window: '4h', by: 'channel', show: 'change' });
    expect(read(frozen)).toMatchObject({ to: AT, version: 3, window: '4h', by: 'channel', show: 'change' });
    expect(readInstant(new URL(frozen).searchParams.get('to'))).toBe(AT);
  });
  it('name the journey and open the same square for somebody else, on the same host', () => {
    for (const link of Object.values(linksOf(url, view))) {
      const { origin, searchParams } = new URL(link);
      expect([origin, searchParams.get('j'), searchParams.get('cell')]).toEqual(['https://cx.example', 'broadband', 'deliver|partner']);
    }
  });
});
