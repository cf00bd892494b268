import { describe, expect, it } from 'vitest';
import { trendOption, trendSentence } from '#lib/charts/trend-option.ts';
import {
  binOf,
  cellSentence,
  changeLine,
  changeOf,
  coverageWords,
  feelingOf,
  points,
  trendOf,
  volumePercent,
} from '../../../src/routes/(console)/heat/cell-words.ts';
import { columnName } from '../../../src/routes/(console)/heat/column-words.ts';
import { GridFocus } from '../../../src/routes/(console)/heat/grid-focus.svelte.ts';
import { cellKey, heatParamsOf, nextWindow, readHeatAddress } from '../../../src/routes/(console)/heat/params.ts';
import { OUTSIDE } from '#lib/contract/words.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import * as words from '#messages/heat.ts';
import { windowName } from '#messages/words.ts';
import { squareWith } from '../../support/squares.ts';

const cell = squareWith({
  column: 'partner',
  friction: 83.4,
  mean: 84,
  low: 79,
  high: 88,
});

const NOW = (): number => 0;

describe('a square of the heatmap', () => {
  it('has one of five colours, the worst from 40 on', () => {
    expect([0, 4.9, 5, 24.9, 25, 39.9, 40, 100].map(binOf)).toEqual([0, 0, 1, 2, 3, 3, 4, 4]);
  });
  it('never draws an unknown feeling as neutral', () => {
    expect(feelingOf(null)).toEqual({ level: null, word: 'unknown' });
    expect(feelingOf(0)).toEqual({ level: 0, word: 'neutral' });
    expect([-0.6, -0.2, 0.2, 0.6].map((valence) => feelingOf(valence).level)).toEqual([-2, -1, 1, 2]);
  });
  it('shows an arrow only where the change is more than noise', () => {
    expect(trendOf(cell)).toBe('up');
    expect(trendOf({ ...cell, change: -14 })).toBe('down');
    expect(trendOf({ ...cell, change: 4 })).toBeNull();
    expect(trendOf({ ...cell, uncertain: true })).toBeNull();
    expect(trendOf({ ...cell, change: null })).toBeNull();
  });
  it('says everything it shows in words', () => {
    expect(cellSentence(cell, NOW)).toBe(
      'friction 83, feeling very negative, feeling known for 33\u00a0% of 120 visits, +14 against last week',
    );
    expect(cellSentence({ ...cell, state: 'source_down', lastSeen: 0 }, () => 7_200_000)).toBe('source down, last seen 2\u00a0h ago');
    expect(cellSentence({ ...cell, state: 'few', n: 3 }, NOW)).toBe('too few, 3 visits');
  });
  it('says for how many of its visits the mood is known, and never rounds some to all or to none', () => {
    const of = (known: number, n: number) => coverageWords({ ...cell, n, emotion: { ...cell.emotion, known } });
    expect(of(38, 100)).toBe('feeling known for 38\u00a0% of 100 visits');
    expect(of(0, 7)).toBe('feeling known for 0\u00a0% of 7 visits');
    expect(of(1, 1_000)).toBe('feeling known for 0.1\u00a0% of 1,000 visits');
    expect(of(1_199, 1_200)).toBe('feeling known for 99\u00a0% of 1,200 visits');
  });
  it('draws a change with a sign and a word, and a direction only where it is more than noise', () => {
    const line = (change: number | null, uncertain = false) => {
      const face = changeOf({ ...cell, change, uncertain });
      return `${face.number} ${changeLine(face)}`;
    };
    expect(line(14)).toBe('+14 harder, was 69');
    expect(line(-14)).toBe('−14 easier, was 97');
    expect(line(4.4)).toBe('+4 steady, was 79');
    expect(line(14, true)).toBe('~+14 uncertain, was 69');
    expect(line(null)).toBe('– no comparison');
  });
  it('says its change first where squares show changes, and keeps the words of an absence', () => {
    expect(cellSentence(cell, NOW, 'change')).toBe(
      '+14 against last week, harder, was 69, friction 83, feeling very negative, feeling known for 33\u00a0% of 120 visits',
    );
    expect(cellSentence({ ...cell, change: null }, NOW, 'change')).toMatch(/^no comparison, friction 83/);
    expect(cellSentence({ ...cell, state: 'few', n: 3 }, NOW, 'change')).toBe('too few, 3 visits');
  });
  it('says that less came than usual, with a number and without', () => {
    expect(cellSentence({ ...cell, hush: 'quiet', expected: 160 }, NOW)).toMatch(/, quiet, about 160 expected$/);
    expect(cellSentence({ ...cell, state: 'silent', hush: 'silent', n: 0, expected: 12.5 }, NOW)).toBe('silent, about 12.5 expected');
  });
  it('has another word and another sentence for every absence', () => {
    const absences = ['few', 'zero', 'quiet', 'silent', 'source_down', 'not_planned'] as const;
    for (const language of ['en', 'de'] as const) {
      speech.choose(language);
      expect(new Set(absences.map((state) => words.state(state))).size).toBe(6);
      expect(new Set(absences.map((state) => words.stateWhy(state))).size).toBe(6);
    }
    speech.choose('en');
  });
  it('stands under a column in the reader’s language, also where no department answers for it', () => {
    speech.choose('de');
    expect(columnName('owner', OUTSIDE)).toBe('Nicht in unserer Hand');
    expect(columnName('channel', 'phone')).toBe('Telefon');
    expect(columnName('owner', 'Field Service')).toBe('Field Service');
    speech.choose('en');
  });
  it('names its stretch of time in German that is right, also for days', () => {
    speech.choose('de');
    expect(words.leadOver({ window: windowName('7d') })).toBe('Reibung über 7 Tage');
    expect(words.emptyTitle({ window: windowName('7d') })).toBe('Keine Besuche, Zeitraum 7 Tage');
    speech.choose('en');
  });
  it('has a volume bar that keeps small cells visible', () => {
    expect(volumePercent(1, 100)).toBe(10);
    expect(volumePercent(0, 100)).toBe(0);
    expect(volumePercent(5, 0)).toBe(0);
  });
  it('writes parts with one decimal so that they can be added up', () => {
    expect([points(3), points(0.04), points(-1.25)]).toEqual(['3.0', '0.0', '−1.3']);
  });
});

