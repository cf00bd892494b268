import type { PromiseRule } from '../blueprint/promise-rule.ts';
import { dueAt, promiseRuleOf } from '../blueprint/promise-rule.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import { caseSpokenOf } from '../case/case.ts';
import type { StoredEvent } from '../event/event.ts';
import { DEFAULT_PROMISE_HALF_HOURS } from '../friction/severity.ts';
import { breaksAt, isDated } from '../promise/dates.ts';
import { findPromise, promiseKey, unnamedPromise } from '../promise/promise.ts';
import { promiseMade } from '../promise/made.ts';
import { statedPromise, visitDuring } from '../promise/stated.ts';
import type { Applying, Where } from './applying.ts';
import { blueprintOf, rulesFor } from './applying.ts';
import { meetFailures, moveFailures } from './recoveries.ts';
import type { CaseState, PromiseRecord } from './state.ts';
import type { Waiting } from './tie.ts';
import { promiseTurn, ruledTurn } from './tie.ts';
import { caseOfPromise, ledgerRow, touchPromise, touchVisit } from './touch.ts';

type Given = NonNullable<StoredEvent['promise']>;

/** Hours late that weigh half: as the visit in which the promise is made is judged. Outside a journey nobody asks. */
function halfHoursOf(applying: Applying, where: Where | null, kind: string): number {
  if (where === null) return DEFAULT_PROMISE_HALF_HOURS;
  const rules = rulesFor(applying.context, where.match.blueprint, where.visit);
  return rules.promiseHalf[kind] ?? rules.half.promise_missed;
}

function makePromise(applying: Applying, where: Where | null, given: Given): void {
  const { state, event, touched } = applying;
  const rule =
    where === null ? undefined : promiseRuleOf(blueprintForCase(where.match.blueprint, where.one).promises, given.kind, where.visit.stage);
  const at = {
    halfHours: halfHoursOf(applying, where, given.kind),
    visit: where?.visit.id ?? '',
    case: where?.one.id ?? '',
    journey: where?.one.journey ?? '',
    version: where?.one.version ?? 0,
    stage: where?.visit.stage ?? 0,
    touchpoint: where?.match.touchpoint.id ?? '',
    controller: where?.match.touchpoint.controller ?? 'us',
    owner: where?.match.touchpoint.owner ?? '',
    segment: where?.one.segment ?? '',
    area: state.area,
    channel: where?.visit.channel ?? event.channel ?? 'outside',
  } as const;
  const record = promiseMade(event, given, { rule, at });
  state.promises.push(record);
  const blueprint = where?.match.blueprint;
  if (blueprint !== undefined) touched.begin(promiseKey(record), () => ledgerRow(applying, record, blueprint));
}

/** What an event does to the promise it carries. */
export function changeSaid(event: StoredEvent): string {
  return event.type?.startsWith('promise.') === true ? event.type.slice('promise.'.length) : 'made';
}

/** Promise events: made, kept, moved, warned of, withdrawn. Only the clock breaks one. */
export function notePromise(applying: Applying, where: Where | null): void {
  const { event, tie } = applying;
  if (tie !== null) tie.push(...promisesOfTie(applying, where));
  else if (event.promise !== undefined) changePromise(applying, where, { given: event.promise, change: changeSaid(event) });
  else if (where !== null) ruledPromises(applying, where, blueprintForCase(where.match.blueprint, where.one).promises);
}

/** What one event of a tie does to promises, kind by kind: one made in this very instant can be kept in it, too. */
function promisesOfTie(applying: Applying, where: Where | null): Waiting[] {
  const { promise: given } = applying.event;
  if (given !== undefined) {
    const change = changeSaid(applying.event);
    return [{ turn: promiseTurn(change), run: () => changePromise(applying, where, { given, change }) }];
  }
  if (where === null) return [];
  const { id } = where.match.touchpoint;
  const rules = blueprintForCase(where.match.blueprint, where.one).promises.filter((rule) => rule.madeBy.has(id) || rule.keptBy.has(id));
  return [...new Set(rules.map((rule) => rule.kind))].map((kind) => {
    const ofKind = rules.filter((rule) => rule.kind === kind);
    return { turn: ruledTurn(ofKind, id), run: () => ruledPromises(applying, where, ofKind) };
  });
}

/** What the journey itself says: touchpoints at which a promise is made or kept without any event saying so. */
function ruledPromises(applying: Applying, where: Where, rules: readonly PromiseRule[]): void {
  const { match, one } = where;
  for (const rule of rules) {
    const given = { kind: rule.kind };
    if (rule.keptBy.has(match.touchpoint.id)) changePromise(applying, where, { given, change: 'kept' });
    if (!rule.madeBy.has(match.touchpoint.id) || (rule.stage !== null && rule.stage !== where.visit.stage)) continue;
    if (!isOpenAlready(applying, rule.kind, one) && dueAt(rule, applying.event.at) !== null) makePromise(applying, where, given);
  }
}

