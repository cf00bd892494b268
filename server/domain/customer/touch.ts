import type { Blueprint } from '../blueprint/blueprint.ts';
import { caseRowWithCare, promiseRowWithCare } from '../care/rows.ts';
import { caseKey, lastStay } from '../case/case.ts';
import type { Row } from '../kernel/row.ts';
import { promiseKey } from '../promise/promise.ts';
import { visitKey, visitRow } from '../visit/visit.ts';
import type { Applying } from './applying.ts';
import { blueprintOf, factorsOf, rulesFor } from './applying.ts';
import type { CaseState, CustomerState, PromiseRecord, VisitState } from './state.ts';

/** Marks a visit as about to change. */
export function touchVisit(applying: Applying, visit: VisitState, blueprint: Blueprint): void {
  applying.touched.change(visitKey(visit), () => rowOfVisit(applying, visit, blueprint));
}

/** The visit as a row, judged by the rules in force when it began. */
export function rowOfVisit(applying: Applying, visit: VisitState, blueprint: Blueprint): Row {
  const rules = rulesFor(applying.context, blueprint, visit);
  return visitRow(visit, applying.state, { blueprint, rules, factors: factorsOf(applying) });
}

/** Marks a visit as about to change. @returns false: nobody knows its journey any more */
export function touchKnown(applying: Applying, visit: VisitState): boolean {
  const blueprint = blueprintOf(visit, applying.context);
  if (blueprint !== undefined) touchVisit(applying, visit, blueprint);
  return blueprint !== undefined;
}

/** Visits of a case whose dwell is the stay the case is in now: they move with its end. */
export function touchDwell(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const stay = lastStay(one);
  if (stay === undefined || stay.until !== 0) return;
  for (const visit of applying.state.visits)
    if (visit.case === one.id && visit.dwellFrom === stay.from) touchVisit(applying, visit, blueprint);
}

/** Marks a case as about to change. */
export function touchCase(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  applying.touched.change(caseKey(one), () => caseRowWithCare(one, blueprint));
}

/** Marks a promise as about to change. Promises outside a journey are on the timeline only. */
export function touchPromise(applying: Applying, promise: PromiseRecord): void {
  const blueprint = blueprintOf(promise, applying.context);
  if (blueprint !== undefined) applying.touched.change(promiseKey(promise), () => ledgerRow(applying, promise, blueprint));
}

/** The promise as a row, as its case has it. */
export function ledgerRow(applying: Applying, promise: PromiseRecord, blueprint: Blueprint): Row {
  return promiseRowWithCare(promise, caseOfPromise(applying.state, promise), { blueprint, factors: factorsOf(applying) });
}

/** The case in which a promise was made, while it is remembered. */
export function caseOfPromise(state: CustomerState, promise: PromiseRecord): CaseState | undefined {
  return promise.case === '' ? undefined : state.cases.findLast((one) => one.id === promise.case && one.version === promise.version);
}
