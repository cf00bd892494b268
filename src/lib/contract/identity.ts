import { z } from 'zod';

const kind = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/, 'must be a kind made of letters, digits, dot, dash and underscore');
/** `*` stands for every kind that is not named. */
const kindOrOther = z.union([kind, z.literal('*')]);

/** How many identifiers of a kind one stronger identifier may bring into a person, within a sliding window; without `days`: ever. null: no limit. */
const limitSchema = z.strictObject({ most: z.int().min(1).max(1000), days: z.int().min(1).max(3650).optional() });

/** The file of identity rules. What it does not say stays as it ships. */
export const identityFileSchema = z.strictObject({
  /** kinds from strongest to weakest; `*` is the place of all others */
  priority: z.array(kindOrOther).min(1).max(100).optional(),
  limits: z.record(kindOrOther, limitSchema.nullable()).optional(),
  /** values that stand for nobody, in any case, and patterns of such values */
  blocked: z
    .strictObject({ values: z.array(z.string().max(128)).max(1000).optional(), patterns: z.array(z.string().max(200)).max(100).optional() })
    .optional(),
  /** kinds that name a group of people, such as an account: they never say who somebody is */
  groups: z.array(kind).max(20).optional(),
});
export type IdentityFile = z.infer<typeof identityFileSchema>;

/** Why an identifier belongs to a person, or does not. */
export type IdentityRule =
  /** the strongest one: the person goes by it */
  | 'strongest'
  /** events carried it together with a stronger one of the same person */
  | 'together'
  /** somebody said that the two are one person */
  | 'merged'
  /** carried by several people: it says nothing about who somebody is */
  | 'shared'
  /** more of its kind than one person may have within the window */
  | 'limit'
  /** taken out by hand */
  | 'split'
  /** the source or somebody says that it is another person's */
  | 'elsewhere';

/** An identifier as it is shown. */
export interface NamedIdentifier {
  readonly kind: string;
  readonly value: string;
}

/** One identifier that a person's events carry, and why it belongs to them or does not. */
export interface IdentifierReason extends NamedIdentifier {
  /** names the identifier without showing it */
  readonly node: string;
  readonly belongs: boolean;
  readonly rule: IdentityRule;
  /** the stronger identifier it hangs on; null for the strongest, and where there is none */
  readonly with: NamedIdentifier | null;
  /** the event that says so: when it happened, ms, whose it is, and its id there */
  readonly at: number | null;
  readonly source: string | null;
  readonly event: string | null;
  /** who decided, and why, where somebody did */
  readonly by: string | null;
  readonly reason: string | null;
  /** events that came under it as their strongest identifier, and events that carry it */
  readonly events: number;
  readonly carried: number;
}

/** A decision by hand about a person's identifiers, and what became of it. */
export interface IdentityDecision {
  readonly what: 'merged' | 'split';
  readonly source: string;
  readonly event: string;
  readonly at: number;
  readonly by: string | null;
  readonly reason: string | null;
  readonly identifiers: readonly NamedIdentifier[];
  readonly undone: { readonly at: number; readonly by: string | null; readonly reason: string | null } | null;
}

/** Everything known about who a person is. */
export interface IdentityView {
  readonly customer: string;
  /** set where the id asked for now belongs to another person */
  readonly movedTo: string | null;
  /** those that belong first, strongest first */
  readonly identifiers: readonly IdentifierReason[];
  /** newest first */
  readonly decisions: readonly IdentityDecision[];
  /** more identifiers than are shown */
  readonly more: number;
}

/** One side of a merge that is being thought about. */
export interface MergeSide {
  readonly customer: string;
  readonly name: string | null;
  readonly segment: string | null;
  readonly strongest: NamedIdentifier;
  readonly identifiers: readonly NamedIdentifier[];
  readonly events: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly openCases: number;
  readonly promises: number;
}

/** An identifier seen with both sides of a merge and with nobody else: it belonged to neither, and becomes theirs once they are one. */
export interface SharedIdentifier extends NamedIdentifier {
  /** of the person it was by itself: they move, too */
  readonly events: number;
}

/** What a merge would do, before anybody does it. */
export interface MergePreview {
  /** keeps its address */
  readonly stays: MergeSide;
  /** its events move; its address leads to the other from then on */
  readonly moves: MergeSide;
  readonly along: readonly SharedIdentifier[];
  /** of the one person there is then */
  readonly events: number;
  /** both have a number of their own of the strongest kind: usually two people */
  readonly twoNumbers: string | null;
  /** who would lose, for good, what was read of how they felt, because the other wants nothing read; null: nobody */
  readonly unread: 'stays' | 'moves' | null;
}
