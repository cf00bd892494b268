import type { Channel } from '#lib/contract/index.ts';
import { noteGroups } from '../account/account.ts';
import type { Touchpoint } from '../blueprint/blueprint.ts';
import { isComplaint, moveOf } from '../care/moves.ts';
import { caseRowWithCare } from '../care/rows.ts';
import type { Match } from '../case/case.ts';
import { caseKey, caseOf, caseSpokenOf, isOpen, lastStay, openCase, stageAt } from '../case/case.ts';
import { changesEmotions, correctedEmotion, emotionConsent } from '../emotion/annotations.ts';
import { isAnnotation } from '../event/annotation.ts';
import type { StoredEvent } from '../event/event.ts';
import { isCorrection, isEmotionCorrection, isRetraction, nameOf, retractedName, streamId, tied } from '../event/event.ts';
import { isStaffWord } from '../event/staff.ts';
import type { FunnelEvent } from '../funnel/compile.ts';
import { foldFunnels } from '../funnel/fold.ts';
import { isStatement } from '../identity/acts.ts';
import { EVENT, cellKey } from '../kernel/counters.ts';
import type { Row } from '../kernel/row.ts';
import { Touched } from '../kernel/row.ts';
import { minuteOf } from '../kernel/time.ts';
import { caseNamed } from '../promise/stated.ts';
import { addMinute, dwellOf, isContact } from '../visit/visit.ts';
import type { Applying, FoldContext, Where } from './applying.ts';
import { rulesFor } from './applying.ts';
import { concernsOf, detect as detectFriction, maySwitch } from './detect.ts';
import { noteFeelings } from './feelings.ts';
import { meetDeadEnd, noteFindings } from './findings.ts';
import { prune } from './forget.ts';
import { asExpectedOf, matchesOf, orderTie } from './matching.ts';
import { knowArea, knowValue, remember } from './profile.ts';
import { changeSaid, notePromise, statePromise } from './promises.ts';
import { heedCare, meetFailures, moveFailures, noteFailure } from './recoveries.ts';
import type { CustomerState, VisitState } from './state.ts';
import { close, excludeCase, followWay, keepAlive, place } from './stays.ts';
import type { Waiting } from './tie.ts';
import { promiseTurn, settleTie } from './tie.ts';
import { touchCase, touchKnown, touchVisit } from './touch.ts';
import { joinVisit, mark, noteSignals, noteTopic, visitOf } from './visits.ts';

/** A state is saved every so many events: whoever needs the state of now folds the few events behind it. */
export const SAVED_EVERY = 16;

/** A state is kept for good every so many events, so that a late one need not begin at the beginning. A multiple of `SAVED_EVERY`. */
export const CHECKPOINT_EVENTS = 256;

/** Sees a state at the places at which it is saved. Each stands behind the event that completes its number, and what ties with that event. */
export interface Places {
  /** at the newest sixteenth event; once in a fold at most */
  saved(state: CustomerState): void;
  /** at every 256th event */
  checkpoint(state: CustomerState): void;
}

/** Whether the event is a contact by its own account (for events outside any journey too). */
function contactChannel(event: StoredEvent, touchpoint: Touchpoint | undefined): Channel | null {
  const channel = event.channel ?? touchpoint?.channel;
  if (channel === undefined || !isContact(channel)) return null;
  const type = event.type ?? '';
  return type.startsWith('contact.') || type.startsWith('message.') ? channel : null;
}

/** What somebody here states about a customer: it counts as an event, and is no experience of the customer's. */
function heed(applying: Applying): void {
  const { state, event, tie } = applying;
  remember(state, event);
  const one = caseNamed(state, event);
  if (one !== undefined) heedCare(applying, one);
  const { promise } = event;
  if (promise !== undefined && tie !== null)
    tie.push({ turn: promiseTurn(changeSaid(event)), run: () => statePromise(applying, one, promise) });
  else if (promise !== undefined) statePromise(applying, one, promise);
  countEvent(applying, undefined, false);
}

