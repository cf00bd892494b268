import type { Blueprint } from '../blueprint/blueprint.ts';
import { promiseRuleOf } from '../blueprint/promise-rule.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import { isFirstEvent, lastStay, stageAt } from '../case/case.ts';
import type { StoredEvent } from '../event/event.ts';
import { promiseMade } from './made.ts';
import type { CaseState, CustomerState, PromiseRecord, VisitState } from '../customer/state.ts';

/**
 * The case a statement names: of several that ever went by that id, the newest. One that has no name of its own goes by its first event: where that turns
 * out to be another, as by a late event or because the first was somebody else's, the newest such case of the journey is meant.
 */
export function caseNamed(state: CustomerState, event: StoredEvent): CaseState | undefined {
  const named = event.attributes?.['case'];
  if (typeof named !== 'string' || named === '') return undefined;
  const known = state.cases.findLast((one) => one.id === named);
  if (known !== undefined || !isFirstEvent(named)) return known;
  return state.cases.findLast((one) => isFirstEvent(one.id) && named.startsWith(`${one.journey}:`));
}

/** The visit during which something is said about a case: the one that was alive last. A promise that is broken makes that visit harder. */
export function visitDuring(state: CustomerState, one: CaseState): VisitState | undefined {
  return state.visits
    .filter((visit) => visit.case === one.id)
    .reduce<VisitState | undefined>((best, visit) => (best === undefined || visit.last >= best.last ? visit : best), undefined);
}

/** A promise about a case that is given at no touchpoint: as the journey rules for its kind. */
export function statedPromise(
  event: StoredEvent,
  given: NonNullable<StoredEvent['promise']>,
  about: {
    readonly one: CaseState;
    readonly blueprint: Blueprint;
    readonly visit: VisitState | undefined;
    readonly area: string;
    readonly halfHours: number;
  },
): PromiseRecord {
  const { one, blueprint, visit, area, halfHours } = about;
  const stage = lastStay(one)?.stage ?? 0;
  const rule = promiseRuleOf(blueprintForCase(blueprint, one).promises, given.kind, stage);
  return promiseMade(event, given, {
    rule,
    at: {
      halfHours,
      visit: visit?.id ?? '',
      case: one.id,
      journey: one.journey,
      version: one.version,
      stage,
      touchpoint: '',
      controller: 'us',
      owner: visit?.owner ?? stageAt(blueprint, stage).owner,
      segment: one.segment,
      area,
      channel: visit?.channel ?? one.channel,
    },
  });
}
