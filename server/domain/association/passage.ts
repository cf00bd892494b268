import type { Channel } from '#lib/contract/index.ts';
import type { StoryVisit } from '../moment/story.ts';

/** A customer at a touchpoint of a case. */
export interface Touch {
  /** ms */
  readonly at: number;
  /** place among the touchpoints of the journey */
  readonly touchpoint: number;
}

/** A visit of a case, with the department at which it began. */
export interface PassageVisit extends StoryVisit {
  /** ms */
  readonly begun: number;
  readonly owner: string;
}

/** One case with every touchpoint it came to, up to the position. */
export interface Passage {
  readonly customer: string;
  readonly caseId: string;
  readonly segment: string;
  readonly channel: Channel;
  /** ms */
  readonly opened: number;
  /** in the order in which they came */
  readonly touches: readonly Touch[];
  /** in the order in which they began */
  readonly visits: readonly PassageVisit[];
}

/** A customer with the cases that are looked at, and what of the journey was used in any case. */
export interface Traveller {
  readonly customer: string;
  /** first event of all, ms */
  readonly since: number;
  readonly passages: readonly Passage[];
  /** by department: when it was met in the journey, whatever the case and its version, ms, ascending */
  readonly uses: ReadonlyMap<string, readonly number[]>;
}