/** Whether a case has an open promise of a kind. What broke is promised anew; one that somebody made without a date is beside the rule. */
function isOpenAlready({ state, event }: Applying, kind: string, one: CaseState): boolean {
  return state.promises.some(
    (p) => p.kind === kind && p.case === one.id && p.metAt === 0 && p.withdrawnAt === 0 && isDated(p) && event.at < breaksAt(p),
  );
}

/** What is said of a promise. */
interface Said {
  readonly given: Given;
  readonly change: string;
}

/**
 * The promise that is meant. Made again under its id it is moved; without an id there is one of its kind and case, as long as that stands: what broke
 * is not undone by promising anew.
 */
function promiseMeant({ state, event }: Applying, one: CaseState | undefined, { given, change }: Said): PromiseRecord | undefined {
  const { id, kind } = given;
  if (change !== 'made' || id !== undefined) return findPromise(state, { id, kind, case: one?.id ?? '' });
  const unnamed = findPromise(state, { id: unnamedPromise(kind, one?.id ?? ''), kind, case: one?.id ?? '' });
  return unnamed === undefined || event.at >= breaksAt(unnamed) ? undefined : unnamed;
}

/** Where no touchpoint takes the event up, its promise is one of the case that it names, as when somebody here states it. */
function changePromise(applying: Applying, where: Where | null, said: Said): void {
  if (where === null) {
    const { state, event, context } = applying;
    return statePromise(applying, caseSpokenOf(state, event, context.blueprints), said.given);
  }
  const known = promiseMeant(applying, where.one, said);
  if (known !== undefined) changeKnown(applying, known, said);
  else if (said.change === 'made') makePromise(applying, where, said.given);
}

function changeKnown(applying: Applying, known: PromiseRecord, said: Said): void {
  const { given, change } = said;
  const { state, event, context } = applying;
  const blueprint = blueprintOf(known, context);
  const its = caseOfPromise(state, known);
  if (its !== undefined) meetFailures(applying, its);
  touchPromise(applying, known);
  const visit = state.visits.find((v) => v.id === known.visit);
  if (visit !== undefined && blueprint !== undefined) touchVisit(applying, visit, blueprint);
  if (change === 'kept') known.metAt = event.at;
  if (change === 'kept' && its !== undefined) moveFailures(applying, its, 'resolved', (failure) => failure[2] === known.key);
  if (event.at >= breaksAt(known)) return;
  if (change === 'withdrawn') known.withdrawnAt = event.at;
  if (!isDated(known)) return giveDate(applying, known, said);
  const told = known.warnedAt === 0 && event.at <= known.firstDue;
  if (change === 'warned' && told) known.warnedAt = event.at;
  if ((change === 'moved' || change === 'made') && given.due !== undefined && given.due !== known.due) {
    known.due = given.due;
    known.givenAt = event.at;
    if (told && given.due > known.firstDue) known.warnedAt = event.at;
  }
}

/** A promise made without a date is given its first: from now on the clock can break it. One that is over needs none any more. */
function giveDate({ event }: Applying, known: PromiseRecord, { given, change }: Said): void {
  if ((change !== 'moved' && change !== 'made') || given.due === undefined) return;
  known.datedAt = event.at;
  known.givenAt = event.at;
  known.due = given.due;
  known.firstDue = given.due;
  if (given.graceSeconds !== undefined) known.graceMs = Math.round(given.graceSeconds * 1000);
}

/** A promise that is made about a case at no touchpoint, or said to be kept, moved or withdrawn. */
export function statePromise(applying: Applying, one: CaseState | undefined, given: Given): void {
  const { state, event, touched, context } = applying;
  const change = changeSaid(event);
  const blueprint = one === undefined ? undefined : blueprintOf(one, context);
  const known = promiseMeant(applying, one, { given, change });
  if (known !== undefined) return changeKnown(applying, known, { given, change });
  if (change !== 'made') return;
  if (one === undefined || blueprint === undefined) return makePromise(applying, null, given);
  const visit = visitDuring(state, one);
  const rules = rulesFor(context, blueprint, visit ?? { segment: one.segment, from: event.at });
  const halfHours = rules.promiseHalf[given.kind] ?? rules.half.promise_missed;
  const record = statedPromise(event, given, { one, blueprint, visit, area: state.area, halfHours });
  if (visit !== undefined) touchVisit(applying, visit, blueprint);
  state.promises.push(record);
  touched.begin(promiseKey(record), () => ledgerRow(applying, record, blueprint));
}
