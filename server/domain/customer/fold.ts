import type { Channel, Factor } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints, Touchpoint } from '../blueprint/blueprint.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import type { Match } from '../case/case.ts';
import type { StoredEvent } from '../event/event.ts';
import { concernsOf, detect as detectFriction, followsAlong, maySwitch } from './detect.ts';
import { TURN, promiseTurn, ruledTurn, settleTie } from './tie.ts';
import type { Waiting } from './tie.ts';
import type { Witness } from './witness.ts';
import type { CaseState, CustomerState, Feel, Found, PromiseRecord, Recovery, VisitState } from './state.ts';
import {
  caseKey,
  caseOf,
  caseSpokenOf,
  exclude,
  idleEnd,
  isExcludable,
  isNextStep,
  isOpen,
  lapse,
  lastStay,
  openCase,
  stageAt,
  stayKey,
} from '../case/case.ts';
import { isSeen, takeStep, wayChange } from '../conformance/conformance.ts';
import { noteGroups } from '../account/account.ts';
import { DEAD_END, FOUND_KEPT, LOST_HANDOVER, deadEndAt, threadLostFrom } from '../case/finding.ts';
import { stayRow, touchStay } from '../case/stay.ts';
import { valueTold } from '../case/value.ts';
import { changesEmotions, correctedEmotion, emotionConsent } from '../emotion/annotations.ts';
import { feelingsOf } from '../emotion/feelings.ts';
import { waveAfter } from '../emotion/wave.ts';
import { isAnnotation } from '../event/annotation.ts';
import { isStaffWord } from '../event/staff.ts';
import { isCorrection, isEmotionCorrection, isRetraction, nameOf, retractedName, streamId, tied } from '../event/event.ts';
import { cameToNothing } from '../event/outcome.ts';
import type { FrictionHistory, FrictionRules } from '../friction/rules.ts';
import { DEFAULT_PROMISE_HALF_HOURS, waitSeverity } from '../friction/severity.ts';
import { signalsOf } from '../friction/signals.ts';
import { answerClicks } from '../friction/web.ts';
import type { Signal } from '../friction/signals.ts';
import type { FunnelEvent, Funnels } from '../funnel/compile.ts';
import { foldFunnels } from '../funnel/fold.ts';
import { EVENT, cellKey } from '../kernel/counters.ts';
import { Touched } from '../kernel/row.ts';
import type { Row } from '../kernel/row.ts';
import { DAY, HOUR, minuteOf } from '../kernel/time.ts';
import { dueAt, promiseRuleOf } from '../blueprint/promise-rule.ts';
import type { PromiseRule } from '../blueprint/promise-rule.ts';
import { breaksAt, isDated } from '../promise/dates.ts';
import { caseNamed, statedPromise, visitDuring } from '../promise/stated.ts';
import { deedOf, isComplaint, moveOf, moveOfOutcome, noteDeed } from '../care/moves.ts';
import type { Deed } from '../care/moves.ts';
import { CAUSE, detect, heedMood, isBadPeak, isMovable, isRecovering, moveRecovery } from '../care/recovery.ts';
import type { RecoveryMove } from '../care/recovery.ts';
import { caseRowWithCare, failsAt, promiseRowWithCare } from '../care/rows.ts';
import { promiseItem, recoveryItem, stayItem } from '../case/waits.ts';
import { noteFelt, promiseSpokenOf } from '../promise/felt.ts';
import { findPromise, promiseKey, prunePromises, unnamedPromise } from '../promise/promise.ts';
import { addMinute, componentIndex, dwellOf, isContact, isHot, isLastOf, visitKey, visitRow } from '../visit/visit.ts';

/** Identifiers of one kind that a profile keeps. */
const IDENTIFIERS_PER_KIND = 20;
/** Pieces of evidence that decide how a customer feels now. */
const EVIDENCE_KEPT = 24;
/** A survey this long after a contact still rates that contact. */
const SURVEY_MS = 72 * HOUR;
/** A case without activity for this long, and in no stage, is forgotten: what it contributed stays. */
const CASE_KEPT_MS = 180 * DAY;

/** A state is saved every so many events: whoever needs the state of now folds the few events behind it. */
export const SAVED_EVERY = 16;
/** A state is kept for good every so many events, so that a late one need not begin at the beginning. A multiple of `SAVED_EVERY`. */
export const CHECKPOINT_EVENTS = 256;

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

