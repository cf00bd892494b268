import type { Money } from './queue.ts';
import type { GroupComparisons, VersionComparison } from './comparison.ts';
import type { CaseStanding, Finding } from './case.ts';
import type { FrictionConfiguration } from './friction.ts';
import type { BarrierNote, Expectation, Presence } from './silence.ts';
import type {
  Channel,
  Clue,
  Column,
  Component,
  Controller,
  DeviationKind,
  Emotion,
  EmotionOrUnknown,
  EmotionSource,
  PromiseState,
  Window,
} from './words.ts';
import type { Factor } from './event.ts';
import type { CaseDeviation } from './journey-view.ts';
import type { RecoveryCase } from './queue.ts';

/** A name seen from both sides. */
export interface Names {
  readonly customer: string;
  readonly internal: string;
}

/** The instant a view speaks of, and whether it moves. */
export interface Position {
  /** ms since 1970: the view is exact up to the end of this minute. */
  readonly at: number;
  /** false where a past instant was asked for */
  readonly live: boolean;
}

export interface JourneySummary {
  readonly journey: string;
  readonly version: number;
  /** all versions, oldest first: cases keep the one under which they began */
  readonly versions: readonly number[];
  /** the versions where there are several: from when cases began under it, ms, and how many are open under it now */
  readonly running: readonly { readonly version: number; readonly since: number; readonly open: number }[];
  readonly name: Names;
  readonly goal: string;
  readonly windowMs: number;
  readonly stages: readonly StageSummary[];
  readonly segments: readonly string[];
  readonly channels: readonly Channel[];
  readonly owners: readonly string[];
  /** First and last minute in which this journey has any case, ms; null while it has none. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

export interface StageSummary {
  readonly stage: string;
  readonly name: Names;
  /** after the goal: not a step of the funnel */
  readonly after: boolean;
  /** holds a moment of truth */
  readonly mot: boolean;
  readonly standardMs: number | null;
  readonly owners: readonly string[];
}

/** One step of the cohort funnel and, beside it and never mixed with it, the stage as it is now. */
export interface FunnelStep {
  readonly stage: string;
  readonly name: Names;
  readonly after: boolean;
  readonly mot: boolean;
  /** cohort: cases that reached this step; = wentOn + waiting + dropped + excluded */
  readonly reached: number;
  readonly wentOn: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly excluded: number;
  /** cases opened in the range that have been in this stage at all, in any order */
  readonly visited: number;
  /** from the step before to this one, ms; log bins of 2 %, so within 1 % ; null without cases */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly timed: number;
  /** now: cases in this stage */
  readonly occupancy: number;
  /** now: of these, longer than the standard */
  readonly stuck: number;
  /** last hour */
  readonly inflow: number;
  readonly outflow: number;
  readonly standardMs: number | null;
}

export interface FunnelTotal {
  readonly entered: number;
  readonly converted: number;
  readonly inProgress: number;
  readonly dropped: number;
  readonly excluded: number;
}

/** What part of a cohort is decided, and the period before it. */
export interface FunnelAge {
  /** of those who entered, the ones whose conversion window is over: their outcome is final */
  readonly matured: FunnelTotal;
  /** last hour of entry that is over, ms */
  readonly maturedUntil: number;
  /** the period of the same length before, as it stood then */
  readonly before: FunnelTotal;
  readonly beforeFrom: number;
  readonly beforeAt: number;
}

export interface FunnelGroup {
  readonly key: string;
  readonly total: FunnelTotal;
  readonly steps: readonly { readonly stage: string; readonly reached: number; readonly occupancy: number; readonly stuck: number }[];
}

export interface FunnelView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  readonly goal: string;
  /** start of the range, floored to the hour, ms */
  readonly from: number;
  readonly position: Position;
  readonly windowMs: number;
  readonly by: 'channel' | 'segment' | null;
  readonly total: FunnelTotal;
  readonly age?: FunnelAge;
  /** by stage id, in order of `order` */
  readonly order: readonly string[];
  readonly steps: Readonly<Record<string, FunnelStep>>;
  readonly groups: Readonly<Record<string, FunnelGroup>>;
  /** conversion of each group against all others together; absent where nothing is split */
  readonly comparison?: GroupComparisons;
  /** the newest version by then against the one before; absent where the range holds nobody who entered under that one */
  readonly versions?: VersionComparison;
  /** open cases over all stages; = sum of occupancy */
  readonly open: number;
  readonly factors: readonly Factor[];
}

