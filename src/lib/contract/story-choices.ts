import { EMOTIONS } from './words.ts';
import type { EmotionOrUnknown } from './words.ts';

// What pages need of a story to run, apart from what checks requests: that is heavy, and only the server does it.

/** What an event of a customer's story is about, coarsely: the choices of the filter. */
export const STORY_KINDS = ['contact', 'message', 'online', 'order', 'promise', 'feedback', 'note', 'record', 'other'] as const;
export type StoryKind = (typeof STORY_KINDS)[number];

/** How somebody felt, coarsely. What is not known is none of them. */
export const STORY_FEELINGS = ['bad', 'neutral', 'good'] as const;
export type StoryFeeling = (typeof STORY_FEELINGS)[number];

/** Parts of a story that can be shown alone. */
export const STORY_PARTS = ['promises', 'moments'] as const;
export type StoryPart = (typeof STORY_PARTS)[number];

/** What the lanes of the strip are. */
export const STORY_LANES = ['channel', 'owner'] as const;
export type StoryLanes = (typeof STORY_LANES)[number];

/** Events of a page where nobody says how many: what is painted first. */
export const STORY_FIRST_PAGE = 40;

/**
 * What was felt in one column of the strip. A tuple, because there are many.
 * @see feelingsOn
 */
export type StripFelt = readonly [
  column: number,
  /** mean, weighed by confidence, -1..1 */
  valence: number,
  /** mean, 0..1 */
  confidence: number,
  /** 1: said or noted by a person; 0: inferred */
  measured: 0 | 1,
  count: number,
  /** of the worst of them; place in `EMOTIONS`, -1: unknown */
  emotion: number,
  /** the worst of them */
  event: string,
];

/** The same with names. */
export interface StripFeeling {
  readonly column: number;
  /** when the worst of them happened, ms since 1970 */
  readonly at: number;
  readonly valence: number;
  readonly confidence: number;
  readonly measured: boolean;
  readonly count: number;
  readonly label: EmotionOrUnknown;
  readonly event: string;
}

/** What was felt, oldest first, with names. */
export function feelingsOn(strip: { readonly line: readonly StripFelt[] }): readonly StripFeeling[] {
  return strip.line.map(([column, valence, confidence, measured, count, emotion, event]) => ({
    column,
    at: Number.parseInt(event, 10),
    valence,
    confidence,
    measured: measured === 1,
    count,
    label: EMOTIONS[emotion] ?? 'unknown',
    event,
  }));
}
