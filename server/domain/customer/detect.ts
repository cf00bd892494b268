import type { StoredEvent } from '../event/event.ts';
import { streamId } from '../event/event.ts';
import { cameToSomething } from '../event/outcome.ts';
import { askedAgain, cameByThemselves, contactBefore, drivenFrom, excessOf } from '../friction/again.ts';
import { TRACE, WEB_TYPES, fingerprint, followWeb } from '../friction/web.ts';
import { addMinute, componentIndex, isContact } from '../visit/visit.ts';
import type { CaseState, CustomerState, VisitState } from './state.ts';
import type { Witness } from './witness.ts';

const COMPONENT = {
  abandon: componentIndex('abandon'),
  dead_click: componentIndex('dead_click'),
  dead_end: componentIndex('dead_end'),
  error: componentIndex('error'),
  failed_self_service: componentIndex('failed_self_service'),
  forced_switch: componentIndex('forced_switch'),
  rage_click: componentIndex('rage_click'),
  backtrack: componentIndex('backtrack'),
  reopen: componentIndex('reopen'),
  repeat_contact: componentIndex('repeat_contact'),
  repeat_info: componentIndex('repeat_info'),
} as const;
/** What says that an attempt came to nothing. */
const FAILING: ReadonlySet<number> = new Set([COMPONENT.abandon, COMPONENT.dead_end, COMPONENT.failed_self_service]);

/** What an event may be about, by its type: most are about none of it, and cost one look-up. */
const WEB = 1;
const INFO = 2;
const FORM = 4;
const SOLVED = 8;
const SPOKE = 16;
const OPENS = 32;
const CONCERNS: ReadonlyMap<string, number> = new Map<string, number>([
  ...WEB_TYPES.map((type): [string, number] => [type, WEB]),
  ['info.asked', INFO],
  ['info.given', INFO],
  ['contact.identified', INFO],
  ['form.started', WEB | FORM],
  ['form.submitted', WEB | FORM | INFO | SOLVED],
  ['form.abandoned', WEB | FORM],
  ['selfservice.succeeded', WEB | SOLVED],
  ['selfservice.failed', WEB],
  ['contact.queued', OPENS],
  ['contact.answered', OPENS],
  ['contact.ended', SPOKE],
  ['message.in', SPOKE | OPENS],
  ['case.opened', OPENS],
]);

/** One event as the detectors see it, with the visit that took it in. */
export interface Detecting {
  readonly state: CustomerState;
  readonly event: StoredEvent;
  readonly visit: VisitState;
  readonly one: CaseState;
  /** the visit began with this event */
  readonly isNew: boolean;
  /** when the case had been closed that this event came to; 0: it was open */
  readonly closedAt: number;
  /** the last event of the case before this one */
  readonly lastEvent: string;
  readonly repeatWindow: number;
  readonly witness: Witness | undefined;
  /** to be called before a visit other than the event's own changes; @returns false where nobody knows its journey any more */
  readonly touch: (visit: VisitState) => boolean;
}

/** What the type of an event may be about, as bits; 0: no detector asks. */
export function concernsOf(event: StoredEvent): number {
  const byType = CONCERNS.get(event.type ?? '') ?? 0;
  return event.outcome !== undefined && cameToSomething(event) ? byType | SOLVED : byType;
}

/** Whether an event that no journey names tells something about the visit that goes on. */
export function followsAlong(concerns: number): boolean {
  return (concerns & (WEB | FORM | INFO)) !== 0;
}

function mark(
  d: Detecting,
  visit: VisitState,
  signal: { readonly component: number; readonly at: number; readonly value: number; readonly by: readonly (string | number)[] },
): void {
  const { component, at, value, by } = signal;
  if (value > 0) {
    visit.marks.push([at, component, value]);
    addMinute(visit, at);
  }
  d.witness?.hit(visit, { component, at, by });
}

function detectWeb(d: Detecting): void {
  for (const hit of followWeb(d.visit, d.event)) mark(d, d.visit, { ...hit, component: COMPONENT[hit.component] });
}

