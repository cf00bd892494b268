import type { Blueprint } from '../blueprint/blueprint.ts';
import { stayKey } from '../case/case.ts';
import { stayRow } from '../case/stay.ts';
import { valueTold } from '../case/value.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Applying } from './applying.ts';
import { blueprintOf, factorsOf } from './applying.ts';
import type { CaseState, CustomerState } from './state.ts';
import { caseOfPromise, touchPromise, touchCase, touchVisit } from './touch.ts';

/** Identifiers of one kind that a profile keeps. */
const IDENTIFIERS_PER_KIND = 20;

/** Keeps what the event says about who the customer is: name, segment, identifiers. */
export function remember(state: CustomerState, event: StoredEvent): void {
  const given = event.type === 'identify' ? event.attributes?.['name'] : undefined;
  if (typeof given === 'string' && given !== '') state.name = given.slice(0, 200);
  if (event.segment !== undefined) state.segment = event.segment;
  for (const [kind, value] of event.who) {
    let ofKind = 0;
    let isKnown = false;
    for (const known of state.identifiers) {
      if (known[0] !== kind) continue;
      ofKind++;
      isKnown ||= known[1] === value;
    }
    if (isKnown) continue;
    state.identifiers.push([kind, value, event.at]);
    if (ofKind < IDENTIFIERS_PER_KIND) continue;
    state.identifiers.splice(
      state.identifiers.findIndex((known) => known[0] === kind),
      1,
    );
  }
}

/** Where the customer is. What went on before anybody knew is taken to have gone on there. */
export function knowArea(applying: Applying): void {
  const { state, event, context, touched } = applying;
  if (event.area === undefined || event.area === state.area) return;
  const area = event.area;
  if (state.area === '') {
    for (const one of state.cases) {
      const blueprint = blueprintOf(one, context);
      if (one.area !== '' || blueprint === undefined) continue;
      for (const stay of one.stays) touched.change(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
      if (one.care !== null) touchCase(applying, one, blueprint);
      one.area = area;
    }
    for (const visit of state.visits) {
      const blueprint = blueprintOf(visit, context);
      if (visit.area !== '' || blueprint === undefined) continue;
      touchVisit(applying, visit, blueprint);
      visit.area = area;
    }
    for (const promise of state.promises) {
      if (promise.area !== '') continue;
      touchPromise(applying, promise);
      promise.area = area;
    }
  }
  state.area = area;
}

/** What the case is worth, as last told: whatever waits for it shows that. */
export function knowValue(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const { state, event, touched } = applying;
  const told = valueTold(event);
  if (told === null || (one.value?.[0] === told[0] && one.value[1] === told[1])) return;
  for (const stay of one.stays) touched.change(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
  if (one.care !== null) touchCase(applying, one, blueprint);
  for (const promise of state.promises) if (caseOfPromise(state, promise) === one) touchPromise(applying, promise);
  one.value = told;
}
