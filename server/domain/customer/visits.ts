import type { Blueprint } from '../blueprint/blueprint.ts';
import type { Match } from '../case/case.ts';
import { lastStay } from '../case/case.ts';
import { streamId } from '../event/event.ts';
import type { FrictionRules } from '../friction/rules.ts';
import { waitSeverity } from '../friction/severity.ts';
import type { Signal } from '../friction/signals.ts';
import { signalsOf } from '../friction/signals.ts';
import { HOUR, minuteOf } from '../kernel/time.ts';
import { addMinute, componentIndex, isContact, visitKey } from '../visit/visit.ts';
import type { Applying } from './applying.ts';
import { blueprintOf, rulesFor } from './applying.ts';
import { concernsOf, detect as detectFriction, followsAlong } from './detect.ts';
import type { CaseState, VisitState } from './state.ts';
import { rowOfVisit, touchKnown, touchVisit } from './touch.ts';

/** A survey this long after a contact still rates that contact. */
const SURVEY_MS = 72 * HOUR;

/** The visit that takes the event in: the one going on in this stage and channel, the one a survey rates, or a new one. */
export function visitOf(applying: Applying, one: CaseState, match: Match): VisitState {
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
    lost: false,
  };
  applying.touched.begin(visitKey(visit), () => rowOfVisit(applying, visit, match.blueprint));
  state.visits.push(visit);
  return visit;
}

/** Notes a signal. @param by stream ids of the events that make it, or instants of events of the visit */
export function mark(applying: Applying, visit: VisitState, signal: Signal, by: readonly (string | number)[]): void {
  const { event, context } = applying;
  const component = componentIndex(signal.component);
  visit.marks.push([event.at, component, signal.value]);
  context.witness?.hit(visit, { component, at: event.at, by });
}

/** Notes the signals that the event carries, and the waiting that it ends. */
export function noteSignals(applying: Applying, visit: VisitState, match: Match): void {
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
export function noteTopic(applying: Applying, visit: VisitState, blueprint: Blueprint): void {
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

/** Clicks and the like that no journey names: they belong to the visit that is going on in their channel, as far as they make it hard. */
export function joinVisit(applying: Applying): void {
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
