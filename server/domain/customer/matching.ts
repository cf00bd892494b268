import type { Blueprint, Blueprints } from '../blueprint/blueprint.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import type { Match } from '../case/case.ts';
import { caseOf, namesAnother } from '../case/case.ts';
import type { StoredEvent } from '../event/event.ts';
import { isStaffWord } from '../event/staff.ts';
import type { CaseState, CustomerState } from './state.ts';

const NO_MATCHES: readonly Match[] = [];

/** The touchpoints an event is: under the version of each journey under which a case would begin now, and under those of the cases there are. */
export function matchesOf(event: StoredEvent, blueprints: Blueprints, cases: readonly CaseState[]): readonly Match[] {
  let matches = NO_MATCHES;
  for (const { journey } of blueprints.all) {
    if (event.journey !== undefined && event.journey !== journey) continue;
    const current = blueprints.inForce(journey, event.at);
    if (current !== undefined) matches = withMatch(matches, event, current, true);
    if (blueprints.versions(journey).length === 1) continue;
    for (const one of cases) {
      const its = one.journey === journey ? blueprints.get(journey, one.version) : undefined;
      if (its === undefined || its === current || matches.some((match) => match.blueprint === its)) continue;
      matches = withMatch(matches, event, its, false);
    }
  }
  return matches;
}

function withMatch(matches: readonly Match[], event: StoredEvent, blueprint: Blueprint, inForce: boolean): readonly Match[] {
  const touchpoint = blueprint.match(event);
  return touchpoint === undefined ? matches : [...matches, { blueprint, touchpoint, inForce }];
}

/** The match as the variant of the case sees it: the same touchpoint, expected and promised otherwise. */
export function asExpectedOf(one: CaseState, match: Match): Match {
  const blueprint = blueprintForCase(match.blueprint, one);
  const touchpoint = blueprint.touchpoints[match.touchpoint.index];
  return blueprint === match.blueprint || touchpoint === undefined ? match : { ...match, blueprint, touchpoint };
}

/** Rank of what happens along the way of a case that is not there yet: it may begin in this very instant. */
const ONCE_ALL_HAVE_BEGUN = Number.MAX_SAFE_INTEGER;

/**
 * Order within a tie: earlier stages first, so that a tie never costs a conversion. The stage is that of the case which would take the event as things
 * stand before the tie, under its own version; where none would yet, the earliest that it could be. What belongs to no stage comes first, in the stage
 * where the case then is, unless its case may begin with the tie. What excludes finds no case that begins then: that would cost it a conversion.
 */
function tieRank(event: StoredEvent, state: CustomerState, blueprints: Blueprints): number {
  if (isStaffWord(event)) return -1;
  const matches = matchesOf(event, blueprints, state.cases);
  const choice = caseOf(state, matches, event);
  const touchpoints = (choice === null ? matches : [choice.match]).map((match) => match.touchpoint);
  if (touchpoints.length === 0) return -1;
  const stage = Math.min(...touchpoints.map((touchpoint) => touchpoint.stage ?? -1));
  if (stage >= 0) return stage;
  if (choice === null) return touchpoints.some((touchpoint) => touchpoint.excludes) ? stage : ONCE_ALL_HAVE_BEGUN;
  return choice.one !== null && namesAnother(event, choice.match.blueprint, choice.one) ? ONCE_ALL_HAVE_BEGUN : stage;
}

/** The events of a tie in the order in which they are applied: by rank, then by key. */
export function orderTie(group: readonly StoredEvent[], state: CustomerState, blueprints: Blueprints): readonly StoredEvent[] {
  return group
    .map((event) => ({ event, rank: tieRank(event, state, blueprints) }))
    .sort((a, b) => a.rank - b.rank || (a.event.key < b.event.key ? -1 : 1))
    .map((ranked) => ranked.event);
}