/** Sees a state at the places at which it is saved. Each stands behind the event that completes its number, and what ties with that event. */
export interface Places {
  /** at the newest sixteenth event; once in a fold at most */
  saved(state: CustomerState): void;
  /** at every 256th event */
  checkpoint(state: CustomerState): void;
}

/** One event being applied: what it matches, and where the changes are noted. */
interface Applying {
  readonly state: CustomerState;
  readonly event: StoredEvent;
  readonly touched: Touched;
  readonly context: FoldContext;
  /** what waits until the whole tie is taken in; null: the event ties with nothing, and nothing waits */
  readonly tie: Waiting[] | null;
}

const NO_FACTORS: readonly Factor[] = [];

/** What a visit of a segment that began at an instant is judged by. */
export function rulesFor(
  context: FoldContext,
  blueprint: Blueprint,
  visit: { readonly segment: string; readonly from: number },
): FrictionRules {
  return context.friction === undefined ? blueprint.friction : context.friction.rulesFor(blueprint, visit.segment, visit.from);
}

function factorsOf(applying: Applying): readonly Factor[] {
  return applying.context.factors ?? NO_FACTORS;
}

/** The touchpoints an event is: under the version of each journey under which a case would begin now, and under those of the cases there are. */
function matchesOf(event: StoredEvent, blueprints: Blueprints, cases: readonly CaseState[]): readonly Match[] {
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

const NO_MATCHES: readonly Match[] = [];

function withMatch(matches: readonly Match[], event: StoredEvent, blueprint: Blueprint, inForce: boolean): readonly Match[] {
  const touchpoint = blueprint.match(event);
  return touchpoint === undefined ? matches : [...matches, { blueprint, touchpoint, inForce }];
}

function blueprintOf(one: { readonly journey: string; readonly version: number }, context: FoldContext): Blueprint | undefined {
  return context.blueprints.get(one.journey, one.version);
}

/**
 * Order within a tie: earlier stages first, so that a tie never costs a conversion. The stage is that of the case which would take the event as things
 * stand before the tie, under its own version; where none would yet, the earliest that it could be.
 */
function tieRank(event: StoredEvent, state: CustomerState, blueprints: Blueprints): number {
  if (isStaffWord(event)) return -1;
  const matches = matchesOf(event, blueprints, state.cases);
  const choice = caseOf(state, matches, event);
  const stages = (choice === null ? matches : [choice.match]).map(({ touchpoint }) => touchpoint.stage ?? -1);
  return stages.length === 0 ? -1 : Math.min(...stages);
}

function remember(state: CustomerState, event: StoredEvent): void {
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
function knowArea(applying: Applying): void {
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
      markPromise(applying, promise);
      promise.area = area;
    }
  }
  state.area = area;
}

