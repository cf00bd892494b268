import type { JourneyChange } from './journey-view.ts';
import type { Names } from './views.ts';

/** Longest text of a journey file that the editor takes, characters: it has to fit into one request. */
export const LONGEST_JOURNEY = 80_000;

/** Something wrong on a line of a journey file. */
export interface JourneyProblem {
  /** from 1 */
  readonly line: number;
  /** `stages.2.standard`; empty: the file as a whole */
  readonly field: string;
  readonly message: string;
}

/** A published journey as a text to begin a draft with. */
export interface JourneyText {
  readonly journey: string;
  readonly version: number;
  readonly text: string;
  readonly by: string;
  /** ms */
  readonly publishedAt: number;
  /** version under which a draft of it can be published */
  readonly nextVersion: number;
}

/** One stage as it was and as it would be. */
export interface StagePreview {
  readonly stage: string;
  readonly name: Names;
  /** events of the last 24 h at touchpoints of the stage */
  readonly events: readonly [before: number, after: number];
  /** cases that are there now */
  readonly here: readonly [before: number, after: number];
  /** of these, longer than the standard */
  readonly stuck: readonly [before: number, after: number];
}

/** What the last 24 hours would look like under a draft that had always been in force. */
export interface JourneyPreview {
  /** customers heard of in the last 24 h that were folded again */
  readonly customers: number;
  /** all customers heard of in the last 24 h */
  readonly of: number;
  /** their events of the last 24 h */
  readonly events: number;
  /** of these, matched by no touchpoint of the journey */
  readonly unmatched: readonly [before: number, after: number];
  /** what would no longer be matched: touchpoint or type, and how often; commonest first, at most ten */
  readonly lost: readonly { readonly name: string; readonly events: number }[];
  readonly stages: readonly StagePreview[];
  readonly deviating: readonly [before: number, after: number];
  readonly cases: readonly [before: number, after: number];
}

/** What can be said of a draft: what is wrong with it, or what it changes. */
export type DraftCheck =
  | { readonly ok: false; readonly problems: readonly JourneyProblem[] }
  | {
      readonly ok: true;
      readonly journey: string;
      readonly version: number;
      /** version it is held against; null: the journey is new */
      readonly against: number | null;
      /** why it cannot be published under its version; null: it can */
      readonly refused: string | null;
      readonly changes: readonly JourneyChange[];
    };