/** A case, and the visit in it, take the event in. */
function attach(applying: Applying, choice: NonNullable<ReturnType<typeof caseOf>>): Where {
  const { event, state, touched } = applying;
  let one = choice.one;
  if (one === null) {
    one = openCase(state, choice, event);
    const opened = one;
    touched.begin(caseKey(opened), () => caseRowWithCare(opened, choice.match.blueprint));
  } else for (const key of choice.keys) if (!one.keys.includes(key)) one.keys.push(key);
  const match = asExpectedOf(one, choice.match);
  const its = match.blueprint;
  const cameFrom = lastStay(one)?.stage ?? null;
  knowValue(applying, one, its);
  if (choice.one !== null) {
    meetDeadEnd(applying, one, its);
    meetFailures(applying, one);
    const move = match.touchpoint.excludes ? 'lost' : moveOf(event);
    if (move !== null) moveFailures(applying, one, move);
  }
  // From here on nobody bears a dead end of this case, until it is clear where this event belongs.
  const { lastEvent } = one;
  one.lastEvent = streamId(event);
  const placed = match.touchpoint.stage !== null || !isOpen(one, its, event.at);
  const staysBefore = one.stays.length;
  const { closedAt } = one;
  let back = false;
  if (placed) back = place(applying, one, match);
  else {
    keepAlive(applying, one, its);
    one.lastAt = Math.max(one.lastAt, event.at);
    if (match.touchpoint.excludes) {
      touchCase(applying, one, its);
      excludeCase(applying, one, its);
    }
  }
  followWay(applying, one, { match, cameFrom, back });
  const visits = state.visits.length;
  const visit = visitOf(applying, one, match);
  const isNew = state.visits.length > visits;
  touchVisit(applying, visit, its);
  applying.context.witness?.took(visit, event);
  const stay = lastStay(one);
  if (one.stays.length > staysBefore && stay !== undefined && visit.dwellFrom === 0) {
    const usual = dwellOf(stageAt(its, stay.stage), rulesFor(applying.context, its, visit));
    if (usual !== null) visit.dwellFrom = stay.from;
  }
  visit.last = Math.max(visit.last, event.at);
  addMinute(visit, event.at);
  if (back) mark(applying, visit, { component: 'backtrack', value: 1 }, [event.at]);
  noteSignals(applying, visit, match);
  const concerns = concernsOf(event);
  if (concerns !== 0 || visit.trace.length > 0 || (isNew && maySwitch(state, event))) {
    const { repeatWindow } = its.file;
    const { witness } = applying.context;
    const touch = (other: VisitState): boolean => touchKnown(applying, other);
    detectFriction({ state, event, visit, one, isNew, closedAt, lastEvent, repeatWindow, witness, touch }, concerns);
  }
  noteTopic(applying, visit, its);
  noteFindings(applying, visit, { one, blueprint: its });
  if (isComplaint(event)) noteFailure(applying, one, 'complaint');
  if (event.type === 'contact.ended') visit.ended = true;
  return { visit, one, match };
}

function countEvent(applying: Applying, match: Match | undefined, begunContact: boolean): void {
  const { event, touched } = applying;
  const channel = event.channel ?? match?.touchpoint.channel ?? '-';
  const cell = match === undefined ? cellKey('E', '-', 0, ['-', channel]) : match.blueprint.cells.of('E', match.touchpoint.id, channel);
  const minute = minuteOf(event.at);
  touched.bookings.push([cell, EVENT.events, minute, minute, 1]);
  if (begunContact) touched.bookings.push([cell, EVENT.contacts, minute, minute, 1]);
}

/** What somebody is called, and whom they belong to: said about a customer, as `alias` says who they are, by the calls of Segment's libraries. */
const SAYS_OF_A_CUSTOMER: ReadonlySet<string> = new Set(['identify', 'group']);

/** Whether an event only states something, about a customer, about who is who, or about another event. */
function isSaid(event: StoredEvent): boolean {
  const { type = '' } = event;
  return SAYS_OF_A_CUSTOMER.has(type) || isStatement(event) || type.startsWith('event.');
}

/** What the saved funnels see of an event. What is only said about a customer or another event is no experience. */
function seenByFunnels(applying: Applying, matches: readonly Match[], where: Where | null): FunnelEvent | null {
  const { event, state, context } = applying;
  if (isSaid(event)) return null;
  const first = where?.match ?? matches[0];
  const others = matches.filter((match) => match.blueprint.journey !== first?.blueprint.journey);
  const one = where === null ? caseSpokenOf(state, event, context.blueprints) : where.one;
  return {
    event,
    touchpoints: (first === undefined ? [] : [first, ...others]).map(({ blueprint, touchpoint }) => ({
      journey: blueprint.journey,
      touchpoint: touchpoint.id,
    })),
    caseId: one?.id ?? '',
    journey: one?.journey ?? '',
    segment: state.segment,
    area: state.area,
    channel: event.channel ?? first?.touchpoint.channel ?? '',
  };
}

/** @returns what the saved funnels see of it; null where there are none, or nothing to see */
function experience(applying: Applying): FunnelEvent | null {
  const { state, event, context } = applying;
  if (isStaffWord(event)) {
    heed(applying);
    return null;
  }
  remember(state, event);
  if (event.groups !== undefined) noteGroups(state, event, applying.touched);
  knowArea(applying);
  const matches = matchesOf(event, context.blueprints, state.cases);
  const choice = caseOf(state, matches, event);
  const visits = state.visits.length;
  const where = choice === null ? null : attach(applying, choice);
  if (where === null) joinVisit(applying);
  const contact = contactChannel(event, (choice?.match ?? matches[0])?.touchpoint);
  if (contact !== null) state.lastContact = [event.at, contact, event.topic ?? ''];
  noteFeelings(applying, where);
  notePromise(applying, where);
  if (where !== null) close(applying, where);
  const begunContact = contact !== null && (where === null || state.visits.length > visits);
  if (begunContact) state.contacts++;
  const match = choice?.match ?? matches[0];
  countEvent(applying, match, begunContact);
  if (match !== undefined) context.witness?.counted?.({ event, match, where });
  return (context.funnels?.all.length ?? 0) > 0 ? seenByFunnels(applying, matches, where) : null;
}