/** What the case is worth, as last told: whatever waits for it shows that. */
function knowValue(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const { state, event, touched } = applying;
  const told = valueTold(event);
  if (told === null || (one.value?.[0] === told[0] && one.value[1] === told[1])) return;
  for (const stay of one.stays) touched.change(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
  if (one.care !== null) touchCase(applying, one, blueprint);
  for (const promise of state.promises) if (caseOfPromise(state, promise) === one) markPromise(applying, promise);
  one.value = told;
}

/** Whether the event is a contact by its own account (for events outside any journey too). */
function contactChannel(event: StoredEvent, touchpoint: Touchpoint | undefined): Channel | null {
  const channel = event.channel ?? touchpoint?.channel;
  if (channel === undefined || !isContact(channel)) return null;
  const type = event.type ?? '';
  return type.startsWith('contact.') || type.startsWith('message.') ? channel : null;
}

function touchVisit(applying: Applying, visit: VisitState, blueprint: Blueprint): void {
  applying.touched.change(visitKey(visit), () => rowOfVisit(applying, visit, blueprint));
}

function rowOfVisit(applying: Applying, visit: VisitState, blueprint: Blueprint): Row {
  const rules = rulesFor(applying.context, blueprint, visit);
  return visitRow(visit, applying.state, { blueprint, rules, factors: factorsOf(applying) });
}

/** Visits of a case whose dwell is the stay the case is in now: they move with its end. */
function touchDwell(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const stay = lastStay(one);
  if (stay === undefined || stay.until !== 0) return;
  for (const visit of applying.state.visits)
    if (visit.case === one.id && visit.dwellFrom === stay.from) touchVisit(applying, visit, blueprint);
}

function beginStay(applying: Applying, one: CaseState, stage: number): void {
  const blueprint = blueprintOf(one, applying.context);
  if (blueprint === undefined) return;
  // What comes after a stay without a stage is told by the stay before: it ends with this one.
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  const stay = { stage, from: applying.event.at, until: 0, left: false };
  one.stays.push(stay);
  applying.touched.begin(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
}

function endStay(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const stay = lastStay(one);
  if (stay === undefined || stay.until !== 0) return;
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  touchDwell(applying, one, blueprint);
  stay.until = applying.event.at;
  stay.left = true;
}

/** Moves the idle end of the case to follow this event, where that changes anything. */
function keepAlive(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const last = Math.max(one.lastAt, applying.event.at);
  if (idleEnd(one, blueprint, last) !== idleEnd(one, blueprint)) {
    touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
    touchDwell(applying, one, blueprint);
  }
  one.lastAt = last;
}

/** Visits in other stages are over. A form that was begun in one is not given up: the case went on. */
function endVisits(applying: Applying, one: CaseState, here: { readonly stage: number; readonly blueprint: Blueprint }): void {
  for (const visit of applying.state.visits) {
    if (visit.case !== one.id || visit.stage === here.stage || visit.ended) continue;
    if (visit.trace.length > 0) {
      touchVisit(applying, visit, here.blueprint);
      answerClicks(visit, applying.event.at);
    }
    visit.ended = true;
  }
}

/** Puts the case where the touchpoint says, or keeps it where it is. Returns whether it went back a step that the journey does not allow. */
function place(applying: Applying, one: CaseState, match: Match): boolean {
  const { event } = applying;
  const { blueprint, touchpoint } = match;
  lapse(one, blueprint, event.at);
  const stay = lastStay(one);
  const running = stay !== undefined && stay.until === 0;
  const target = touchpoint.stage ?? stay?.stage ?? null;
  if (target === null) return false;
  const advances = touchpoint.stage !== null && isNextStep(one, blueprint, event.at, target);
  // Its row shows how it got on and the first stay in each stage: most events change neither.
  if (advances || touchpoint.excludes || !one.stays.some((earlier) => earlier.stage === target)) touchCase(applying, one, blueprint);
  const moves = stay === undefined || stay.stage !== target;
  const back = stay !== undefined && moves && target < stay.stage && !stageAt(blueprint, stay.stage).next.has(target);
  if (running && moves) endStay(applying, one, blueprint);
  if (running && !moves) keepAlive(applying, one, blueprint);
  one.lastAt = Math.max(one.lastAt, event.at);
  if (moves || !running) beginStay(applying, one, target);
  one.closedAt = 0;
  if (moves) endVisits(applying, one, { stage: target, blueprint });
  if (advances) one.steps.push(event.at);
  if (touchpoint.excludes) excludeCase(applying, one, blueprint);
  return back;
}

/** Takes the case out of the funnel: out of a tie only once all of it is taken in, so that it costs no conversion. One that came before the entry excludes nothing. */
function excludeCase({ event, tie }: Applying, one: CaseState, blueprint: Blueprint): void {
  if (tie === null) exclude(one, blueprint, event.at);
  else if (isExcludable(one, blueprint, event.at)) tie.push({ turn: TURN.excluded, run: () => exclude(one, blueprint, event.at) });
}

function visitOf(applying: Applying, one: CaseState, match: Match): VisitState {
  const { state, event } = applying;
  const stage = lastStay(one)?.stage ?? 0;
  const channel = event.channel ?? match.touchpoint.channel;
  if (event.type === 'survey.answered') {
    const rated = state.visits.findLast((v) => v.case === one.id && event.at - v.last <= SURVEY_MS);
    if (rated !== undefined) return rated;
  }
  const { quiet } = match.blueprint.file;
  const running = state.visits.findLast(
    (v) => v.case === one.id && v.stage === stage && v.channel === channel && !v.ended && event.at - v.last <= quiet,
  );
  if (running !== undefined) return running;
  const visit: VisitState = {
    id: event.key,
    case: one.id,
    journey: one.journey,
    version: one.version,
    stage,
    channel,
    segment: one.segment,
    area: state.area,
    controller: match.touchpoint.controller,
    owner: match.touchpoint.owner,
    touchpoint: match.touchpoint.index,
    from: event.at,
    last: event.at,
    ended: false,
    minutes: [minuteOf(event.at)],
    marks: [],
    feels: [],
    queuedAt: 0,
    topic: '',
    blamed: false,
    dwellFrom: 0,
    about: '',
    lastEvent: '',
    trace: [],
    solvedAt: 0,
    contact: 0,
  };
  applying.touched.begin(visitKey(visit), () => rowOfVisit(applying, visit, match.blueprint));
  state.visits.push(visit);
  return visit;
}

/** Notes a signal. @param by stream ids of the events that make it, or instants of events of the visit */
function mark(applying: Applying, visit: VisitState, signal: Signal, by: readonly (string | number)[]): void {
  const { event, context } = applying;
  const component = componentIndex(signal.component);
  visit.marks.push([event.at, component, signal.value]);
  context.witness?.hit(visit, { component, at: event.at, by });
}

function noteSignals(applying: Applying, visit: VisitState, match: Match): void {
  const { event } = applying;
  const signals = signalsOf(event);
  const wait = (seconds: number, by: readonly number[]): void => {
    const rules = rulesFor(applying.context, match.blueprint, visit);
    noteWait(applying, visit, { seconds, standardMs: rules.waits[match.touchpoint.id] ?? match.touchpoint.waitMs, rules, by });
  };
  for (const signal of signals) {
    if (signal.component === 'wait') wait(signal.value, [event.at]);
    else mark(applying, visit, signal, [event.at]);
  }
  if (event.type === 'contact.queued') visit.queuedAt = event.at;
  const ended = event.type === 'contact.ended';
  if (visit.queuedAt === 0 || (!ended && event.type !== 'contact.answered')) return;
  const by = [visit.queuedAt, event.at];
  wait((event.at - visit.queuedAt) / 1000, by);
  visit.queuedAt = 0;
  // Over before anybody answered, and nobody says what it came to: given up in the queue.
  if (ended && event.outcome === undefined && !signals.some((signal) => signal.component === 'abandon'))
    mark(applying, visit, { component: 'abandon', value: 1 }, by);
}

interface Wait {
  readonly seconds: number;
  readonly standardMs: number;
  readonly rules: FrictionRules;
  readonly by: readonly number[];
}

function noteWait(applying: Applying, visit: VisitState, wait: Wait): void {
  const by = { tolerance: wait.rules.tolerance.wait, half: wait.rules.half.wait };
  const severity = Math.round(waitSeverity(wait.seconds, wait.standardMs / 1000, by) * 1000);
  if (severity > 0) mark(applying, visit, { component: 'wait', value: severity }, wait.by);
}

/** The same topic again within the window: blamed on the earlier visit, which did not resolve it. */
function noteTopic(applying: Applying, visit: VisitState, blueprint: Blueprint): void {
  const { state, event } = applying;
  if (event.topic === undefined || !isContact(visit.channel)) return;
  if (visit.topic === '') visit.topic = event.topic;
  if (visit.blamed || visit.topic !== event.topic) return;
  const isEarlier = (v: VisitState): boolean =>
    v.id !== visit.id &&
    v.topic === visit.topic &&
    isContact(v.channel) &&
    v.from <= visit.from &&
    v.last <= visit.from &&
    visit.from - v.last <= blueprint.file.repeatWindow;
  let blamed: VisitState | undefined;
  for (const v of state.visits) if (isEarlier(v) && (blamed === undefined || v.last >= blamed.last)) blamed = v;
  if (blamed === undefined) return;
  const its = blueprintOf(blamed, applying.context);
  if (its === undefined) return;
  touchVisit(applying, blamed, its);
  visit.blamed = true;
  mark(applying, blamed, { component: 'repeat_contact', value: 1 }, [blamed.lastEvent, streamId(event)]);
  addMinute(blamed, event.at);
}

function noteFeelings(applying: Applying, where: PromisePlace | null): void {
  const { state, event, context } = applying;
  if (context.emotion === 'off') return;
  const feelings = feelingsOf(event, state);
  if (feelings.length === 0) return;
  const visit = where?.visit ?? null;
  const about = visit === null ? undefined : promiseSpokenOf(state, { at: event.at, case: visit.case });
  for (const said of feelings) {
    const feel: Feel = [event.at, said.rank, said.valence, said.confidence, said.emotion];
    visit?.feels.push(feel);
    if (where !== null) {
      where.one.wave = waveAfter(where.one.wave, feel);
      feelAboutCare(applying, where.one, said);
    }
    if (about !== undefined) {
      markPromise(applying, about);
      noteFelt(about, [...feel]);
    }
    state.evidence.push([event.at, said.rank, said.valence, said.confidence, said.emotion, said.kind]);
    if (state.evidence.length > EVIDENCE_KEPT) state.evidence.shift();
  }
}

/** Marks a promise as about to change. Promises outside a journey are on the timeline only. */
function markPromise(applying: Applying, promise: PromiseRecord): void {
  const blueprint = blueprintOf(promise, applying.context);
  if (blueprint !== undefined) applying.touched.change(promiseKey(promise), () => ledgerRow(applying, promise, blueprint));
}

/** The promise as a row, as its case has it. */
function ledgerRow(applying: Applying, promise: PromiseRecord, blueprint: Blueprint): Row {
  return promiseRowWithCare(promise, caseOfPromise(applying.state, promise), { blueprint, factors: factorsOf(applying) });
}

function caseOfPromise(state: CustomerState, promise: PromiseRecord): CaseState | undefined {
  return promise.case === '' ? undefined : state.cases.findLast((one) => one.id === promise.case && one.version === promise.version);
}

/** Marks a case as about to change. */
function touchCase(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  applying.touched.change(caseKey(one), () => caseRowWithCare(one, blueprint));
}

interface PromisePlace {
  readonly visit: VisitState;
  readonly one: CaseState;
  readonly match: Match;
}

type Given = NonNullable<StoredEvent['promise']>;

/** Hours late that weigh half: as the visit in which the promise is made is judged. Outside a journey nobody asks. */
function halfHoursOf(applying: Applying, where: PromisePlace | null, kind: string): number {
  if (where === null) return DEFAULT_PROMISE_HALF_HOURS;
  const rules = rulesFor(applying.context, where.match.blueprint, where.visit);
  return rules.promiseHalf[kind] ?? rules.half.promise_missed;
}

function makePromise(applying: Applying, where: PromisePlace | null, given: Given): void {
  const { state, event, touched } = applying;
  const rule =
    where === null ? undefined : promiseRuleOf(blueprintForCase(where.match.blueprint, where.one).promises, given.kind, where.visit.stage);
  const due = given.due ?? (rule === undefined ? null : dueAt(rule, event.at));
  const record: PromiseRecord = {
    key: `${event.key}:${given.kind}`,
    id: given.id ?? unnamedPromise(given.kind, where?.one.id ?? ''),
    kind: given.kind,
    wording: given.wording ?? rule?.wording ?? '',
    madeAt: event.at,
    datedAt: due === null ? 0 : event.at,
    due: due ?? 0,
    givenAt: due === null ? 0 : event.at,
    firstDue: due ?? 0,
    graceMs: given.graceSeconds === undefined ? (rule?.graceMs ?? 0) : Math.round(given.graceSeconds * 1000),
    halfHours: halfHoursOf(applying, where, given.kind),
    warnedAt: 0,
    metAt: 0,
    withdrawnAt: 0,
    felt: [],
    visit: where?.visit.id ?? '',
    case: where?.one.id ?? '',
    journey: where?.one.journey ?? '',
    version: where?.one.version ?? 0,
    stage: where?.visit.stage ?? 0,
    touchpoint: where?.match.touchpoint.id ?? '',
    controller: where?.match.touchpoint.controller ?? 'us',
    owner: rule?.owner ?? where?.match.touchpoint.owner ?? '',
    segment: where?.one.segment ?? '',
    area: state.area,
    channel: where?.visit.channel ?? event.channel ?? 'outside',
  };
  state.promises.push(record);
  const blueprint = where?.match.blueprint;
  if (blueprint !== undefined) touched.begin(promiseKey(record), () => ledgerRow(applying, record, blueprint));
}

/** Failures of promises that the clock has found by now are put on record: from here on what people do about them counts. */
function meetFailures(applying: Applying, one: CaseState): void {
  const { state, event } = applying;
  for (const promise of state.promises) {
    if (promise.case !== one.id || promise.metAt !== 0 || promise.withdrawnAt !== 0 || event.at < breaksAt(promise)) continue;
    if (caseOfPromise(state, promise) !== one || one.care?.recoveries.some((known) => known[2] === promise.key) === true) continue;
    const at = failsAt(promise);
    if (at === 0 || at > event.at) continue;
    markPromise(applying, promise);
    detect(one, { at, cause: 'promise', ref: promise.key, stage: promise.stage }, state.evidence);
  }
}

/** Something went wrong by what an event says; where something is being made good already, it belongs to that. */
function noteFailure(applying: Applying, one: CaseState, cause: 'bad_peak' | 'complaint' | 'dead_end'): void {
  const { state, event, context } = applying;
  const blueprint = blueprintOf(one, context);
  if (blueprint === undefined || one.care?.recoveries.some((known) => isRecovering(known, event.at)) === true) return;
  touchCase(applying, one, blueprint);
  detect(one, { at: event.at, cause, ref: '', stage: lastStay(one)?.stage ?? 0 }, state.evidence);
}

/** Moves everything on that is being made good in a case. */
function moveFailures(applying: Applying, one: CaseState, move: RecoveryMove, only?: (recovery: Recovery) => boolean): void {
  const { event, context } = applying;
  for (const recovery of one.care?.recoveries ?? []) {
    if (!isMovable(recovery, event.at) || only?.(recovery) === false) continue;
    if (markRecovery(applying, one, { recovery, blueprint: blueprintOf(one, context) })) moveRecovery(recovery, move, event.at);
  }
}

/** Marks what shows a recovery as about to change. @returns false where that was forgotten: then nothing can change it any more */
function markRecovery(
  applying: Applying,
  one: CaseState,
  its: { readonly recovery: Recovery; readonly blueprint: Blueprint | undefined },
): boolean {
  if (its.blueprint === undefined) return false;
  if (its.recovery[1] !== CAUSE.promise) {
    touchCase(applying, one, its.blueprint);
    return true;
  }
  const promise = applying.state.promises.find((known) => known.key === its.recovery[2]);
  if (promise !== undefined) markPromise(applying, promise);
  return promise !== undefined;
}

/** How the customer feels about what was made good. */
function feelAboutCare(applying: Applying, one: CaseState, said: { readonly valence: number; readonly confidence: number }): void {
  const { event, context } = applying;
  for (const recovery of one.care?.recoveries ?? [])
    if (
      recovery[5] !== 0 &&
      isMovable(recovery, event.at) &&
      markRecovery(applying, one, { recovery, blueprint: blueprintOf(one, context) })
    )
      heedMood(recovery, event.at, said.valence);
  if (isBadPeak(said)) noteFailure(applying, one, 'bad_peak');
}

/** What somebody here does about something that waits: noted where it waits, for all to see. */
function noteCare(applying: Applying, one: CaseState, deed: Deed): void {
  const { state, touched, context } = applying;
  const blueprint = blueprintOf(one, context);
  if (blueprint === undefined) return;
  const promise = state.promises.find((known) => promiseItem(known) === deed.item);
  const stay = one.stays.find((known) => stayItem(known) === deed.item);
  const recovery = one.care?.recoveries.find((known) => recoveryItem(known) === deed.item);
  if (promise !== undefined) markPromise(applying, promise);
  else if (stay !== undefined) touched.change(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
  else if (recovery !== undefined) touchCase(applying, one, blueprint);
  else return;
  noteDeed(one, deed);
  const move = moveOfOutcome(deed.outcome);
  if (move !== null)
    moveFailures(applying, one, move, (known) => known === recovery || (promise !== undefined && known[2] === promise.key));
}

/** What an event does to the promise it carries. */
function changeSaid(event: StoredEvent): string {
  return event.type?.startsWith('promise.') === true ? event.type.slice('promise.'.length) : 'made';
}

/** Promise events: made, kept, moved, warned of, withdrawn. Only the clock breaks one. */
function notePromise(applying: Applying, where: PromisePlace | null): void {
  const { event, tie } = applying;
  if (tie !== null) tie.push(...promisesOfTie(applying, where));
  else if (event.promise !== undefined) changePromise(applying, where, { given: event.promise, change: changeSaid(event) });
  else if (where !== null) ruledPromises(applying, where, blueprintForCase(where.match.blueprint, where.one).promises);
}

/** What one event of a tie does to promises, kind by kind: one made in this very instant can be kept in it, too. */
function promisesOfTie(applying: Applying, where: PromisePlace | null): Waiting[] {
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
function ruledPromises(applying: Applying, where: PromisePlace, rules: readonly PromiseRule[]): void {
  const { match, one } = where;
  for (const rule of rules) {
    const given = { kind: rule.kind };
    if (rule.keptBy.has(match.touchpoint.id)) changePromise(applying, where, { given, change: 'kept' });
    if (!rule.madeBy.has(match.touchpoint.id) || (rule.stage !== null && rule.stage !== where.visit.stage)) continue;
    // One that somebody made without a date is beside the rule: the journey makes its own.
    const standing = findPromise(applying.state, { kind: rule.kind, case: one.id });
    if ((standing === undefined || !isDated(standing)) && dueAt(rule, applying.event.at) !== null) makePromise(applying, where, given);
  }
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

function changePromise(applying: Applying, where: PromisePlace | null, said: Said): void {
  const known = promiseMeant(applying, where?.one, said);
  if (known !== undefined) changeKnown(applying, known, said);
  else if (said.change === 'made') makePromise(applying, where, said.given);
}

function changeKnown(applying: Applying, known: PromiseRecord, said: Said): void {
  const { given, change } = said;
  const { state, event, context } = applying;
  const blueprint = blueprintOf(known, context);
  const its = caseOfPromise(state, known);
  if (its !== undefined) meetFailures(applying, its);
  markPromise(applying, known);
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

/** A promise that somebody here makes about a case, or says to be kept, moved or withdrawn. */
function statePromise(applying: Applying, one: CaseState | undefined, given: Given): void {
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

function heedCare(applying: Applying, one: CaseState): void {
  meetFailures(applying, one);
  const deed = deedOf(applying.event);
  if (deed !== null) return noteCare(applying, one, deed);
  const move = moveOf(applying.event);
  if (move !== null) moveFailures(applying, one, move);
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

/** Whether the dead end that is booked ahead on a visit can still be averted. */
function mayEndDead({ state, event, context }: Applying, visit: VisitState): boolean {
  const one = state.cases.find((known) => isLastOf(known, visit));
  const blueprint = one === undefined ? undefined : blueprintOf(one, context);
  return one !== undefined && blueprint !== undefined && deadEndAt(one, blueprint) >= event.at;
}

/** Forgets what nothing can change any more. */
function prune(applying: Applying): void {
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

/** The match as the variant of the case sees it: the same touchpoint, expected and promised otherwise. */
function asExpectedOf(one: CaseState, match: Match): Match {
  const blueprint = blueprintForCase(match.blueprint, one);
  const touchpoint = blueprint.touchpoints[match.touchpoint.index];
  return blueprint === match.blueprint || touchpoint === undefined ? match : { ...match, blueprint, touchpoint };
}

/** Holds the way of the case against the plan. */
function followWay(
  applying: Applying,
  one: CaseState,
  moved: { readonly match: Match; readonly cameFrom: number | null; readonly back: boolean },
): void {
  const { blueprint, touchpoint } = moved.match;
  const stay = lastStay(one);
  if (stay === undefined) return;
  const step = { touchpoint, at: applying.event.at, from: moved.cameFrom, to: stay.stage, back: moved.back };
  const change = wayChange(one, blueprint, step);
  if (isSeen(change)) touchCase(applying, one, blueprint);
  takeStep(one, blueprint, { step, change });
}

/** The dead end that the clock had found, or was going to find, is settled by the next event: found, or never. */
function meetDeadEnd(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const { event } = applying;
  const due = deadEndAt(one, blueprint);
  const stay = lastStay(one);
  if (stay === undefined) return;
  // It weighs on the visit of the last event, as long as that is the last.
  const bearer = due === 0 ? undefined : applying.state.visits.findLast((visit) => isLastOf(one, visit));
  if (bearer !== undefined) {
    touchVisit(applying, bearer, blueprint);
    if (event.at >= due) {
      const component = componentIndex('dead_end');
      bearer.marks.push([due, component, 1]);
      addMinute(bearer, due);
      applying.context.witness?.hit(bearer, { component, at: due, by: [one.lastEvent] });
    }
  }
  const after = deadEndAt(one, blueprint, Math.max(one.lastAt, event.at));
  if (due === after && (due === 0 || event.at < due)) return;
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  if (due !== 0 && event.at >= due) find(one, [due, one.stays.length - 1, DEAD_END, [one.lastEvent]]);
}

function find(one: CaseState, found: Found): void {
  if (one.found.length < FOUND_KEPT) one.found.push(found);
}

/** What the event itself shows to have gone wrong: nothing came of it, the thread was lost between two channels, or it is opened again. */
function noteFindings(applying: Applying, visit: VisitState, where: { readonly one: CaseState; readonly blueprint: Blueprint }): void {
  const { event, state } = applying;
  const { one, blueprint } = where;
  const stay = lastStay(one);
  // This event's own: the case has just taken it in.
  const id = one.lastEvent;
  const lost = visit.about === '' ? threadLostFrom(state.visits, visit, event) : undefined;
  const nothing = cameToNothing(event);
  const reopened = event.type === 'case.reopened';
  if (stay !== undefined && (lost !== undefined || nothing || reopened)) {
    touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
    if (nothing) find(one, [event.at, one.stays.length - 1, DEAD_END, [id]]);
    if (nothing) noteFailure(applying, one, 'dead_end');
    if (lost !== undefined) find(one, [event.at, one.stays.length - 1, LOST_HANDOVER, [lost.lastEvent, id]]);
    if (reopened) one.reopened.push(event.at);
  }
  if (visit.about === '') visit.about = event.topic ?? (lost === undefined ? '' : lost.about);
  visit.lastEvent = id;
}

/** Marks a visit as about to change. @returns false: nobody knows its journey any more */
function touchKnown(applying: Applying, visit: VisitState): boolean {
  const blueprint = blueprintOf(visit, applying.context);
  if (blueprint !== undefined) touchVisit(applying, visit, blueprint);
  return blueprint !== undefined;
}

/** Clicks and the like that no journey names: they belong to the visit that is going on in their channel, as far as they make it hard. */
function joinVisit(applying: Applying): void {
  const { state, event } = applying;
  const concerns = concernsOf(event);
  if (!followsAlong(concerns)) return;
  const channel = event.channel ?? 'web';
  const visit = state.visits.findLast((v) => v.channel === channel && !v.ended && v.last <= event.at);
  const blueprint = visit === undefined ? undefined : blueprintOf(visit, applying.context);
  const one = state.cases.find((c) => c.id === visit?.case && c.version === visit.version);
  if (visit === undefined || blueprint === undefined || one === undefined || event.at - visit.last > blueprint.file.quiet) return;
  touchVisit(applying, visit, blueprint);
  applying.context.witness?.took(visit, event);
  visit.last = event.at;
  addMinute(visit, event.at);
  for (const signal of signalsOf(event)) if (signal.component !== 'wait') mark(applying, visit, signal, [event.at]);
  const { repeatWindow } = blueprint.file;
  const { witness } = applying.context;
  const touch = (other: VisitState): boolean => touchKnown(applying, other);
  detectFriction(
    { state, event, visit, one, isNew: false, closedAt: 0, lastEvent: visit.lastEvent, repeatWindow, witness, touch },
    concerns,
  );
}

/** A case, and the visit in it, take the event in. */
function attach(applying: Applying, choice: NonNullable<ReturnType<typeof caseOf>>): PromisePlace {
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

function closeCase(applying: Applying, { one, match }: PromisePlace): void {
  endStay(applying, one, match.blueprint);
  one.closedAt = applying.event.at;
}

/** A touchpoint that closes: out of a tie only once all of it is taken in, and not where the case went on to a later stage in it. */
function close(applying: Applying, where: PromisePlace): void {
  const { closes, stage } = where.match.touchpoint;
  if (!closes) return;
  if (applying.tie === null) return closeCase(applying, where);
  const run = (): void => {
    if (stage === null || (lastStay(where.one)?.stage ?? stage) <= stage) closeCase(applying, where);
  };
  applying.tie.push({ turn: TURN.closed, run });
}

function countEvent(applying: Applying, match: Match | undefined, begunContact: boolean): void {
  const { event, touched } = applying;
  const channel = event.channel ?? match?.touchpoint.channel ?? '-';
  const cell = match === undefined ? cellKey('E', '-', 0, ['-', channel]) : match.blueprint.cells.of('E', match.touchpoint.id, channel);
  const minute = minuteOf(event.at);
  touched.bookings.push([cell, EVENT.events, minute, minute, 1]);
  if (begunContact) touched.bookings.push([cell, EVENT.contacts, minute, minute, 1]);
}

/** What the saved funnels see of an event. Statements about identities and other events are no experience. */
function seenByFunnels(applying: Applying, matches: readonly Match[], where: PromisePlace | null): FunnelEvent | null {
  const { event, state } = applying;
  if (event.type === 'identify' || event.type?.startsWith('event.') === true) return null;
  const first = where?.match ?? matches[0];
  const others = matches.filter((match) => match.blueprint.journey !== first?.blueprint.journey);
  const one = where === null ? caseSpokenOf(state, event) : where.one;
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
  countEvent(applying, choice?.match ?? matches[0], begunContact);
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

function orderTie(group: readonly StoredEvent[], state: CustomerState, blueprints: Blueprints): readonly StoredEvent[] {
  return group
    .map((event) => ({ event, rank: tieRank(event, state, blueprints) }))
    .sort((a, b) => a.rank - b.rank || (a.event.key < b.event.key ? -1 : 1))
    .map((ranked) => ranked.event);
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
