import type { Channel, Controller, EmotionOrUnknown } from '#lib/contract/index.ts';
import type { CaseValue } from '../case/value.ts';
import { packing } from '../kernel/packing.ts';

/** One stay of a case in a stage. `until` 0 while it lasts; a stay without activity ends at its idle end, by the clock alone. */
export interface Stay {
  stage: number;
  from: number;
  until: number;
  /** an event ended it, not the clock */
  left: boolean;
}

/** How often a case had a touchpoint that the plan speaks of, and when last. */
export type Done = [touchpoint: number, times: number, last: number];
/** Where a case left the plan: kind and touchpoint by index, when, and when it was made up for (0: it was not). */
export type Deviation = [kind: number, touchpoint: number, at: number, until: number];

/** One customer's passage through one journey. */
export interface CaseState {
  id: string;
  journey: string;
  version: number;
  /** value of the correlation key or the caseId it goes by; empty until it has one */
  keys: string[];
  segment: string;
  /** where the customer was known to be first; empty: not known */
  area: string;
  channel: Channel;
  openedAt: number;
  lastAt: number;
  /** instants of the funnel steps reached in order within the window */
  steps: number[];
  excludedAt: number;
  closedAt: number;
  stays: Stay[];
  did: Done[];
  deviations: Deviation[];
  /** first time in the stage of the goal, in whatever way; 0 = not yet */
  goalAt: number;
  /** null: nothing felt for sure */
  wave: Wave | null;
  /** instants at which an event said that it was opened again */
  reopened: number[];
  /** stream id of the last event taken in */
  lastEvent: string;
  found: Found[];
  asked: Asked[];
  /** null: it never needed anybody */
  care: CaseCare | null;
  /** as last told; null: never */
  value: CaseValue | null;
}

/**
 * A failure that somebody here has to make good, and how far that has come: when it was detected, place among the causes, what it comes from
 * (key of the promise), stage, when the customer was contacted, when it was made good, when it ended and whether well (1), and the mood before and
 * after in thousandths. Instants in ms, 0 = not (yet).
 */
export type Recovery = [
  at: number,
  cause: number,
  ref: string,
  stage: number,
  contactedAt: number,
  resolvedAt: number,
  endedAt: number,
  won: 0 | 1,
  before: number | null,
  after: [at: number, valence: number] | null,
];
/** What people here do about something that waits: who has claimed it and when, until when it was put aside, when it was done and with what outcome. */
export type CareEntry = [item: string, by: string, at: number, snoozedUntil: number, doneAt: number, outcome: string];

/** What a case needs of people here, and what they do about it. */
export interface CaseCare {
  recoveries: Recovery[];
  desk: CareEntry[];
}

/** A finding: when it was made, the place of the stay it belongs to among those of its case, its place among the findings, and stream ids of the events that make it. */
export type Found = [at: number, stay: number, finding: number, events: string[]];

/** A friction mark: at an instant, a component gains a count (or shows a severity in thousandths, for `wait`). */
export type Mark = [at: number, component: number, value: number];
/** What a web visit did last, as far as the next event may turn it into friction: kind (`TRACE` in friction/web.ts), when, what (a fingerprint), and for clicks where (-1: not known). */
export type Trace = [kind: number, at: number, what: number, x?: number, y?: number];
/** Something the customer was asked for or told: a fingerprint of its name, and when first. */
export type Asked = [what: number, at: number];
/** Something said about how the customer felt: rank of the source, valence and confidence in thousandths, emotion index. */
export type Feel = [at: number, rank: number, valence: number, confidence: number, emotion: number];

/** The worst and the last moment of a case: instant, valence in thousandths, emotion index, of either. */
export type Wave = [peakAt: number, peak: number, peakEmotion: number, endAt: number, end: number, endEmotion: number];

/** One stay of a case in one (stage, channel): the unit of friction. Kept here while later events can still change it. */
export interface VisitState {
  id: string;
  case: string;
  journey: string;
  version: number;
  stage: number;
  channel: Channel;
  segment: string;
  area: string;
  controller: Controller;
  owner: string;
  /** place, among those of its journey, of the touchpoint at which it began */
  touchpoint: number;
  from: number;
  last: number;
  ended: boolean;
  /** minutes with activity, ascending, each once */
  minutes: number[];
  marks: Mark[];
  feels: Feel[];
  /** waiting in a queue since; 0 = not waiting */
  queuedAt: number;
  topic: string;
  /** has put the blame for coming again on an earlier visit */
  blamed: boolean;
  /** the stay whose length counts as dwell for this visit; 0 = none */
  dwellFrom: number;
  /** what it was first about, in whatever channel */
  about: string;
  /** stream id of its last event */
  lastEvent: string;
  trace: Trace[];
  /** last instant at which the customer had what they came for; 0 = never */
  solvedAt: number;
  /** 1: the customer spoke with somebody, or wrote */
  contact: 0 | 1;
  /** a thread from another channel was lost on the way here: each visit loses one at most */
  lost: boolean;
}

