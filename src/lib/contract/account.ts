import type { CasePosition, EmotionNow, Position, PromiseView, TimelineItem } from './views.ts';

/** One person of an account or household. */
export interface AccountMember {
  readonly customer: string;
  readonly name: string | null;
  /** the number the company knows them under */
  readonly number: string | null;
  readonly segment: string | null;
  /** first event that named the group, ms */
  readonly since: number;
  readonly events: number;
  readonly lastAt: number;
  readonly emotion: EmotionNow;
  /** cases that are open, newest first */
  readonly cases: readonly CasePosition[];
}

/** A group of people: its members, and what was promised to any of them. */
export interface AccountView {
  readonly account: string;
  /** `accountId`, `householdId`; null where nobody belongs to it */
  readonly kind: string | null;
  readonly value: string | null;
  /** newest first; at most 200 */
  readonly members: readonly AccountMember[];
  /** all of them, also those not shown */
  readonly count: number;
  /** promised to those shown */
  readonly promises: readonly (PromiseView & { readonly customer: string })[];
  readonly position: Position;
}

/** One event of anybody in the group, and on whose side it stands. */
export interface AccountItem {
  readonly customer: string;
  readonly side: 'theirs' | 'ours';
  readonly item: TimelineItem;
}

/** A page of the union of the members' timelines, newest first. */
export interface AccountTimeline {
  readonly items: readonly AccountItem[];
  readonly next: string | null;
}
