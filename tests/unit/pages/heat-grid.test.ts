import { describe, expect, it } from 'vitest';
import type { HeatView } from '#lib/contract/views.ts';
import { figureOf } from '../../../src/routes/(console)/heat/cell-figure.ts';
import { GridSquares, measureOf } from '../../../src/routes/(console)/heat/grid-squares.svelte.ts';
import { squareWith } from '../../support/squares.ts';

const cell = squareWith({});
const viewOf = (cells: HeatView['cells'], columns: readonly string[] = ['web']) => ({ rows: [], columns, cells }) as unknown as HeatView;

describe('the squares of the grid', () => {
  it('take a change in where it is, and leave every other square the very one it was', () => {
    const first = { 'deliver|web': cell, 'deliver|all': { ...cell, column: 'all', n: 300 } };
    const squares = new GridSquares(viewOf(first));
    const [web, all] = [squares.at('deliver|web'), squares.at('deliver|all')];
    const changed = { ...cell, n: 121 };
    squares.take(viewOf({ ...first, 'deliver|web': changed }));
    expect(squares.at('deliver|web')).toBe(web);
    expect(web?.cell).toBe(changed);
    expect(all?.cell).toBe(first['deliver|all']);
    expect(squares.columns).toEqual(['web', 'all']);
  });
  it('come and go with the view', () => {
    const squares = new GridSquares(viewOf({ 'deliver|web': cell }));
    squares.take(viewOf({ 'deliver|app': { ...cell, column: 'app' } }, ['app']));
    expect(squares.at('deliver|web')).toBeUndefined();
    expect(squares.at('deliver|app')?.cell.column).toBe('app');
    expect(squares.columns).toEqual(['app', 'all']);
  });
  it('measure their bars in steps, so that one visit more does not redraw all of them, and none is longer than its square', () => {
    for (let n = 1; n < 3000; n++) expect(measureOf(n)).toBeGreaterThanOrEqual(n);
    for (let n = 2; n < 3000; n++) expect(measureOf(n)).toBeLessThanOrEqual(Math.ceil(n * 1.25));
    expect(new Set(Array.from({ length: 100 }, (_, i) => measureOf(900 + i))).size).toBeLessThanOrEqual(2);
  });
});

describe('what a square shows', () => {
  const drawn = { layer: 'both', show: 'value', full: 120 } as const;
  it('is its number with what is uncertain and where it goes, its feeling as a shape and a word, its visits, and a bar', () => {
    expect(figureOf(cell, drawn)).toEqual({ look: 'bin-4', lead: '43↗', beside: 'n 120', line: '▼▼ very negative', bar: 100 });
    expect(figureOf({ ...cell, uncertain: true }, drawn)).toMatchObject({ look: 'bin-4 uncertain', lead: '~43' });
    expect(figureOf(cell, { ...drawn, show: 'change' })).toMatchObject({ look: 'change up', lead: '+14↗', line: 'harder, was 29' });
  });
  it('in a layer of its own speaks of that alone', () => {
    expect(figureOf(cell, { ...drawn, layer: 'friction' })).toMatchObject({ lead: '43↗', line: '' });
    expect(figureOf(cell, { ...drawn, layer: 'emotion' })).toMatchObject({ lead: '▼▼', beside: '33\u00a0% known', line: 'very negative' });
    expect(figureOf({ ...cell, emotion: { known: 0, valence: null, shares: {} } }, { ...drawn, layer: 'emotion' })).toMatchObject({
      look: 'plain unknown',
      lead: '?',
      line: 'unknown',
    });
    const promises = { kept: 12, broken: 4 };
    expect(figureOf({ ...cell, promises }, { ...drawn, layer: 'promise' })).toMatchObject({
      look: 'plain gap',
      lead: '25\u00a0%',
      bar: 25,
    });
    expect(figureOf({ ...cell, promises: { kept: 1, broken: 1 } }, { ...drawn, layer: 'promise' })).toMatchObject({ lead: '–', bar: 50 });
    expect(figureOf(cell, { ...drawn, layer: 'promise' })).toMatchObject({ look: 'nothing', bar: 0 });
    const clues = [
      { clue: 'humanic', share: 0.7, n: 9 },
      { clue: 'mechanic', share: 0.3, n: 4 },
    ] as const;
    expect(figureOf({ ...cell, clues }, { ...drawn, layer: 'clue' })).toMatchObject({ lead: '70\u00a0%' });
  });
  it('is no figure where nothing is known', () => {
    for (const state of ['few', 'zero', 'quiet', 'silent', 'source_down', 'not_planned'] as const)
      expect(figureOf({ ...cell, state }, drawn)).toBeNull();
  });
});