/** A form that is begun is given up where the visit ends without it. Whatever else than looking around comes of it, an order for one, is its end. */
function followForm(d: Detecting, concerns: number): void {
  const { event, visit } = d;
  if (concerns === 0) {
    visit.trace = visit.trace.filter((t) => t[0] !== TRACE.form);
    return;
  }
  const named = event.attributes?.['form'];
  const what = fingerprint(typeof named === 'string' ? named : '');
  visit.trace = visit.trace.filter((t) => t[0] !== TRACE.form || t[2] !== what);
  if (event.type === 'form.started') visit.trace.push([TRACE.form, event.at, what]);
}

function detectInfo(d: Detecting): void {
  const before = askedAgain(d.one, d.event);
  if (before.length > 0 && !names(d.event, 'repeat_info'))
    mark(d, d.visit, { component: COMPONENT.repeat_info, at: d.event.at, value: 1, by: [...before, streamId(d.event)] });
}

function names(event: StoredEvent, kind: string): boolean {
  return event.signals !== undefined && event.signals.some((signal) => signal.kind === kind);
}

/** Whether the first event of a visit may be a change of channel. */
export function maySwitch(state: CustomerState, event: StoredEvent): boolean {
  return state.visits.length > 1 && cameByThemselves(event);
}

/** A new visit in another channel after an attempt that failed: blamed on the visit in which it failed. */
function detectSwitch(d: Detecting): void {
  const { event, visit, state } = d;
  if (!maySwitch(state, event) || names(event, 'forced_switch')) return;
  const from = drivenFrom(state, visit, { event, failing: FAILING, switched: COMPONENT.forced_switch });
  if (from === undefined || !d.touch(from)) return;
  mark(d, from, { component: COMPONENT.forced_switch, at: event.at, value: 1, by: [from.lastEvent, streamId(event)] });
}

/** A further contact where nobody knows what either was about: only what is more than the customer's own habit counts. */
function detectExcess(d: Detecting): void {
  const { event, visit, state } = d;
  if (event.topic !== undefined || visit.topic !== '' || visit.blamed || visit.contact === 0) return;
  const from = contactBefore(state, visit, d.repeatWindow);
  if (from === undefined) return;
  visit.blamed = true;
  // A contact that begins with this very event is not among those counted yet.
  const contacts = state.contacts - (d.isNew ? 1 : 2);
  const value = excessOf({ contacts, knownMs: from.from - state.firstAt }, d.repeatWindow);
  if (value === 0 || !d.touch(from)) return;
  mark(d, from, { component: COMPONENT.repeat_contact, at: event.at, value, by: [from.lastEvent, streamId(event)] });
}

/** The customer comes back to a case that was closed. */
function detectReopening(d: Detecting): void {
  const { event, visit, closedAt } = d;
  if (closedAt === 0 || event.at - closedAt > d.repeatWindow || names(event, 'reopen')) return;
  if (event.type !== 'case.opened' && !(isContact(visit.channel) && cameByThemselves(event))) return;
  mark(d, visit, { component: COMPONENT.reopen, at: event.at, value: 1, by: [d.lastEvent, streamId(event)] });
}

/** Finds friction in what an event and those before it come to. Changes the visit, its traces and marks, and those of the visits it blames. */
export function detect(d: Detecting, concerns: number): void {
  const { event, visit } = d;
  // Any event of the visit answers a click that waits for something to happen.
  if ((concerns & WEB) !== 0 || visit.trace.length > 0) detectWeb(d);
  if ((concerns & FORM) !== 0 || (concerns === 0 && visit.trace.length > 0)) followForm(d, concerns);
  if ((concerns & (SPOKE | OPENS)) !== 0 && event.type !== 'case.opened' && cameByThemselves(event)) visit.contact = 1;
  if ((concerns & INFO) !== 0) detectInfo(d);
  if (d.isNew) detectSwitch(d);
  if ((concerns & OPENS) !== 0) detectReopening(d);
  if ((concerns & SPOKE) !== 0) detectExcess(d);
  if ((concerns & SOLVED) !== 0) visit.solvedAt = event.at;
}
