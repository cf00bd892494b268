import { DAY } from './time.ts';
import { z } from 'zod';
import type { Names, Position } from './views.ts';

const text = z.string().min(1).max(128);
const instant = z.int().min(0).max(4_102_444_800_000);

/** How long is waited for what follows, ms. */
export const ASSOCIATION_WINDOWS = { '1d': DAY, '7d': 7 * DAY, '30d': 30 * DAY } as const;
export type AssociationWindow = keyof typeof ASSOCIATION_WINDOWS;
const ASSOCIATION_WINDOW_NAMES = ['1d', '7d', '30d'] as const satisfies readonly AssociationWindow[];

export const associationParams = z.strictObject({
  journey: text,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  window: z.enum(ASSOCIATION_WINDOW_NAMES).optional(),
  /** whose bad visits the origin is asked of; absent, or none of this version: the stage that has most of them */
  stage: text.optional(),
  to: instant.optional(),
});
export type AssociationParams = z.infer<typeof associationParams>;

/**
 * The cases behind a number of what goes together. `after`: first came to that touchpoint, or to any other than `then`; `followed`: of these, those
 * that `then` followed. `passed`: came to the stage, having passed `after` where it is named; `fared`: of these, those with a bad visit there.
 * `exposed`: met the department `after` with `then` in reach, `experience` bad or another; `used`: of these, those that then used `then`; `usedBefore`: had before.
 */
export const associationListSchema = z.strictObject({
  of: z.literal('association'),
  journey: text,
  version: z.coerce.number().int().min(1).optional(),
  window: z.enum(ASSOCIATION_WINDOW_NAMES),
  what: z.enum(['after', 'followed', 'passed', 'fared', 'exposed', 'used', 'usedBefore']),
  after: text.optional(),
  then: text.optional(),
  stage: text.optional(),
  experience: z.enum(['bad', 'other']).optional(),
  /** cases opened from here on */
  from: z.coerce.number().int().min(0).max(4_102_444_800_000),
  /** and until here */
  until: z.coerce.number().int().min(0).max(4_102_444_800_000),
  to: z.coerce.number().int().min(0).max(4_102_444_800_000),
});
export type AssociationListRef = z.infer<typeof associationListSchema>;

/** A touchpoint as this page names it. */
export interface AssociationPlace {
  readonly touchpoint: string;
  readonly name: Names;
  readonly owner: string;
  /** null: accompanies the case in any stage */
  readonly stage: string | null;
}

/** How much more often, or more seldom, two things came together than by chance. */
export interface Associated {
  /** came together, and how often both would by chance */
  readonly both: number;
  readonly expected: number;
  /** the first, the second, and all there were */
  readonly first: number;
  readonly second: number;
  readonly all: number;
  /** both / first, with its 95 % interval, and second / all */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly base: number;
  /** shrunk: (both + 5) / (expected + 5) */
  readonly lift: number;
  /** -1..1 */
  readonly npmi: number;
  readonly p: number;
  /** `more`, `less`: clear among all that were tested; `chance`: could be chance */
  readonly verdict: 'more' | 'less' | 'chance';
}

/** After one touchpoint, another followed within the window. */
export interface FollowingPair extends Associated {
  readonly after: string;
  readonly then: string;
  /** of those in which it followed, ms */
  readonly medianGap: number;
  /** the plan itself leads from the one to the other */
  readonly planned: boolean;
}

/** A touchpoint passed before a stage, and bad visits of that stage. */
export interface UpstreamPlace extends Associated {
  readonly passed: string;
}

/** Some of what was tested is not told of. */
export interface Tested {
  /** pairs that were tested */
  readonly tested: number;
  /** of these, came together fewer than ten times, and are not shown */
  readonly hidden: number;
}

/** What a bad experience with one department goes with at another. */
export interface ContagionView {
  readonly from: string;
  readonly to: string;
  readonly bad: { readonly n: number; readonly used: number; readonly usedBefore: number };
  readonly others: { readonly n: number; readonly used: number; readonly usedBefore: number };
  /** within strata of how long customers are known and whether they had used it before; null: cannot be told */
  readonly ratio: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly chiSquared: number;
    readonly p: number;
  } | null;
  /** the same for as long before the contact; null: nobody had used it, or it cannot be told */
  readonly before: { readonly value: number; readonly low: number; readonly high: number } | null;
  /**
   * `less`, `more`: clear among all that were tested; `chance`: could be chance; `few`: fewer than 30 customers on one side, or fewer than ten that
   * used it; `differed`: the groups differed before already, `unknown`: it cannot be told whether they did, so nothing is claimed
   */
  readonly verdict: 'less' | 'more' | 'chance' | 'few' | 'differed' | 'unknown';
}

export interface AssociationView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  readonly window: AssociationWindow;
  /** when it was read */
  readonly position: Position;
  /** cases looked at: opened in this time */
  readonly cohort: { readonly from: number; readonly until: number; readonly cases: number; readonly customers: number };
  /** more cases were opened than are looked at: the newest are */
  readonly limited: boolean;
  /** customers with too many events to be looked at */
  readonly leftOut: number;
  /** customers whose stored events could not be read */
  readonly unreadable: number;
  readonly places: readonly AssociationPlace[];
  /** of this version */
  readonly stages: readonly { readonly stage: string; readonly name: Names }[];
  /** what comes more often first, then what comes more seldom, each with the strongest first; what could be chance last */
  readonly pairs: readonly FollowingPair[];
  readonly pairsTested: Tested;
  readonly upstream: Tested & {
    /** null: the journey has none with visits */
    readonly stage: string | null;
    readonly cases: number;
    readonly bad: number;
    readonly places: readonly UpstreamPlace[];
  };
  /** clear ones first */
  readonly contagion: readonly ContagionView[];
}

/** The view, or how far it has been read: the first look at a journey takes some seconds. */
export type AssociationAnswer =
  | { readonly state: 'read'; readonly view: AssociationView }
  | { readonly state: 'reading'; readonly done: number; readonly of: number; readonly name: Names };