/** A promise made to the customer. */
export interface PromiseRecord {
  /** the event and kind that made it: no two promises share it, whatever ids they were given */
  key: string;
  id: string;
  kind: string;
  wording: string;
  madeAt: number;
  /** when it was first given a date, mostly as it was made; 0: nobody has said when, and `due` and `firstDue` are 0 */
  datedAt: number;
  due: number;
  /** when the date that holds now was given */
  givenAt: number;
  firstDue: number;
  graceMs: number;
  halfHours: number;
  /** told that it will be late before the first date was due; 0 = never */
  warnedAt: number;
  metAt: number;
  withdrawnAt: number;
  /** what the customer said after it was kept or broken, until something else was */
  felt: Feel[];
  visit: string;
  case: string;
  journey: string;
  version: number;
  stage: number;
  touchpoint: string;
  controller: Controller;
  owner: string;
  segment: string;
  area: string;
  channel: Channel;
}

/** Evidence for how the customer feels now: rank of the source, valence and confidence in thousandths, emotion index, how a survey asked. */
export type Evidence = [at: number, rank: number, valence: number, confidence: number, emotion: number, kind: string];

/**
 * One way of going through a funnel that is still possible: the step reached last, when it was entered, when that step was reached.
 * Only where every entry is tried there is more than one in an attempt.
 */
export type FunnelChain = [step: number, entry: number, last: number];

/** One attempt at a saved funnel, while later events can still change it. */
export interface AttemptState {
  /** what tells it apart: key of the event it was entered with */
  id: string;
  /** the passage it belongs to: one per held value and case; empty where there is only one */
  lane: string;
  /** the case it is counted in; empty where customers are counted */
  case: string;
  /** at entry */
  channel: string;
  segment: string;
  entry: number;
  /** instant at which each step was first reached; 0 = not, and a step left out stays 0 */
  steps: number[];
  /** ms from the step before, for each step reached */
  gaps: number[];
  chains: FunnelChain[];
  /** in any order: which steps the events that count could stand for, one number each */
  could: number[];
  /** entry from which the time to convert runs; 0 = has not converted */
  convertedFrom: number;
  excludedAt: number;
  /** instant at which it is given up unless something happens before; 0 = decided otherwise */
  lostAt: number;
  /** where the customer went first after the step reached last, and when; empty, 0 = nowhere yet */
  next: string;
  nextAt: number;
  /** per breakdown: instant, value, instant, value, ... */
  groups: (number | string)[][];
}

/** What is known of a customer in one saved funnel. */
export interface FunnelState {
  open: AttemptState[];
  /** passages that are over for good, sorted */
  done: string[];
}

/** Everything the fold knows of one customer: a pure function of that customer's events. Times are ms, 0 = not (yet). */
export interface CustomerState {
  format: 1;
  /** entries in the stream, annotations and retracted ones included */
  events: number;
  /** stream id of the last entry; empty before the first */
  last: string;
  lastAt: number;
  lastSequence: number;
  /** of the first event that was not taken back, ms; 0: none */
  firstAt: number;
  name: string;
  segment: string;
  area: string;
  /** kind, value, first seen; the newest 20 of a kind */
  identifiers: [kind: string, value: string, since: number][];
  /** accounts and households: kind, value, node, since */
  groups: [kind: string, value: string, node: string, since: number][];
  lastContact: [at: number, channel: Channel, topic: string] | null;
  /** contacts begun so far */
  contacts: number;
  cases: CaseState[];
  visits: VisitState[];
  promises: PromiseRecord[];
  evidence: Evidence[];
  /** names of events that were taken back, sorted */
  retracted: string[];
  /** names of events that corrections speak of, sorted */
  corrected: string[];
  /** emotions that people put in place of what was inferred, by the key of the event */
  emotionsSaid: Record<string, EmotionOrUnknown>;
  /** the customer does not want emotions read */
  noEmotion: boolean;
  /** saved funnels the customer is or was in, by funnel and version; only those with something to remember */
  funnels: Record<string, FunnelState>;
}

