import { percent } from '#lib/components/format.ts';
import type { HeatCell } from '#lib/contract/views.ts';
import { FEW, type Clue } from '#lib/contract/words.ts';
import { cellSentence, coverageWords, feelingOf } from './cell-words.ts';
import type { Layer, Shown } from './params.ts';
import * as m from '#messages/strip.ts';

/** What of a square's promises turned out broken. */
export interface PromiseFace {
  readonly broken: number;
  readonly outcomes: number;
  /** `25 %`; null: no outcome, or too few for a share */
  readonly share: string | null;
}
export function promiseFaceOf(cell: HeatCell): PromiseFace {
  const { kept, broken } = cell.promises ?? { kept: 0, broken: 0 };
  const outcomes = kept + broken;
  return { broken, outcomes, share: outcomes < FEW ? null : percent(broken, outcomes) };
}

/** The kind of clue that carries most of a square's friction, and its share; null without friction. */
export function heaviestClue(cell: HeatCell): { readonly clue: Clue; readonly share: number } | null {
  const heaviest = (cell.clues ?? []).reduce<{ clue: Clue; share: number } | null>(
    (best, { clue, share }) => (best === null || share > best.share ? { clue, share } : best),
    null,
  );
  return heaviest === null || heaviest.share === 0 ? null : heaviest;
}

/** What a square says to somebody who cannot see it, in a layer; the visible words are part of it. */
export function layerSentence(cell: HeatCell, now: () => number, face: { readonly layer: Layer; readonly show: Shown }): string {
  if (face.layer === 'promise') {
    const { broken, outcomes, share } = promiseFaceOf(cell);
    if (outcomes === 0) return m.noPromise();
    const all = m.brokenOf({ broken, count: outcomes });
    return share === null ? all : `${m.shareBroken({ share })}, ${all}`;
  }
  if (cell.state !== 'value' || face.layer === 'both') return cellSentence(cell, now, face.show);
  if (face.layer === 'emotion') return `${m.feeling({ word: feelingOf(cell.emotion.valence).word })}, ${coverageWords(cell)}`;
  if (face.layer === 'friction') return cellSentence(cell, now, face.show);
  const heaviest = heaviestClue(cell);
  const lead = heaviest === null ? m.noFriction() : m.clueShare({ clue: m.clue(heaviest.clue), share: percent(heaviest.share, 1) });
  return `${lead}, ${m.visits({ count: cell.n })}`;
}
