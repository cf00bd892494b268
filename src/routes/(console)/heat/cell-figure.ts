import { count, percent } from '#lib/components/format.ts';
import type { HeatCell } from '#lib/contract/views.ts';
import { binOf, changeLine, changeOf, feelingOf, trendOf, volumePercent, type Feeling } from './cell-words.ts';
import { heaviestClue, promiseFaceOf } from './layer-words.ts';
import type { Layer, Shown } from './params.ts';
import * as m from '#messages/strip.ts';

/** A square with something to show: a lead, something beside it, a line below, a bar at the foot. All of it text, which costs least to draw. */
export interface CellFigure {
  /** class names */
  readonly look: string;
  readonly lead: string;
  /** how many visits stand behind it, or for how many it is known */
  readonly beside: string;
  readonly line: string;
  /** length of the bar, whole per cents of the width */
  readonly bar: number;
}

interface Drawn {
  readonly layer: Layer;
  readonly show: Shown;
  /** visits for which a bar is as wide as its square */
  readonly full: number;
}

/** Shapes, not colours: down is negative, up is positive, two are strong, a question mark is unknown. */
function glyphOf(level: Feeling['level']): string {
  return level === null ? '?' : (['▼▼', '▼', '•', '▲', '▲▲'] as const)[(level + 2) as 0 | 1 | 2 | 3 | 4];
}

/** What a square shows; null where nothing is known of it, so that it shows which kind of nothing. */
export function figureOf(cell: HeatCell, { layer, show, full }: Drawn): CellFigure | null {
  if (layer === 'promise') return promiseFigure(cell);
  if (cell.state !== 'value') return null;
  const base = { beside: `n ${count(cell.n)}`, bar: Math.round(volumePercent(cell.n, full)) };
  if (layer === 'emotion') return { ...base, ...feelingFigure(cell) };
  if (layer === 'clue') return { ...base, bar: 0, ...clueFigure(cell) };
  if (cell.friction === null) return null;
  return { ...base, ...(show === 'change' ? changeFigure(cell) : frictionFigure(cell, cell.friction, layer === 'both')) };
}

type Told = Pick<CellFigure, 'look' | 'lead' | 'line'>;

function frictionFigure(cell: HeatCell, friction: number, felt: boolean): Told {
  const { level, word } = feelingOf(cell.emotion.valence);
  return {
    look: `bin-${binOf(friction)}${sure(cell)}`,
    lead: `${cell.uncertain ? '~' : ''}${count(friction)}${arrowOf(cell)}`,
    line: felt ? `${glyphOf(level)} ${word}` : '',
  };
}

function changeFigure(cell: HeatCell): Told {
  const change = changeOf(cell);
  return { look: `change ${trendOf(cell) ?? ''}${sure(cell)}`, lead: `${change.number}${arrowOf(cell)}`, line: changeLine(change) };
}

function sure(cell: HeatCell): string {
  return cell.uncertain ? ' uncertain' : '';
}

function arrowOf(cell: HeatCell): string {
  const trend = trendOf(cell);
  return trend === null ? '' : trend === 'up' ? '↗' : '↘';
}

function feelingFigure(cell: HeatCell): Told & Pick<CellFigure, 'beside'> {
  const { level, word } = feelingOf(cell.emotion.valence);
  const beside = m.known({ share: percent(cell.emotion.known, cell.n) });
  return { look: level === null ? 'plain unknown' : 'plain', lead: glyphOf(level), beside, line: word };
}

function clueFigure(cell: HeatCell): Told {
  const heaviest = heaviestClue(cell);
  return heaviest === null
    ? { look: 'plain', lead: '–', line: m.noFriction() }
    : { look: 'plain', lead: percent(heaviest.share, 1), line: m.clue(heaviest.clue) };
}

function promiseFigure(cell: HeatCell): CellFigure {
  const { broken, outcomes, share } = promiseFaceOf(cell);
  if (outcomes === 0) return { look: 'nothing', lead: '–', beside: '', line: '', bar: 0 };
  return {
    look: 'plain gap',
    lead: share ?? '–',
    beside: share === null ? m.tooFew() : m.broken(),
    line: m.brokenShort({ broken, count: outcomes }),
    bar: Math.round((100 * broken) / outcomes),
  };
}
