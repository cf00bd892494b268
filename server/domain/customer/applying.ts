import type { Factor } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '../blueprint/blueprint.ts';
import type { Match } from '../case/case.ts';
import type { StoredEvent } from '../event/event.ts';
import type { FrictionHistory, FrictionRules } from '../friction/rules.ts';
import type { Funnels } from '../funnel/compile.ts';
import type { Touched } from '../kernel/row.ts';
import type { CaseState, CustomerState, VisitState } from './state.ts';
import type { Waiting } from './tie.ts';
import type { Witness } from './witness.ts';

/** What a fold needs besides the events. Immutable. */
export interface FoldContext {
  readonly blueprints: Blueprints;
  /** what is outside our control; absent: nothing */
  readonly factors?: readonly Factor[];
  /** saved funnels; absent: none */
  readonly funnels?: Funnels;
  /** published versions of what friction is judged by; absent: the defaults */
  readonly friction?: FrictionHistory;
  /** `off`: nobody's emotions are read, from whatever source */
  readonly emotion?: 'off';
  /** told what makes each signal; absent: nobody asks */
  readonly witness?: Witness;
}

/** One event being applied: what it matches, and where the changes are noted. */
export interface Applying {
  readonly state: CustomerState;
  readonly event: StoredEvent;
  readonly touched: Touched;
  readonly context: FoldContext;
  /** what waits until the whole tie is taken in; null: the event ties with nothing, and nothing waits */
  readonly tie: Waiting[] | null;
}

/** Where an event belongs: the visit, in a case, that took it in. */
export interface Where {
  readonly visit: VisitState;
  readonly one: CaseState;
  readonly match: Match;
}

/** What a visit of a segment that began at an instant is judged by. */
export function rulesFor(
  context: FoldContext,
  blueprint: Blueprint,
  visit: { readonly segment: string; readonly from: number },
): FrictionRules {
  return context.friction === undefined ? blueprint.friction : context.friction.rulesFor(blueprint, visit.segment, visit.from);
}

const NO_FACTORS: readonly Factor[] = [];

/** What is outside our control, as far as the fold was told. */
export function factorsOf(applying: Applying): readonly Factor[] {
  return applying.context.factors ?? NO_FACTORS;
}

/** The version of the journey under which something runs; undefined: nobody knows it any more. */
export function blueprintOf(one: { readonly journey: string; readonly version: number }, context: FoldContext): Blueprint | undefined {
  return context.blueprints.get(one.journey, one.version);
}