function takeBack(state: CustomerState, event: StoredEvent): void {
  const name = retractedName(event);
  if (name !== undefined && !state.retracted.includes(name)) state.retracted = [...state.retracted, name].sort();
}

/** Remembers which events were corrected, so that one that comes only now is not taken as it is. */
function noteCorrection(state: CustomerState, event: StoredEvent): void {
  const name = retractedName(event);
  if (name !== undefined && !state.corrected.includes(name)) state.corrected = [...state.corrected, name].sort();
}

/** A correction or a decision of the customer holds for what came before it, too. Of several, the last holds. */
function heedEmotion(state: CustomerState, event: StoredEvent): void {
  const corrected = isEmotionCorrection(event) ? correctedEmotion(event) : undefined;
  if (corrected !== undefined && event.about !== undefined)
    state.emotionsSaid = sortedByKey({ ...state.emotionsSaid, [event.about]: corrected });
  const consent = emotionConsent(event);
  if (consent !== undefined) state.noEmotion = consent === 'off';
}

/** The same entries give the same bytes, whatever came first. */
function sortedByKey<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Applies sorted events that all come after what the state already holds (no tie with its last). Changes `state`; returns what was touched.
 * The only way in which state comes about: the fast path and the full fold both end here. `places` sees the state where it is to be saved: these
 * places follow from the events alone, whatever way and in whatever pieces they are folded.
 * `known` gives rows that earlier runs made of this very state, so that they need not be made again to be compared with.
 */
export function foldOnto(
  state: CustomerState,
  events: readonly StoredEvent[],
  context: FoldContext,
  places?: Places,
  known?: (key: string) => Row | undefined,
): Touched {
  const touched = new Touched(known);
  for (const event of events) {
    if (isRetraction(event)) takeBack(state, event);
    else if (isCorrection(event)) noteCorrection(state, event);
  }
  for (const event of events) if (changesEmotions(event) && !isTakenBack(state, event)) heedEmotion(state, event);
  const newest = state.events + events.length - ((state.events + events.length) % SAVED_EVERY);
  for (let i = 0; i < events.length;) {
    const first = events[i];
    if (first === undefined) break;
    let end = i + 1;
    while (end < events.length && tied(first, events[end] ?? first)) end++;
    const group = events.slice(i, end);
    const tie: Waiting[] | null = group.length === 1 ? null : [];
    const ranked = tie === null ? group : orderTie(group, state, context.blueprints);
    const seen: FunnelEvent[] = [];
    let lived: Applying | null = null;
    for (const event of ranked) {
      if (isAnnotation(event) || isTakenBack(state, event)) continue;
      // What was taken back does not make somebody known for longer.
      if (state.firstAt === 0) state.firstAt = event.at;
      lived = { state, event, touched, context, tie };
      const one = experience(lived);
      if (one !== null) seen.push(one);
    }
    if (tie !== null) settleTie(tie);
    if (lived !== null) prune(lived);
    if (context.funnels !== undefined && seen.length > 0) {
      if (seen.length > 1) seen.sort((a, b) => (a.event.key < b.event.key ? -1 : 1));
      foldFunnels(state, seen, { funnels: context.funnels, touched });
    }
    const last = group[group.length - 1] ?? first;
    const before = state.events;
    state.events += group.length;
    state.lastAt = last.at;
    state.lastSequence = last.sequence ?? 0;
    const checkpoint = Math.floor(state.events / CHECKPOINT_EVENTS) > Math.floor(before / CHECKPOINT_EVENTS);
    const saved = before < newest && state.events >= newest;
    if (checkpoint || saved || end === events.length) state.last = streamId(last);
    if (checkpoint) places?.checkpoint(state);
    if (saved) places?.saved(state);
    i = end;
  }
  return touched;
}

function isTakenBack(state: CustomerState, event: StoredEvent): boolean {
  return state.retracted.length > 0 && state.retracted.includes(nameOf(event));
}

/** Whether an event changes how earlier ones are read, so that all of them are folded again. */
export function reachesBack(event: StoredEvent): boolean {
  return isAnnotation(event) || changesEmotions(event);
}

/** Whether an event can be applied onto a state as it is: it comes after everything, ties with nothing, says nothing about others. */
export function inOrder(state: CustomerState, event: StoredEvent): boolean {
  if (reachesBack(event)) return false;
  const sequence = event.sequence ?? 0;
  return state.last === '' || event.at > state.lastAt || (event.at === state.lastAt && sequence > state.lastSequence);
}