describe('the heatmap’s address', () => {
  const read = (query: string) => {
    const fields = new URLSearchParams(query);
    return readHeatAddress((name) => fields.get(name));
  };
  it('falls back to a day by channel, live, whatever nonsense it holds', () => {
    expect(read('w=3y&by=mood&show=all&to=soon')).toMatchObject({ window: '24h', by: 'channel', show: 'value', to: undefined });
  });
  it('says whether squares show their number or its change, which asks the server for nothing else', () => {
    expect(read('show=change').show).toBe('change');
    expect(heatParamsOf(read('show=change'), 'broadband')).toEqual(heatParamsOf(read(''), 'broadband'));
  });
  it('asks for what it says', () => {
    expect(heatParamsOf(read('w=1h&by=owner&to=2026-11-20T12:00:00Z'), 'broadband')).toEqual({
      journey: 'broadband',
      window: '1h',
      by: 'owner',
      to: Date.UTC(2026, 10, 20, 12),
    });
    expect(heatParamsOf(read(''), 'broadband')).not.toHaveProperty('to');
  });
  it('steps through the windows and stays at the ends', () => {
    expect([nextWindow('1h', 1), nextWindow('1h', -1), nextWindow('15m', -1), nextWindow('7d', 1)]).toEqual(['4h', '15m', '15m', '7d']);
    expect(cellKey('deliver', 'all')).toBe('deliver|all');
  });
});

describe('the grid’s one tab stop', () => {
  it('moves by arrows within the grid and leaves other keys alone', () => {
    const focus = new GridFocus();
    const size = { rows: 2, columns: 3 };
    expect(focus.move('ArrowRight', false, size)).toBe(true);
    focus.move('ArrowDown', false, size);
    focus.move('ArrowDown', false, size);
    expect([focus.row, focus.column]).toEqual([1, 1]);
    focus.move('End', false, size);
    expect([focus.row, focus.column]).toEqual([1, 2]);
    focus.move('Home', true, size);
    expect([focus.row, focus.column]).toEqual([0, 0]);
    expect(focus.move('Enter', false, size)).toBe(false);
  });
});

describe('the trend of a cell', () => {
  const palette = { text: '#111', line: '#222', series: '#333', surface: '#444' };
  const trend = [
    { at: 0, friction: 12, n: 20, valence: null },
    { at: 3_600_000, friction: null, n: 2, valence: null },
    { at: 7_200_000, friction: 41, n: 30, valence: null },
  ];
  it('draws an instant without a number as a gap, never as zero', () => {
    const option = trendOption(trend, palette);
    expect(option).toMatchObject({ animation: false, yAxis: { min: 0, max: 50 } });
    expect(option['series']).toMatchObject([
      {
        connectNulls: false,
        data: [
          [0, 12],
          [3_600_000, null],
          [7_200_000, 41],
        ],
      },
    ]);
  });
  it('says the same in a sentence, also when there is nothing to say', () => {
    expect(trendSentence(trend)).toMatch(/^From 12 on .* to 41 on .*; worst 41 on /);
    expect(trendSentence([])).toContain('No instant');
  });
});
