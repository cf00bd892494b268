import { z } from 'zod';
import { customerId } from './customer-id.ts';
import type { Factor } from './event.ts';
import type { CustomerHeader, TimelineItem, Position, Names } from './views.ts';
import { STORY_FEELINGS, STORY_KINDS, STORY_LANES, STORY_PARTS } from './story-choices.ts';
import type { StoryLanes, StripFelt } from './story-choices.ts';
import { CHANNELS } from './words.ts';
import type { Channel, EmotionOrUnknown, EmotionSource, PromiseState } from './words.ts';

const choices = <Choice extends string>(values: readonly [Choice, ...Choice[]]) => z.array(z.enum(values)).max(values.length).optional();
const instant = z.int().min(0).max(8.64e15);

/** Which events of a story are shown. Empty: all. Between fields all must hold, within one any. */
const storyFilter = z
  .strictObject({
    kinds: choices(STORY_KINDS),
    channels: choices(CHANNELS),
    journey: z.string().min(1).max(128).optional(),
    feeling: z.enum(STORY_FEELINGS).optional(),
    /** events about promises, or at moments of truth */
    only: z.enum(STORY_PARTS).optional(),
    /** first and last instant, ms since 1970, both inclusive */
    from: instant.optional(),
    to: instant.optional(),
    /** words that must stand in what is told */
    text: z.string().trim().min(1).max(200).optional(),
  })
  .refine(({ from = 0, to = Infinity }) => from <= to, { path: ['from'], message: 'lies after to' });
export type StoryFilter = z.infer<typeof storyFilter>;

/** A position in a customer's stream. */
const eventId = z.string().regex(/^\d{1,15}-\d{1,20}$/, 'is not a place in a story');

/** Where a page of a story begins. Newest first; nothing named: with the newest. */
const storyPlace = z.union([
  /** behind this event */
  z.strictObject({ before: eventId }),
  /** the page that ends just above this event */
  z.strictObject({ after: eventId }),
  /** with the contact in which this event lies; where it is hidden, with the next older one */
  z.strictObject({ event: eventId }),
  /** with what happened last by then, ms since 1970 */
  z.strictObject({ at: instant }),
]);
export type StoryPlace = z.infer<typeof storyPlace>;

export const storyPageParams = z.strictObject({
  customerId,
  filter: storyFilter.optional(),
  place: storyPlace.optional(),
  /** false: every event by itself, in the strict order of time */
  grouped: z.boolean().optional(),
  /** events wanted; a contact is never cut */
  limit: z.int().min(1).max(500).optional(),
});
export type StoryPageParams = z.infer<typeof storyPageParams>;

export const storyParams = storyPageParams.extend({ lanes: z.enum(STORY_LANES).optional() });
export type StoryParams = z.infer<typeof storyParams>;

/** Something that was to be heard of in a silence. */
export type Expected =
  | {
      readonly what: 'promise';
      readonly kind: string;
      readonly wording: string | null;
      readonly due: number;
      readonly events: readonly string[];
    }
  | { readonly what: 'standard'; readonly stageName: Names; readonly due: number; readonly events: readonly string[] };

/** A time in which nothing was heard, and what was expected in it. */
export interface Silence {
  readonly from: number;
  /** null: until now */
  readonly to: number | null;
  readonly expected: readonly Expected[];
}

/** On which side of the stage something happens: before the customer's eyes, or behind and at others. */
export type StorySide = 'front' | 'back';

/** One contact, session, or single event. */
export interface StoryGroup {
  /** stream id of its first event, hidden ones included */
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly side: StorySide;
  readonly channel: Channel | null;
  readonly owner: string | null;
  readonly topic: string | null;
  readonly outcome: string | null;
  /** worst thing felt in it; null: nothing known */
  readonly worst: { readonly valence: number; readonly label: EmotionOrUnknown; readonly source: EmotionSource } | null;
  /** signs of friction in it */
  readonly problems: number;
  /** events in it, and how many of them the filter hides */
  readonly events: number;
  readonly hidden: number;
  /** newest first */
  readonly items: readonly TimelineItem[];
  /** the silence that followed it; null: something else did, shown or not */
  readonly silence: Silence | null;
}

/** A stretch of a story, newest first. */
export interface StoryPage {
  readonly groups: readonly StoryGroup[];
  /** cursor for `before`; null: this is where it began */
  readonly older: string | null;
  /** cursor for `after`; null: begins with the newest */
  readonly newer: string | null;
  /** events above this stretch that the filter lets through */
  readonly above: number;
  /** events that the filter lets through, and those it hides: together all there are */
  readonly shown: number;
  readonly hidden: number;
}