/** Why a square shows no number; each is a different picture. */
export type CellState = Presence;

export interface CellPart {
  readonly component: Component;
  /** friction points of the shown number */
  readonly points: number;
}

export interface CellEmotion {
  /** visits with a known emotion */
  readonly known: number;
  /** confidence-weighted mean valence, -1..1; null where nothing is known */
  readonly valence: number | null;
  /** share of each class among the known, by confidence; 0..1 */
  readonly shares: Readonly<Partial<Record<Emotion, number>>>;
}

/** Visits of one kind of clue within a square. */
export interface ClueShare {
  readonly clue: Clue;
  readonly n: number;
  /** of the square's friction, 0..1; the shares sum to 1 where there is any */
  readonly share: number;
}

export interface HeatCell extends Expectation {
  readonly stage: string;
  readonly column: string;
  readonly state: CellState;
  /** visits in the window */
  readonly n: number;
  /** shrunk mean friction 0..100; null unless state is `value` */
  readonly friction: number | null;
  /** plain mean 0..100; null without visits */
  readonly mean: number | null;
  /** Wilson 95 % interval of the mean, 0..100 */
  readonly low: number | null;
  readonly high: number | null;
  /** n < 30 or half-width > 10 */
  readonly uncertain: boolean;
  /** parts of the shown number, largest first; with `pull` they sum to it */
  readonly parts: readonly CellPart[];
  readonly pull: number;
  readonly emotion: CellEmotion;
  /** friction of all visits per hour: pain x reach */
  readonly load: number;
  /** shown number minus the same window one week before; null where either is missing */
  readonly change: number | null;
  /** source down or silent: what was last seen, ms */
  readonly lastSeen: number | null;
  /** promises with an outcome in the window; only where it was asked for */
  readonly promises?: { readonly kept: number; readonly broken: number };
  /** the window's visits by the kind of clue where each began; only where it was asked for */
  readonly clues?: readonly ClueShare[];
  /** less came than usual, even where there is enough for a number */
  readonly hush: 'silent' | 'quiet' | null;
  /** what keeps it silent, who looks after it */
  readonly note: BarrierNote | null;
}

export interface HeatView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  readonly window: Window;
  readonly by: Column;
  readonly position: Position;
  /** start of the stretch of time that was asked for in place of the window, ms; null: the window */
  readonly from: number | null;
  readonly rows: readonly StageSummary[];
  readonly columns: readonly string[];
  /** by `${stage}|${column}`; the column `all` is the stage's own */
  readonly cells: Readonly<Record<string, HeatCell>>;
  /** by which weights, half-values and references the visits were judged */
  readonly configuration: FrictionConfiguration;
  /** strength of the pull of a square to its parent, in visits */
  readonly kappa: number;
  readonly sources: readonly SourceHealth[];
  readonly factors: readonly Factor[];
}

export interface SourceHealth {
  readonly source: string;
  readonly name: string;
  readonly lastAt: number | null;
  readonly state: 'up' | 'down' | 'never';
}

/** One cell with its history, for the drawer. */
export interface CellDetail {
  readonly cell: HeatCell;
  readonly stageMean: number | null;
  readonly kappa: number;
  /** shown friction, n and valence over time, oldest first */
  readonly trend: readonly { readonly at: number; readonly friction: number | null; readonly n: number; readonly valence: number | null }[];
}

/** A row behind a number. No personal data: the customer is the opaque id. */
export interface ListRow {
  readonly customer: string;
  readonly caseId: string;
  /** for visits: names it among the customer's, to ask why it is as hard as it is */
  readonly visit?: string;
  /** the instant that put it on this list, ms */
  readonly at: number;
  readonly stage: string;
  readonly channel: Channel;
  readonly segment: string;
  /** for visits */
  readonly friction: number | null;
  readonly valence: number | null;
  /** for cases: how often it has left the plan by then; absent where that is not known of the row */
  readonly deviations?: number;
  /** for deviations: what was not as planned, and at which touchpoint */
  readonly deviation?: { readonly kind: DeviationKind; readonly touchpoint: string };
}

