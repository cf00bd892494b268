import { ago, count, decimal, percent, signed } from '#lib/components/format.ts';
import type { CellEmotion, CellState, HeatCell } from '#lib/contract/views.ts';
import type { Window } from '#lib/contract/words.ts';
import type { Shown } from './params.ts';

/** The names of the windows, as they are read. */
export const WINDOW_WORDS: Readonly<Record<Window, string>> = { '15m': '15 min', '1h': '1 h', '4h': '4 h', '24h': '24 h', '7d': '7 days' };

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
  if (valence === null) return { level: null, word: 'unknown' };
  if (valence <= -0.6) return { level: -2, word: 'very negative' };
  if (valence <= -0.2) return { level: -1, word: 'negative' };
  if (valence < 0.2) return { level: 0, word: 'neutral' };
  return valence < 0.6 ? { level: 1, word: 'positive' } : { level: 2, word: 'very positive' };
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
  readonly word: 'harder' | 'easier' | 'steady' | 'uncertain' | 'no comparison';
  /** the number of a week before; null where there was none */
  readonly was: number | null;
}

/** The change of a cell as it is drawn: a direction in a word only where the change is more than noise and the number is sure enough. */
export function changeOf(cell: HeatCell): ChangeFace {
  if (cell.change === null || cell.friction === null) return { number: '–', word: 'no comparison', was: null };
  const trend = trendOf(cell);
  const word = trend === 'up' ? 'harder' : trend === 'down' ? 'easier' : cell.uncertain ? 'uncertain' : 'steady';
  return { number: `${cell.uncertain ? '~' : ''}${signed(cell.change)}`, word, was: cell.friction - cell.change };
}

/** The second line of a square that shows its change: `harder, was 69`. */
export function changeLine({ word, was }: ChangeFace): string {
  return was === null ? word : `${word}, was ${count(was)}`;
}

/** Share of the bar's width for `n` of `largest` visits, 0..100: by the root, so that small cells stay visible. */
export function volumePercent(n: number, largest: number): number {
  return n <= 0 || largest <= 0 ? 0 : 100 * Math.sqrt(n / largest);
}

/** Why there is no number, in a word or two. */
export const STATE_WORDS: Readonly<Record<Exclude<CellState, 'value'>, string>> = {
  few: 'too few',
  zero: 'no visits',
  quiet: 'quiet',
  silent: 'silent',
  source_down: 'source down',
  not_planned: 'not planned',
};

/** Why there is no number, in a sentence. */
export const STATE_SENTENCES: Readonly<Record<CellState, string>> = {
  value: 'Friction of the visits in this window, 0 (easy) to 100 (very hard).',
  few: 'Fewer than five visits: a number would say more about chance than about the journey.',
  zero: 'No visits in this window, and none were expected.',
  quiet: 'Clearly fewer visits came than at this time in earlier weeks, although the source is healthy.',
  silent: 'Events were expected here and none came, although their source is healthy. Silence is information.',
  source_down: 'The source that tells us about this place has gone quiet, so nothing can be said.',
  not_planned: 'The journey does not meet customers here.',
};

/** What a cell says to somebody who cannot see it; the visible words are part of it, and what the square shows comes first. */
export function cellSentence(cell: HeatCell, now: number, show: Shown = 'value'): string {
  if (cell.state !== 'value') {
    const seen = cell.lastSeen === null ? '' : `, last seen ${ago(cell.lastSeen, now)}`;
    const noted = cell.note === null ? '' : ', with a note';
    return `${STATE_WORDS[cell.state]}${cell.n > 0 && cell.state !== 'source_down' ? `, ${count(cell.n)} visits` : ''}${expectedIn(cell)}${seen}${noted}`;
  }
  const face = changeOf(cell);
  const lead = show === 'value' ? '' : `${face.was === null ? '' : `${face.number} against last week, `}${changeLine(face)}, `;
  const change = cell.change === null || show === 'change' ? '' : `, ${signed(cell.change)} against last week`;
  const hush = cell.hush === null ? '' : `, ${cell.hush}${expectedIn(cell)}`;
  const sure = cell.uncertain ? ', uncertain' : '';
  return `${lead}friction ${count(cell.friction ?? 0)}${sure}, feeling ${feelingOf(cell.emotion.valence).word}, ${coverageWords(cell)} visits${change}${hush}`;
}

function expectedIn(cell: HeatCell): string {
  return cell.expected === null || cell.hush === null ? '' : `, about ${decimal(cell.expected)} expected`;
}

/** For how many of a cell's visits the mood is known: `mood known for 38 % of 120`; a feeling that few stand behind must not be read as everybody's. */
export function coverageWords(cell: HeatCell): string {
  return `mood known for ${percent(cell.emotion.known, cell.n)} of ${count(cell.n)}`;
}

/** How many of a cell's visits have a known feeling: `34 of 212 visits, 16 %`. */
export function coverageOf(emotion: CellEmotion, n: number): string {
  return `${count(emotion.known)} of ${count(n)} visits, ${percent(emotion.known, n)}`;
}

/** One decimal, always: parts must be seen to sum to the number. */
export function points(value: number): string {
  const text = decimal(Math.abs(value), 1);
  const padded = text.includes('.') ? text : `${text}.0`;
  return value < 0 && padded !== '0.0' ? `−${padded}` : padded;
}
