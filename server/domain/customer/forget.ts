import { caseKey, isOpen, stayKey } from '../case/case.ts';
import { deadEndAt } from '../case/finding.ts';
import { DAY } from '../kernel/time.ts';
import { prunePromises } from '../promise/promise.ts';
import { isHot, isLastOf, visitKey } from '../visit/visit.ts';
import type { Applying } from './applying.ts';
import { blueprintOf } from './applying.ts';
import type { VisitState } from './state.ts';

/** A case without activity for this long, and in no stage, is forgotten: what it contributed stays. */
const CASE_KEPT_MS = 180 * DAY;

/** Whether the dead end that is booked ahead on a visit can still be averted. */
function mayEndDead({ state, event, context }: Applying, visit: VisitState): boolean {
  const one = state.cases.find((known) => isLastOf(known, visit));
  const blueprint = one === undefined ? undefined : blueprintOf(one, context);
  return one !== undefined && blueprint !== undefined && deadEndAt(one, blueprint) >= event.at;
}

/** Forgets what nothing can change any more. */
export function prune(applying: Applying): void {
  const { state, event, touched, context } = applying;
  prunePromises(state, touched, event.at);
  const isCold = (v: VisitState): boolean => !isHot(v, state, event.at) && !mayEndDead(applying, v);
  if (state.visits.some(isCold)) {
    const cold = state.visits.filter(isCold);
    for (const visit of cold) {
      touched.settle(visitKey(visit));
      context.witness?.settles(visit, state);
    }
    state.visits = state.visits.filter((v) => !cold.includes(v));
  }
  if (!state.cases.some((c) => event.at - c.lastAt > CASE_KEPT_MS)) return;
  const old = state.cases.filter((c) => {
    const blueprint = blueprintOf(c, context);
    return (
      event.at - c.lastAt > CASE_KEPT_MS &&
      (blueprint === undefined || !isOpen(c, blueprint, event.at)) &&
      !state.visits.some((v) => v.case === c.id) &&
      !state.promises.some((p) => p.case === c.id)
    );
  });
  if (old.length === 0) return;
  for (const one of old) {
    touched.settle(caseKey(one));
    for (const stay of one.stays) touched.settle(stayKey(one, stay));
  }
  state.cases = state.cases.filter((c) => !old.includes(c));
}
