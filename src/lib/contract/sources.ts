import { z } from 'zod';
import { isSourceName } from './source-name.ts';

/** What a source's stillness means: it speaks, is quieter than it usually is, is silent, or has never said enough to tell. */
export type FeedState = 'live' | 'quiet' | 'silent' | 'unknown';

/** One source as the page of sources shows it: no personal data. */
export interface SourceView {
  readonly source: string;
  /** when its newest event happened, ms; null: none was accepted yet */
  readonly lastAt: number | null;
  /** when something of it last arrived, ms */
  readonly lastReceived: number | null;
  /** when it last spoke, ms: as `lastReceived`, without an imported past, of which it counts when it happened */
  readonly lastHeard: number | null;
  /** accepted per minute of the last hour, oldest first, the running minute last */
  readonly minutes: readonly number[];
  readonly acceptedHour: number;
  readonly duplicatesHour: number;
  readonly rejectedHour: number;
  /** mean time from happening to arriving over the last hour, ms; null: nothing arrived */
  readonly delayMs: number | null;
  readonly state: FeedState;
  /** how often it usually speaks, ms between events; null: not known */
  readonly expectedEveryMs: number | null;
  /** refused events of it that are kept */
  readonly quarantined: number;
}

/** Everything the page of sources follows live. */
export interface SourcesView {
  /** ms */
  readonly at: number;
  readonly sources: readonly SourceView[];
  /** sources beyond those listed */
  readonly more: number;
  /** age of the oldest accepted event that is not yet in the numbers, ms */
  readonly lagMs: number;
  readonly quarantine: QuarantineCounts;
  /** entries of the Redis stream for in-house producers that wait to be taken in; null: what has its name there is no stream */
  readonly inboxWaiting: number | null;
  /** since when none of them could be taken in, ms; null: all is well */
  readonly inboxStoppedAt: number | null;
}

/** How full quarantine is. */
export interface QuarantineCounts {
  readonly kept: number;
  readonly bytes: number;
  /** refused again while the first was still kept */
  readonly again: number;
  /** the oldest made room: these are lost */
  readonly dropped: number;
  readonly mostKept: number;
  readonly mostBytes: number;
}

/** Groups of refused events that one answer names at most. */
export const MOST_GROUPS = 200;

/** Refused events of one source with one reason. The field's name comes from the sender. */
export interface QuarantineGroup {
  readonly source: string;
  readonly field: string;
  readonly code: string;
  readonly count: number;
}

/** One refused event. `raw` may hold personal data: shown only by the API, to those who may. */
export interface QuarantineEntry {
  readonly id: string;
  readonly source: string;
  /** ms */
  readonly received: number;
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
  /** it was longer than is kept: it can be read, not sent in again */
  readonly cut: boolean;
}

const path = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be names joined by dots, such as customer.email')
  .refine((value) => !/(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(value), 'cannot be used');
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);

/** One step of a rule that repairs refused events. */
export const fixStep = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('rename'), from: path, to: path }),
  z.strictObject({ do: z.literal('default'), path, value: scalar }),
  z.strictObject({ do: z.literal('set'), path, value: scalar }),
  z.strictObject({ do: z.literal('map'), path, values: z.record(z.string().max(200), scalar) }),
  /** a date in a format of its own, e.g. `dd.MM.yyyy HH:mm`, in a zone; or `s` for seconds since 1970 */
  z.strictObject({ do: z.literal('date'), path, format: z.string().min(1).max(60), zone: z.string().min(1).max(60).default('UTC') }),
  z.strictObject({ do: z.literal('number'), path }),
  z.strictObject({ do: z.literal('text'), path }),
  z.strictObject({ do: z.literal('remove'), path }),
]);
export type FixStep = z.infer<typeof fixStep>;

/** How refused events are repaired: the steps one after the other. */
export const fixRule = z.strictObject({ steps: z.array(fixStep).min(1).max(20) });
export type FixRule = z.infer<typeof fixRule>;

/** Which refused events: of a source, with a reason. */
export const quarantineFilter = z.strictObject({
  source: z.string().max(200).optional(),
  field: z.string().max(300).optional(),
  code: z.string().max(40).optional(),
});
export type QuarantineFilter = z.infer<typeof quarantineFilter>;

/** One page of refused events, newest first. */
export interface QuarantinePage {
  readonly entries: readonly QuarantineEntry[];
  readonly next: string | null;
}

/** What a rule would do with refused events. */
export interface FixTrial {
  /** looked at */
  readonly tried: number;
  /** would be accepted */
  readonly right: number;
  readonly examples: readonly {
    readonly id: string;
    /** the event after the rule, as JSON; null: it cannot be read at all */
    readonly after: string | null;
    /** why it would still be refused; null: it would be accepted */
    readonly problem: { readonly field: string; readonly message: string } | null;
  }[];
}

/** What became of refused events that were sent in again. */
export interface ReplayAnswer {
  readonly accepted: number;
  /** had been accepted before, under the same source and id */
  readonly duplicates: number;
  /** still wrong: they stay */
  readonly wrong: number;
}

export const keyKinds = ['server', 'browser'] as const;
export type KeyKind = (typeof keyKinds)[number];
export const sourceName = z.string().refine(isSourceName, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

/** A write key as it is shown: never the key itself. */
export interface KeyView {
  readonly id: string;
  readonly source: string;
  readonly kind: KeyKind;
  readonly madeAt: number;
  readonly madeBy: string;
  /** ms, to the minute; null: never used */
  readonly lastUsedAt: number | null;
  /** from then on it is refused; null: until it is ended */
  readonly endsAt: number | null;
}

/** A new key: the only time it is shown. */
export interface NewKey {
  readonly key: string;
  readonly view: KeyView;
}
