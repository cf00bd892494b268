import { z } from 'zod';
import type { FunnelBreakdown, FunnelDefinition } from './funnel-definition.ts';
import type { GroupComparisons } from './comparison.ts';
import type { Factor } from './event.ts';
import type { FunnelTotal, Names, Position } from './views.ts';

const instant = z.int().min(0).max(4_102_444_800_000);

/** Which saved funnel to read, over whom. */
export const savedFunnelParams = z.strictObject({
  id: z.string().min(1).max(64),
  from: instant.optional(),
  to: instant.optional(),
  /** which of its breakdowns, by place; absent: none */
  by: z.int().min(0).max(9).optional(),
});
export type SavedFunnelParams = z.infer<typeof savedFunnelParams>;

const listInstant = z.coerce.number().int().min(0).max(4_102_444_800_000);

/** Who stands behind a number of a saved funnel. */
export const savedListSchema = z.strictObject({
  of: z.literal('saved'),
  funnel: z.string().min(1).max(64),
  what: z.enum(['entered', 'reached', 'wentOn', 'waiting', 'dropped', 'excluded', 'converted', 'inProgress']),
  /** place of the step from 1; absent for totals */
  step: z.coerce.number().int().min(1).max(32).optional(),
  from: listInstant.optional(),
  /** last hour of entry */
  until: listInstant.optional(),
  to: listInstant.optional(),
  /** breakdown by place, and the group in it */
  by: z.coerce.number().int().min(0).max(9).optional(),
  group: z.string().max(128).optional(),
  /** with the breakdown: everybody but those of this group */
  notGroup: z.string().max(128).optional(),
  /** log bins of the time to convert: `first-last` */
  bins: z
    .string()
    .regex(/^\d{1,5}-\d{1,5}$/)
    .optional(),
  /** where they went after they dropped; `-` = they were not heard of again */
  next: z.string().min(1).max(128).optional(),
});
export type SavedListRef = z.infer<typeof savedListSchema>;

/** One touchpoint to which customers went after the step they reached last. */
export interface NextPlace {
  /** touchpoint id; `unmapped`, or empty where they were not heard of again */
  readonly touchpoint: string;
  readonly name: string;
  readonly count: number;
}

export interface SavedStep {
  /** place from 1 */
  readonly step: number;
  readonly name: string;
  readonly optional: boolean;
  /** = wentOn + waiting + dropped + excluded */
  readonly reached: number;
  readonly wentOn: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly excluded: number;
  /** reached in the period before, at the same age */
  readonly before: number;
  /** time from the step before, ms, within 1 % */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly timed: number;
  /** where those who dropped here went first, most first; they sum to `dropped` */
  readonly next: readonly NextPlace[];
}

/** A bar of the histogram: log bins `first` to `last`, so that the people in it can be listed. */
export interface TimeBin {
  readonly first: number;
  readonly last: number;
  /** ms */
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** From entry to conversion, over those who converted. All times within 1 %, from log bins of 2 %. */
export interface ConversionTimes {
  readonly n: number;
  readonly medianMs: number | null;
  readonly meanMs: number | null;
  readonly p90Ms: number | null;
  readonly bins: readonly TimeBin[];
}

export interface SavedGroup {
  readonly key: string;
  readonly total: FunnelTotal;
  /** by step in order */
  readonly reached: readonly number[];
  readonly medianMs: number | null;
}

/** A saved funnel as a page shows it. */
export interface SavedFunnelView {
  readonly definition: FunnelDefinition;
  /** start of the range, floored to the hour, ms */
  readonly from: number;
  readonly position: Position;
  readonly total: FunnelTotal;
  /** of those, the ones whose window is over: their outcome is final */
  readonly matured: FunnelTotal;
  /** last hour of entry that is over, ms */
  readonly maturedUntil: number;
  /** the period of the same length before, as it stood then */
  readonly before: FunnelTotal;
  readonly beforeFrom: number;
  readonly beforeAt: number;
  readonly order: readonly string[];
  /** by place, as text */
  readonly steps: Readonly<Record<string, SavedStep>>;
  readonly times: ConversionTimes;
  readonly by: number | null;
  /** of the chosen breakdown; they sum to the total. The last may be `other` */
  readonly groups: Readonly<Record<string, SavedGroup>>;
  /** groups that stand together as `other`, because only those with most attempts are named */
  readonly gathered: number;
  /** conversion of each group against all others together; absent where nothing is split, or not by what was so at entry */
  readonly comparison?: GroupComparisons;
  readonly factors: readonly Factor[];
}

/** What a builder of funnels can offer. */
export interface FunnelWords {
  readonly journeys: readonly {
    readonly journey: string;
    readonly name: Names;
    readonly windowMs: number;
    /** those that are steps of the journey's own funnel, in order, with the touchpoints that lead there */
    readonly stages: readonly { readonly name: Names; readonly touchpoints: readonly string[] }[];
  }[];
  readonly touchpoints: readonly { readonly journey: string; readonly id: string; readonly name: string; readonly stage: Names | null }[];
  readonly types: readonly string[];
  readonly segments: readonly string[];
}

/** A saved funnel in the list of all. */
export interface SavedFunnelSummary {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly steps: number;
  readonly windowMs: number;
  readonly breakdowns: readonly FunnelBreakdown[];
  /** first and last hour with attempts, ms; null without any */
  readonly span: { readonly from: number; readonly to: number } | null;
}