export interface ListPage {
  readonly list: string;
  /** length of the whole list at this position: equals the number that opened it */
  readonly count: number;
  readonly position: Position;
  readonly rows: readonly ListRow[];
  readonly next: string | null;
}

export interface CasePosition {
  readonly caseId: string;
  readonly journey: string;
  readonly journeyName: Names;
  readonly stage: string;
  readonly stageName: Names;
  readonly openedAt: number;
  readonly since: number;
  readonly standardMs: number | null;
  /** while it is there: when the standard time runs out, in the owner's working time; null: none is set */
  readonly dueAt: number | null;
  readonly state: CaseStanding;
  /** in a stage now, not ended */
  readonly here: boolean;
  /** longer in its stage than the standard, whatever its state */
  readonly stuck: boolean;
  /** what went wrong on the way, newest first, with the events that make it */
  readonly found: readonly { readonly finding: Finding; readonly at: number; readonly events: readonly string[] }[];
  readonly step: number;
  readonly steps: number;
  readonly version: number;
  /** where it left the plan, in the order in which it did */
  readonly deviations: readonly CaseDeviation[];
  /** how it came to the goal; null: not (yet) */
  readonly arrival: 'planned' | 'ownWay' | null;
  /** the worst moment of the case and the last; null: nothing felt for sure */
  readonly wave: { readonly peak: Moment; readonly end: Moment } | null;
  /** what it is worth, as its events last said; null: none did */
  readonly value: Money | null;
}

export interface PromiseView {
  /** unique among a customer's promises, whatever ids they were given */
  readonly key: string;
  readonly id: string;
  readonly kind: string;
  readonly wording: string | null;
  readonly madeAt: number;
  readonly due: number;
  readonly graceMs: number;
  /** from here on it is broken unless it was met: date and grace are over */
  readonly brokenAt: number;
  readonly state: PromiseState;
  readonly metAt: number | null;
  readonly moved: boolean;
  /** told before the first date that it would be late: so long before, ms; null: not told */
  readonly toldBeforeMs: number | null;
  /** something outside our control was at work until it was met or broke */
  readonly factors: readonly string[];
  /** while it is not met: how others waited for the same; null: too few others, or not known */
  readonly waited: { readonly survival: number; readonly others: number; readonly neverCame: boolean } | null;
  readonly stage: string | null;
}

export interface EmotionNow {
  readonly label: EmotionOrUnknown;
  readonly valence: number;
  readonly confidence: number;
  readonly since: number | null;
  readonly source: EmotionSource | null;
  /** what the evidence from that source says by itself; `label` may be another, because evidence fades and other evidence counts, too */
  readonly said: Emotion | null;
}

/** A moment of a case that is remembered. */
export interface Moment {
  readonly at: number;
  readonly valence: number;
  readonly label: EmotionOrUnknown;
}

export interface EmotionPoint {
  readonly at: number;
  readonly valence: number;
  readonly confidence: number;
  readonly label: EmotionOrUnknown;
  readonly source: EmotionSource;
}

export interface CustomerHeader {
  readonly customer: string;
  readonly name: string | null;
  readonly segment: string | null;
  readonly area: string | null;
  readonly identifiers: readonly { readonly kind: string; readonly value: string; readonly since: number }[];
  /** accounts and households, each with the address of its page */
  readonly groups: readonly { readonly kind: string; readonly value: string; readonly account: string }[];
  readonly events: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly lastContact: { readonly at: number; readonly channel: Channel; readonly topic: string | null } | null;
  readonly cases: readonly CasePosition[];
  readonly promises: readonly PromiseView[];
  /** what is being made good, newest first */
  readonly recoveries: readonly RecoveryCase[];
  /** outside our control, while a case of this customer was where it is at work; newest first */
  readonly factors: readonly Factor[];
  readonly emotion: EmotionNow;
  /** the customer does not want emotions read */
  readonly noEmotion: boolean;
  readonly line: readonly EmotionPoint[];
}

export interface TimelineTouchpoint {
  readonly id: string;
  readonly name: string;
  /** what the company calls it */
  readonly internal: string;
  readonly owner: string;
  readonly controller: Controller;
  readonly clue: Clue;
  readonly mot: boolean;
}

