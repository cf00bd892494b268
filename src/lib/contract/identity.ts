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
