import { ago, count, decimal, percent, signed, tenths } from '#lib/components/format.ts';
import type { CellEmotion, CellState, HeatCell } from '#lib/contract/views.ts';
import * as m from '#messages/heat.ts';
import { feeling } from '#messages/words.ts';
import type { Shown } from './params.ts';

/** Friction from which each of the five colours begins: one failure costs a visit 10 to 40 points and most visits have none, so cells live in the lower half. */
export const BINS = [0, 5, 12, 25, 40] as const;

/** Which of the five colours a friction of 0..100 has. */
export function binOf(friction: number): 0 | 1 | 2 | 3 | 4 {
  if (friction >= BINS[4]) return 4;
  if (friction >= BINS[3]) return 3;
  if (friction >= BINS[2]) return 2;
  return friction >= BINS[1] ? 1 : 0;
}

/** How a mean feeling is drawn and said. */
export interface Feeling {
  readonly level: -2 | -1 | 0 | 1 | 2 | null;
  readonly word: string;
}

/** A mean valence of -1..1 as one of five levels; null is unknown and never neutral. */
export function feelingOf(valence: number | null): Feeling {
  if (valence === null) return { level: null, word: feeling('unknown') };
  if (valence <= -0.6) return { level: -2, word: feeling('veryNegative') };
  if (valence <= -0.2) return { level: -1, word: feeling('negative') };
  if (valence < 0.2) return { level: 0, word: feeling('neutral') };
  return valence < 0.6 ? { level: 1, word: feeling('positive') } : { level: 2, word: feeling('veryPositive') };
}

/** A change of fewer points than this is noise and gets no arrow. */
export const CHANGE_SHOWN = 5;

/** The arrow of a cell: against one week before, where the change is worth one and the number is sure enough to carry it. */
export function trendOf(cell: HeatCell): 'up' | 'down' | null {
  if (cell.change === null || cell.uncertain || Math.abs(cell.change) < CHANGE_SHOWN) return null;
  return cell.change > 0 ? 'up' : 'down';
}

/** How a cell stands against the same window one week before. */
export interface ChangeFace {
  /** `+14`, `~−3` where uncertain, a dash where there is nothing to compare */
  readonly number: string;
  /** what the sign means: friction is pain, so more of it is harder */
  readonly word: 'harder' | 'easier' | 'steady' | 'uncertain' | 'noComparison';
  /** the number of a week before; null where there was none */
  readonly was: number | null;
}

/** The change of a cell as it is drawn: a direction in a word only where the change is more than noise and the number is sure enough. */
export function changeOf(cell: HeatCell): ChangeFace {
  if (cell.change === null || cell.friction === null) return { number: '–', word: 'noComparison', was: null };
  const trend = trendOf(cell);
  const word = trend === 'up' ? 'harder' : trend === 'down' ? 'easier' : cell.uncertain ? 'uncertain' : 'steady';
  return { number: `${cell.uncertain ? '~' : ''}${signed(cell.change)}`, word, was: cell.friction - cell.change };
}

/** The second line of a square that shows its change: `harder, was 69`. */
export function changeLine({ word, was }: ChangeFace): string {
  return was === null ? m.changeWord(word) : m.changeWas(word, { was: count(was) });
}

/** Share of the bar's width for `n` of `largest` visits, 0..100: by the root, so that small cells stay visible. */
export function volumePercent(n: number, largest: number): number {
  return n <= 0 || largest <= 0 ? 0 : 100 * Math.sqrt(n / largest);
}

/** What a cell says to somebody who cannot see it; the visible words are part of it, and what the square shows comes first. */
export function cellSentence(cell: HeatCell, now: () => number, show: Shown = 'value'): string {
  return (cell.state === 'value' ? knownParts(cell, show) : unknownParts(cell, cell.state, now)).filter((part) => part !== '').join(', ');
}

function unknownParts(cell: HeatCell, state: Exclude<CellState, 'value'>, now: () => number): readonly string[] {
  return [
    m.state(state),
    cell.n > 0 && state !== 'source_down' ? m.visits({ count: cell.n }) : '',
    expectedIn(cell),
    cell.lastSeen === null ? '' : m.lastSeen({ ago: ago(cell.lastSeen, now()) }),
    cell.note === null ? '' : m.withNote(),
  ];
}

function knownParts(cell: HeatCell, show: Shown): readonly string[] {
  const face = changeOf(cell);
  const lead = show === 'value' ? [] : [face.was === null ? '' : m.versusWeek({ change: face.number }), changeLine(face)];
  return [
    ...lead,
    m.friction({ value: count(cell.friction ?? 0) }),
    cell.uncertain ? m.uncertain() : '',
    m.feeling({ word: feelingOf(cell.emotion.valence).word }),
    coverageWords(cell),
    cell.change === null || show === 'change' ? '' : m.versusWeek({ change: signed(cell.change) }),
    cell.hush === null ? '' : m.state(cell.hush),
    expectedIn(cell),
  ];
}

function expectedIn(cell: HeatCell): string {
  return cell.expected === null || cell.hush === null ? '' : m.expected({ count: decimal(cell.expected) });
}

/** For how many of a cell's visits the mood is known: `mood known for 38 % of 120`; a feeling that few stand behind must not be read as everybody's. */
export function coverageWords(cell: HeatCell): string {
  return m.moodKnown({ share: percent(cell.emotion.known, cell.n), n: cell.n });
}

/** How many of a cell's visits have a known feeling: `34 of 212 visits, 16 %`. */
export function coverageOf(emotion: CellEmotion, n: number): string {
  return m.coverage({ known: emotion.known, n, share: percent(emotion.known, n) });
}

/** One decimal, always: parts must be seen to sum to the number. */
export function points(value: number): string {
  const text = tenths(Math.abs(value));
  return value <= -0.05 ? `−${text}` : text;
}