/** Since when something is known of a customer, ms: also where everything was taken back. */
export function knownSince({ firstAt, lastAt }: Pick<CustomerState, 'firstAt' | 'lastAt'>): number {
  return firstAt === 0 ? lastAt : firstAt;
}

/** A customer before the first event. */
export function emptyState(): CustomerState {
  return {
    format: 1,
    events: 0,
    last: '',
    lastAt: 0,
    lastSequence: 0,
    firstAt: 0,
    name: '',
    segment: '',
    area: '',
    identifiers: [],
    groups: [],
    lastContact: null,
    contacts: 0,
    cases: [],
    visits: [],
    promises: [],
    evidence: [],
    retracted: [],
    corrected: [],
    emotionsSaid: {},
    noEmotion: false,
    funnels: {},
  };
}

// Who makes one of these anew names the fields in this order: records of one form are the quickest to work on.
const CASE = packing<CaseState>(() => ({
  id: '',
  journey: '',
  version: 0,
  keys: [],
  segment: '',
  area: '',
  channel: 'web',
  openedAt: 0,
  lastAt: 0,
  steps: [],
  excludedAt: 0,
  closedAt: 0,
  stays: [],
  did: [],
  deviations: [],
  goalAt: 0,
  wave: null,
  reopened: [],
  lastEvent: '',
  found: [],
  care: null,
  asked: [],
  value: null,
}));
const STAY = packing<Stay>(() => ({
  stage: 0,
  from: 0,
  until: 0,
  left: false,
}));
const VISIT = packing<VisitState>(() => ({
  id: '',
  case: '',
  journey: '',
  version: 0,
  stage: 0,
  channel: 'web',
  segment: '',
  area: '',
  controller: 'us',
  owner: '',
  touchpoint: 0,
  from: 0,
  last: 0,
  ended: false,
  minutes: [],
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
}));
const PROMISE = packing<PromiseRecord>(() => ({
  key: '',
  id: '',
  kind: '',
  wording: '',
  madeAt: 0,
  datedAt: 0,
  due: 0,
  givenAt: 0,
  firstDue: 0,
  graceMs: 0,
  halfHours: 0,
  warnedAt: 0,
  metAt: 0,
  withdrawnAt: 0,
  felt: [],
  visit: '',
  case: '',
  journey: '',
  version: 0,
  stage: 0,
  touchpoint: '',
  controller: 'us',
  owner: '',
  segment: '',
  area: '',
  channel: 'web',
}));
const STATE = packing(emptyState);
/** Place of the visit's case among its packed fields: written as the case's place in the state, where it is there. */
const VISIT_CASE = 1;

/** State -> text. The same events give the same text, whatever way they came. */
export function encodeState(state: CustomerState): string {
  const caseIds = state.cases.map((one) => one.id);
  const visits = state.visits.map((visit) => {
    const packed = VISIT.pack(visit);
    const place = caseIds.indexOf(visit.case);
    if (place >= 0) packed[VISIT_CASE] = place;
    return packed;
  });
  const cases = state.cases.map((one) => CASE.pack({ ...one, stays: one.stays.map((stay) => STAY.pack(stay)) as unknown as Stay[] }));
  const promises = state.promises.map((promise) => PROMISE.pack(promise));
  return JSON.stringify(STATE.pack({ ...state, cases, visits, promises } as unknown as CustomerState));
}

/** Text -> state, as `encodeState` wrote it. */
export function decodeState(text: string): CustomerState {
  type Packed = readonly unknown[];
  const state = STATE.unpack(JSON.parse(text) as Packed);
  const rows = (field: unknown): readonly Packed[] => field as readonly Packed[];
  state.cases = rows(state.cases).map((packed) => {
    const one = CASE.unpack(packed);
    one.stays = rows(one.stays).map((stay) => STAY.unpack(stay));
    return one;
  });
  state.visits = rows(state.visits).map((packed) => {
    const visit = VISIT.unpack(packed);
    const place: unknown = visit.case;
    if (typeof place === 'number') visit.case = state.cases[place]?.id ?? '';
    return visit;
  });
  state.promises = rows(state.promises).map((packed) => PROMISE.unpack(packed));
  return state;
}
