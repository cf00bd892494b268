import { z } from 'zod';
import type { JourneyChange } from './journey-view.ts';
import type { Names } from './views.ts';

/** Longest text of a journey file that the editor takes, characters: it has to fit into one request. */
export const LONGEST_JOURNEY = 80_000;

/** Who published a version that came from the folder of journey files. */
export const BY_FILES = 'journey files';

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

/** Where a preview goes on: the instant at which it was begun, and behind whom. */
export const previewPlaceSchema = z.strictObject({
  at: z.int().min(0).max(4_102_444_800_000),
  partition: z.int().min(0).max(1_000_000),
  /** id of the customer looked at last in this partition; empty: nobody yet */
  after: z.string().max(64),
  /** how many customers it is about */
  of: z.int().min(0),
});
export type PreviewPlace = z.infer<typeof previewPlaceSchema>;

/**
 * What the last 24 hours would look like under a draft that had always been in force. It is about everybody heard of in that time
 * or in a stage of the journey now, or about those of them looked at so far.
 */
export interface JourneyPreview {
  /** of the customers it is about, folded again */
  readonly customers: number;
  /** of these, left out: they have more events than anybody would wait for */
  readonly leftOut: number;
  /** all customers it is about */
  readonly of: number;
  /** their events of the last 24 h */
  readonly events: number;
  /** of these, matched by no touchpoint of the journey */
  readonly unmatched: readonly [before: number, after: number];
  /** what would no longer be matched: touchpoint or type, and how often; commonest first */
  readonly lost: readonly { readonly name: string; readonly events: number }[];
  readonly stages: readonly StagePreview[];
  readonly deviating: readonly [before: number, after: number];
  readonly cases: readonly [before: number, after: number];
}

/** A preview of some customers, and where it goes on; null: this was the last of them. */
export interface PreviewPiece {
  readonly preview: JourneyPreview;
  readonly next: PreviewPlace | null;
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