/** What a sentence of the brief says. */
export type BriefSaid =
  | { readonly code: 'known'; readonly since: number; readonly count: number }
  | {
      readonly code: 'stage';
      readonly stageName: Names;
      readonly journeyName: Names;
      readonly since: number;
      readonly standardMs: number | null;
      readonly late: boolean;
    }
  | { readonly code: 'found'; readonly finding: 'dead_end' | 'lost_handover'; readonly at: number }
  | {
      readonly code: 'broken';
      readonly kind: string;
      readonly wording: string | null;
      readonly due: number;
      /** date and grace were over */
      readonly brokenAt: number;
      readonly others: number;
    }
  | { readonly code: 'open'; readonly kind: string; readonly wording: string | null; readonly due: number; readonly others: number }
  | { readonly code: 'contacts'; readonly count: number; readonly days: number; readonly topic: string | null; readonly unresolved: number }
  | {
      readonly code: 'contact';
      readonly at: number;
      readonly channel: Channel;
      readonly topic: string | null;
      readonly outcome: string | null;
    }
  | {
      readonly code: 'feeling';
      readonly label: EmotionOrUnknown;
      readonly source: EmotionSource;
      readonly since: number;
      readonly confidence: number;
    }
  | { readonly code: 'worst'; readonly label: EmotionOrUnknown; readonly at: number }
  | { readonly code: 'recovered'; readonly from: EmotionOrUnknown; readonly label: EmotionOrUnknown; readonly at: number }
  | { readonly code: 'silent'; readonly since: number }
  | { readonly code: 'last'; readonly at: number; readonly type: string | null; readonly touchpoint: string | null };

/** One sentence of the brief and the events it comes from: never none. */
export type BriefSentence = BriefSaid & { readonly events: readonly [string, ...string[]] };

/** How likely a case is still where it is after some more time, from how long others stayed there. */
export interface StillHere {
  readonly caseId: string;
  readonly journey: string;
  readonly stageName: Names;
  /** from now on, ms */
  readonly inMs: number;
  /** 0..1 */
  readonly share: number;
  /** 95 % interval of the share */
  readonly low: number;
  readonly high: number;
  /** others who had been there at least as long */
  readonly others: number;
  /** time until half of those others had gone, ms; null: fewer than half ever did */
  readonly halfMs: number | null;
}

/** Something the customer wishes or has agreed to, as last said. */
export interface Preference {
  readonly what: string;
  readonly value: string;
  readonly at: number;
  readonly event: string;
}

/** Events of one lane in one column of the strip: how many, and how many of them with friction. A tuple, because there are many. */
export type StripMark = readonly [column: number, count: number, problems: number];

export interface StripPromise {
  readonly key: string;
  readonly kind: string;
  readonly wording: string | null;
  readonly madeAt: number;
  readonly due: number;
  readonly metAt: number | null;
  /** null: so long over that what became of it is no longer kept */
  readonly state: PromiseState | null;
  readonly event: string;
}

/** What a strip leaves out on its left: so many events, the first and last of them, and when something was heard again. */
export interface StripEarlier {
  readonly events: number;
  readonly from: number;
  readonly to: number;
  readonly until: number;
}

/** A whole life at a glance: a few kB, however many events. */
export interface StoryStrip {
  readonly from: number;
  /** what lies before a silence so long that it is not drawn; null: nothing does */
  readonly earlier: StripEarlier | null;
  readonly to: number;
  readonly columns: number;
  readonly by: StoryLanes;
  readonly lanes: readonly { readonly lane: string; readonly events: number; readonly marks: readonly StripMark[] }[];
  readonly line: readonly StripFelt[];
  /** the worst moment that is sure enough to be remembered; null: none */
  readonly peak: { readonly at: number; readonly valence: number; readonly label: EmotionOrUnknown; readonly event: string } | null;
  /** last made first */
  readonly promises: readonly StripPromise[];
  readonly factors: readonly Factor[];
  readonly silences: readonly { readonly from: number; readonly to: number }[];
}

/** A promise for which nobody has given a date: told to the customer, and beside the ledger's sum, because the clock cannot break it. */
export interface UndatedPromise {
  /** as of a promise with a date */
  readonly key: string;
  readonly id: string;
  readonly kind: string;
  readonly wording: string | null;
  readonly madeAt: number;
  /** what was said to have become of it; null: it stands */
  readonly became: 'kept' | 'withdrawn' | null;
  /** the event that made it, and the one that ended it */
  readonly events: readonly string[];
}

/** Events behind the values of the head, by the name of the value. */
export type StorySources = Readonly<Record<string, readonly string[]>>;

/** Everything the page of a customer shows. */
export interface StoryView {
  readonly customer: string;
  /** set where the id asked for now belongs to another person: go there */
  readonly movedTo: string | null;
  readonly header: CustomerHeader | null;
  /** of the header's identifiers those that were seen here, but are shared with others, taken out, or another person's */
  readonly notTheirs: readonly { readonly kind: string; readonly value: string }[];
  readonly brief: readonly BriefSentence[];
  readonly sources: StorySources;
  readonly stillHere: readonly StillHere[];
  readonly undated: readonly UndatedPromise[];
  readonly preferences: readonly Preference[];
  readonly strip: StoryStrip | null;
  /** journeys and channels there are in the story, for the filter */
  readonly journeys: readonly { readonly journey: string; readonly name: Names }[];
  readonly channels: readonly Channel[];
  readonly page: StoryPage;
  readonly position: Position;
}
