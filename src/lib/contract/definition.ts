import { z } from 'zod';

/**
 * What people decide and the numbers follow: published journeys, saved funnels, factors outside our control, rules of identity, references,
 * what friction is judged by.
 * Definitions are never changed in place: each publication is an entry of its own, so every process and every rebuild sees the same history.
 */
const DEFINITION_KINDS = ['journey', 'funnel', 'factor', 'identity', 'references', 'policy', 'note', 'friction'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** One published definition, as it is kept. */
export const definitionEntry = z.object({
  kind: z.enum(DEFINITION_KINDS),
  /** names it among its kind; a later entry of the same kind and id takes its place (a journey's id holds its version, so none ever does) */
  id: z.string().min(1).max(200),
  /** JSON; null: taken back */
  body: z.unknown(),
  /** who published it */
  by: z.string().max(200),
  /** ms */
  at: z.number().int(),
});
export type DefinitionEntry = z.infer<typeof definitionEntry>;

/** A definition in force. `revision` grows with every publication of anything. */
export interface Published extends DefinitionEntry {
  readonly revision: string;
}