export interface TimelineItem {
  /** position in the customer's stream */
  readonly id: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly source: string;
  readonly type: string | null;
  readonly channel: Channel | null;
  /** null: unmapped */
  readonly touchpoint: TimelineTouchpoint | null;
  /** what the source called the touchpoint */
  readonly touchpointName: string | null;
  readonly journey: string | null;
  readonly stage: string | null;
  readonly stageName: Names | null;
  readonly caseId: string | null;
  readonly text: string | null;
  readonly emotion: {
    readonly label: EmotionOrUnknown;
    readonly valence: number;
    readonly confidence: number;
    readonly source: EmotionSource;
    readonly why: readonly string[];
    /** how strongly it is put, 0..1; null: not from a text */
    readonly intensity: number | null;
    /** how hard it was, -1 (hard) to 1 (easy); null: not spoken of */
    readonly effort: number | null;
    /** a person said so, in place of what was inferred */
    readonly corrected: boolean;
  } | null;
  /** carries words of the customer, so a person may say what they felt like */
  readonly mayCorrect: boolean;
  readonly score: { readonly kind: string; readonly value: number } | null;
  readonly signals: readonly { readonly component: Component; readonly value: number }[];
  readonly promise: { readonly kind: string; readonly due: number | null; readonly wording: string | null } | null;
  readonly outcome: string | null;
  readonly topic: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly late: boolean;
  readonly suspect: boolean;
  readonly retracted: boolean;
  /** shown as corrected later, not as it came */
  readonly corrected: boolean;
  /** somebody here said so on this page, under a self-given name; it can be taken back. `stated`: about the customer, nothing that the customer met */
  readonly saidHere?: { readonly by: string; readonly stated: boolean };
  /** it came under an identifier that somebody merged into this person by hand */
  readonly mergedIn?: boolean;
}

export interface TimelinePage {
  readonly customer: string;
  /** set where the id asked for now belongs to another person: go there */
  readonly movedTo: string | null;
  readonly header: CustomerHeader | null;
  /** newest first */
  readonly items: readonly TimelineItem[];
  readonly next: string | null;
  readonly position: Position;
}

export interface WallTile {
  readonly id: 'open' | 'stuck' | 'kept' | 'friction' | 'valence' | 'contacts';
  readonly name: string;
  /** null: cannot be told */
  readonly value: number | null;
  readonly unit: '' | '%' | '/h';
  /** change against the same time last week */
  readonly change: number | null;
  readonly n: number;
  readonly status: 'normal' | 'watch' | 'breach';
}

/** What a wallboard is sent: numbers only, by type. */
export interface WallView {
  readonly journey: string;
  readonly name: Names;
  readonly window: Window;
  readonly position: Position;
  readonly tiles: readonly WallTile[];
  readonly worst: readonly {
    readonly stage: string;
    readonly name: Names;
    readonly column: string;
    readonly friction: number;
    readonly valence: number | null;
    readonly n: number;
    readonly change: number | null;
  }[];
  /** squares in which much more hurts than is usual there at this time, worst first */
  readonly hot: readonly {
    readonly stage: string;
    readonly name: Names;
    readonly column: string;
    /** ms */
    readonly since: number;
    /** friction a minute, as a multiple of the usual */
    readonly ratio: number;
    readonly owner: string | null;
  }[];
  /** squares where less or nothing came although it was expected, worst first */
  readonly hushed: readonly {
    readonly stage: string;
    readonly name: Names;
    readonly column: string;
    readonly presence: 'silent' | 'quiet';
  }[];
  /** names of sources that have gone quiet */
  readonly down: readonly string[];
}

export interface SystemStatus {
  readonly ready: boolean;
  /** events acknowledged since the store was made */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly projected: number;
  readonly customers: number;
  readonly lastEventAt: number | null;
  /** age of the oldest accepted event that is not yet in the numbers, ms */
  readonly lagMs: number;
  readonly waiting: number;
  /** how long the thread that serves doors and pages keeps others waiting: 99 of 100 times at most this, ms */
  readonly loopDelayMs: number;
  /** the newest publication of a journey: another one after each */
  readonly journeysAt: string;
  /** customers still to be counted again after a change of definitions */
  readonly refolding: number;
  readonly durability: 'fsync-always' | 'fsync-everysec' | 'none' | 'unknown';
  readonly demo: { readonly on: boolean; readonly loaded: number; readonly total: number } | null;
  readonly version: string;
  readonly partitions: number;
  readonly sources: readonly SourceHealth[];
}
