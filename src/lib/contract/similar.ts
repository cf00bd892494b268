import { z } from 'zod';
import { customerId } from './customer-id.ts';
import type { Names, Position } from './views.ts';

/** Which case of which customer to find others like. */
export const similarParams = z.strictObject({
  customerId,
  caseId: z.string().min(1).max(200),
});
export type SimilarParams = z.infer<typeof similarParams>;

/** How an experience was: bad before good, because a hard visit with a friendly end was still hard. */
export type SimilarExperience = 'bad' | 'good' | 'plain';

/** Where similar cases went next. */
export interface SimilarStep {
  readonly touchpoint: string;
  readonly name: Names;
  /** cases that went there next and reached the goal; those that went there next at all */
  readonly arrived: number;
  readonly all: number;
}

/** Decided cases that stood where this one stands, and what they did next. "Goes with", never "because of". */
export interface SimilarCases {
  /** what they have in common with this case: its touchpoint and how that was, or only the stage and how it was */
  readonly by: 'touchpoint' | 'stage';
  readonly touchpoint: Names;
  readonly stage: Names;
  readonly experience: SimilarExperience;
  /** decided cases like this one; those of them that reached the goal afterwards */
  readonly all: number;
  readonly arrived: number;
  /** by how many of those that reached the goal went there next; too few are left out */
  readonly next: readonly SimilarStep[];
  /** cases opened from here to there were looked at, ms */
  readonly from: number;
  readonly until: number;
  readonly position: Position;
}
