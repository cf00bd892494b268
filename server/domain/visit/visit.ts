import { COMPONENTS } from '#lib/contract/index.ts';
import type { Channel, Component, Factor } from '#lib/contract/index.ts';
import type { Booking } from '../kernel/counters.ts';
import type { Row } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';
import { HEAT } from '../kernel/counters.ts';
import { DAY, HOUR, MINUTE, minuteOf } from '../kernel/time.ts';
import type { Blueprint, Stage } from '../blueprint/blueprint.ts';
import { variantIdOf } from '../blueprint/variant.ts';
import { stageAt, stayEnd } from '../case/case.ts';
import { deadEndAt } from '../case/finding.ts';
import type { CaseState, CustomerState, Mark, PromiseRecord, VisitState } from '../customer/state.ts';
import { feelingAt } from '../emotion/visit-feeling.ts';
import type { VisitFeeling } from '../emotion/visit-feeling.ts';
import { partsByPlace } from '../friction/friction.ts';
import type { FrictionRules } from '../friction/rules.ts';
import { countSeverity, dwellLadder } from '../friction/severity.ts';
import { isDated, missedAt } from '../promise/dates.ts';
import { factorsDuring } from '../promise/ledger.ts';
import { chargeOf, factorsAt } from '../factor/factor.ts';
import type { Charge } from '../factor/factor.ts';
import { DEAD_MS, TRACE } from '../friction/web.ts';
import { KEEP_MS, promiseSteps } from '../promise/promise.ts';

/** How long a visit without running promises or dwell can still be blamed or rated: longer than the repeat window. */
const HOT_MS = 8 * DAY;
/** Channels in which customer and company speak with each other. */
const CONTACT_CHANNELS: ReadonlySet<Channel> = new Set<Channel>(['phone', 'chat', 'email', 'store', 'social']);

/** Index of a component in the order of the contract. */
export function componentIndex(component: Component): number {
  return COMPONENTS.indexOf(component);
}

/** Dwell weighs at most 15 points: its quarters are steps of the size that the sixteenths of a missed promise (80 points) have. */
const DWELL_LEVELS = 4;
const DWELL = componentIndex('dwell');
const PROMISE = componentIndex('promise_missed');
const WAIT = componentIndex('wait');

/** Whether a visit is a contact: somebody spoke or wrote with the customer. */
export function isContact(channel: Channel): boolean {
  return CONTACT_CHANNELS.has(channel);
}

/** Notes activity in a minute. Events come in order; only what the clock had made plain by then may lie before what is noted already. */
export function addMinute(visit: VisitState, at: number): void {
  const { minutes } = visit;
  const minute = minuteOf(at);
  let place = minutes.length;
  while (place > 0 && (minutes[place - 1] ?? 0) > minute) place--;
  if (minutes[place - 1] === minute) return;
  if (place === minutes.length) minutes.push(minute);
  else minutes.splice(place, 0, minute);
}

/** A severity that holds from an instant on, in sixteenths or exact thousandths. */
interface Step {
  readonly at: number;
  readonly component: number;
  readonly severity: number;
}

/** Usual time in a stage: as configured, else as the journey says; null: not known. */
export function dwellOf(stage: Stage, rules: FrictionRules): { readonly medianMs: number; readonly mad: number } | null {
  return rules.dwell[stage.id] ?? stage.dwell;
}

function dwellSteps(visit: VisitState, one: CaseState | undefined, where: VisitPlace): Step[] {
  const { blueprint, rules } = where;
  const dwell = dwellOf(stageAt(blueprint, visit.stage), rules);
  if (visit.dwellFrom === 0 || dwell === null || one === undefined) return [];
  const stay = one.stays.find((s) => s.from === visit.dwellFrom && s.stage === visit.stage);
  if (stay === undefined) return [];
  const until = stayEnd(one, stay, blueprint);
  const by = { tolerance: rules.tolerance.dwell, half: rules.half.dwell };
  const ladder = dwellLadder({ from: stay.from, medianMs: dwell.medianMs, mad: dwell.mad, until, by, steps: DWELL_LEVELS });
  return ladder.map(({ at, severity }) => ({ at, component: DWELL, severity }));
}

const DEAD_CLICK = componentIndex('dead_click');
const ABANDON = componentIndex('abandon');
const DEAD_END_PART = componentIndex('dead_end');

/** Whether the last thing that happened in a case happened in this visit: it bears the dead end that may come of it. */
export function isLastOf(one: CaseState, visit: VisitState): boolean {
  return one.lastEvent === visit.lastEvent && one.id === visit.case && one.version === visit.version;
}

/** A signal that the clock alone will give where nothing happens before, and what makes it: an instant of the visit, or a stream id. */
export interface Ahead {
  readonly at: number;
  readonly component: number;
  readonly by: string | number;
}

const NONE_AHEAD: readonly Ahead[] = [];

/** What the clock alone will bring: a click that leads to nothing, a form left lying, a dead end. */
export function aheadOf(visit: VisitState, cases: readonly CaseState[], blueprint: Blueprint): readonly Ahead[] {
  const last = visit.lastEvent === '' ? undefined : cases.find((one) => isLastOf(one, visit));
  const due = last === undefined ? 0 : deadEndAt(last, blueprint);
  if (due === 0 && visit.trace.length === 0) return NONE_AHEAD;
  const ahead: Ahead[] = [];
  for (const [kind, at] of visit.trace) {
    if (kind === TRACE.waiting) ahead.push({ at: at + DEAD_MS, component: DEAD_CLICK, by: at });
    if (kind === TRACE.form && !visit.ended) ahead.push({ at: visit.last + blueprint.file.quiet, component: ABANDON, by: at });
  }
  if (due !== 0) ahead.push({ at: due, component: DEAD_END_PART, by: visit.lastEvent });
  return ahead;
}

/** Severities of a visit as they stood at the end of each minute in which something happened. */
class Severities {
  /** by the place of the component */
  readonly #counts = COMPONENTS.map(() => 0);
  readonly #levels = COMPONENTS.map(() => 0);

  mark(component: number, value: number): void {
    if (component === WAIT) this.level(component, value / 1000);
    else this.#counts[component] = (this.#counts[component] ?? 0) + value;
  }

  level(component: number, severity: number): void {
    this.#levels[component] = Math.max(this.#levels[component] ?? 0, severity);
  }

  /** By the place of the component; 0: none. */
  current({ half }: FrictionRules): readonly number[] {
    const severities = [...this.#levels];
    for (let place = 0; place < COMPONENTS.length; place++) {
      const [component, count] = [COMPONENTS[place], this.#counts[place] ?? 0];
      if (component !== undefined && count !== 0)
        severities[place] = Math.max(countSeverity(count, half[component]), severities[place] ?? 0);
    }
    return severities;
  }
}

/** What a visit adds to its cell at one point of time: measures and values by turns, `visits` first. */
type Values = number[];

const ONE_VISIT: readonly number[] = [HEAT.visits, 1];

export interface VisitPoint {
  readonly minute: number;
  /** thousandths of a friction point */
  readonly friction: number;
  /** thousandths, null: unknown */
  readonly valence: number | null;
  /** measures and values by turns */
  readonly values: readonly number[];
}

function valuesOf(severities: Severities, feeling: VisitFeeling | null, rules: FrictionRules): Omit<VisitPoint, 'minute'> {
  const { total, places, wholes } = partsByPlace(severities.current(rules), rules.weights);
  // Mostly one thing made it hard and nothing is felt: a list that is just as long as it has to be is kept with the row.
  if (feeling === null && places.length === 1 && total > 0)
    return { friction: total, valence: null, values: [HEAT.visits, 1, HEAT.parts + (places[0] ?? 0), total] };
  const values: Values = [HEAT.visits, 1];
  for (let i = 0; i < places.length; i++) {
    const whole = wholes[i] ?? 0;
    if (whole > 0) values.push(HEAT.parts + (places[i] ?? 0), whole);
  }
  if (feeling !== null) {
    values.push(HEAT.known, 1, HEAT.confidence, feeling.confidence);
    const weighed = Math.round((feeling.confidence * feeling.valence) / 1000);
    if (weighed !== 0) values.push(HEAT.valence, weighed);
    values.push(HEAT.emotions + feeling.emotion, feeling.confidence);
  }
  return { friction: total, valence: feeling === null ? null : feeling.valence, values };
}

/** The minutes of activity and the later ones, each ascending, as one list with each minute once. */
function minutesWith(active: readonly number[], later: readonly number[]): readonly number[] {
  if (later.length === 0) return active;
  const minutes: number[] = [];
  for (let [a, l] = [0, 0]; a < active.length || l < later.length;) {
    const minute = Math.min(active[a] ?? Infinity, later[l] ?? Infinity);
    minutes.push(minute);
    if (active[a] === minute) a++;
    while (later[l] === minute) l++;
  }
  return minutes;
}

/** By what a visit is judged. */
export interface VisitPlace {
  readonly blueprint: Blueprint;
  readonly rules: FrictionRules;
}

/** What makes a visit harder, each in the order of time, and the minutes of what the clock alone brings. */
interface Growth {
  readonly marks: readonly Mark[];
  readonly steps: readonly Step[];
  readonly later: readonly number[];
}

const NO_MINUTES: readonly number[] = [];

function growthOf(visit: VisitState, state: CustomerState, where: VisitPlace): Growth {
  const ahead = aheadOf(visit, state.cases, where.blueprint);
  const one = visit.dwellFrom === 0 ? undefined : state.cases.find((c) => c.id === visit.case);
  const steps: Step[] = visit.dwellFrom === 0 ? [] : dwellSteps(visit, one, where);
  for (const promise of state.promises) {
    if (promise.visit !== visit.id) continue;
    for (const { at, severity } of promiseSteps(promise, where.rules.warned)) steps.push({ at, component: PROMISE, severity });
  }
  if (steps.some((step, i) => i > 0 && step.at < (steps[i - 1]?.at ?? 0))) steps.sort((a, b) => a.at - b.at);
  const marks = inTime(visit.marks, ahead);
  if (ahead.length === 0 && steps.length === 0) return { marks, steps, later: NO_MINUTES };
  const later: number[] = [];
  for (const { at } of ahead) later.push(minuteOf(at));
  for (const { at } of steps) later.push(minuteOf(at));
  if (ahead.length > 0) later.sort((a, b) => a - b);
  return { marks, steps, later };
}

/** Marks and what the clock will bring, by time. Events come in order; only what the clock had made plain by then may lie before. */
function inTime(marks: readonly Mark[], ahead: readonly Ahead[]): readonly Mark[] {
  const sorted = marks.every((mark, i) => i === 0 || (marks[i - 1]?.[0] ?? 0) <= mark[0]);
  if (sorted && ahead.length === 0) return marks;
  return [...marks, ...ahead.map(({ at, component }): Mark => [at, component, 1])].sort((a, b) => a[0] - b[0]);
}

/** One component of a visit as it stood at the end of a minute: how severe, and the instants at which it grew. */
export interface GrownPart {
  readonly component: Component;
  /** 0..1 */
  readonly severity: number;
  /** ms, ascending, each once */
  readonly at: readonly number[];
}

/** What had made a visit hard by the end of a minute. */
export function grownBy(visit: VisitState, state: CustomerState, where: VisitPlace, minute: number): GrownPart[] {
  const { marks, steps } = growthOf(visit, state, where);
  const severities = new Severities();
  const instants = new Map<number, Set<number>>();
  const note = (component: number, at: number): boolean => {
    if (minuteOf(at) > minute) return false;
    instants.set(component, (instants.get(component) ?? new Set()).add(at));
    return true;
  };
  for (const [at, component, value] of marks) if (note(component, at)) severities.mark(component, value);
  for (const { at, component, severity } of steps) if (note(component, at)) severities.level(component, severity);
  const grown = severities.current(where.rules);
  return COMPONENTS.flatMap((component, index) => {
    const severity = grown[index] ?? 0;
    return severity === 0 ? [] : [{ component, severity, at: [...(instants.get(index) ?? [])].sort((a, b) => a - b) }];
  });
}

/** The points of a visit over time: one per minute with activity, blame or a severity step. */
export function visitPoints(visit: VisitState, state: CustomerState, where: VisitPlace): VisitPoint[] {
  const { rules } = where;
  const { marks, steps, later } = growthOf(visit, state, where);
  if (marks.length === 0 && steps.length === 0 && visit.feels.length === 0)
    return visit.minutes.map((minute) => ({ minute, friction: 0, valence: null, values: ONE_VISIT }));
  const minutes = minutesWith(visit.minutes, later);
  const severities = new Severities();
  let [m, s, f] = [0, 0, 0];
  let seen = -1;
  let last: Omit<VisitPoint, 'minute'> = { friction: 0, valence: null, values: ONE_VISIT };
  return minutes.map((minute) => {
    for (let mark = marks[m]; mark !== undefined && minuteOf(mark[0]) <= minute; mark = marks[++m]) severities.mark(mark[1], mark[2]);
    for (let step = steps[s]; step !== undefined && minuteOf(step.at) <= minute; step = steps[++s])
      severities.level(step.component, step.severity);
    while (f < visit.feels.length && minuteOf(visit.feels[f]?.[0] ?? 0) <= minute) f++;
    // In most minutes something happens, but nothing that makes the visit harder or says how it feels.
    if (m + s + f !== seen) last = valuesOf(severities, feelingAt(visit.feels, f), rules);
    seen = m + s + f;
    return { minute, friction: last.friction, valence: last.valence, values: last.values };
  });
}

const NO_BOOKINGS: readonly Booking[] = [];

/** Factors at work during a visit, or while a promise made in it was running towards a date that passed unmet. */
function factorsOver(visit: VisitState, state: CustomerState, factors: readonly Factor[]): readonly Factor[] {
  if (factors.length === 0) return factors;
  const { journey, segment, area, from, last } = visit;
  const here = factorsAt(factors, { journey, segment, area, from, to: last });
  if (here.length > 0) return here;
  return state.promises.filter((p) => p.visit === visit.id && missedAt(p) !== 0).flatMap((p) => factorsDuring(p, factors));
}

/** The variant of the visit's case; empty where the journey has none. A case is not forgotten before its visits are. */
function variantOfVisit(visit: VisitState, state: CustomerState, blueprint: Blueprint): string {
  if (blueprint.variants.length === 0) return blueprint.variant ?? '';
  return variantIdOf(
    blueprint,
    state.cases.find((one) => one.id === visit.case && one.version === visit.version),
  );
}

/** A visit as it stands on its list; stage and touchpoint by their place, friction and valence in thousandths. */
export type VisitMember = readonly [
  visit: string,
  caseId: string,
  stage: number,
  channel: Channel,
  segment: string,
  owner: string,
  points: readonly (readonly [minute: number, friction: number, valence: number | null])[],
  charge: Charge,
  touchpoint: number,
  /** of its case; absent where the journey has no variants */
  variant?: string,
];

/**
 * The visit as a row: on the list of its journey, by last activity; its trail goes along its square of the heatmap. Where the journey has variants,
 * that of its case is the last dimension of the cell.
 */
export function visitRow(visit: VisitState, state: CustomerState, where: VisitPlace & { readonly factors: readonly Factor[] }): Row {
  const { blueprint } = where;
  const charge = chargeOf(visit.controller, factorsOver(visit, state, where.factors));
  const stage = stageAt(blueprint, visit.stage).id;
  const variant = variantOfVisit(visit, state, blueprint);
  const touchpoint = String(visit.touchpoint);
  const cell =
    variant === ''
      ? blueprint.cells.of('H', stage, visit.channel, visit.segment, visit.owner, charge, touchpoint)
      : blueprint.cells.of('H', stage, visit.channel, visit.segment, visit.owner, charge, touchpoint, variant);
  const points = visitPoints(visit, state, where);
  const known = [
    visit.id,
    visit.case,
    visit.stage,
    visit.channel,
    visit.segment,
    visit.owner,
    points.map((p) => [p.minute, p.friction, p.valence] as const),
    charge,
    visit.touchpoint,
  ] as const;
  const member: VisitMember = variant === '' ? known : [...known, variant];
  return {
    list: `visits:${visit.journey}:${visit.version}`,
    score: (points[points.length - 1]?.minute ?? 0) * MINUTE,
    member,
    bookings: NO_BOOKINGS,
    trail: { cell, points },
    also: NOWHERE_ELSE,
  };
}

/** Key of a visit among what an event touches: as it is, because nothing else is named by the key of an event alone. */
export function visitKey(visit: VisitState): string {
  return visit.id;
}

/** Whether later events can still change a visit. */
export function isHot(visit: VisitState, state: CustomerState, at: number): boolean {
  const lastMinute = visit.minutes[visit.minutes.length - 1] ?? 0;
  if (at - lastMinute * MINUTE <= HOT_MS) return true;
  if (visit.dwellFrom !== 0 && state.cases.some((c) => c.id === visit.case && runsStill(c, visit.dwellFrom))) return true;
  return state.promises.some((p) => p.visit === visit.id && promiseRuns(p, at));
}

function runsStill(one: CaseState, from: number): boolean {
  const stay = one.stays[one.stays.length - 1];
  return stay?.from === from && stay.until === 0;
}

/** Whether a promise can still change the friction of the visit in which it was made. */
function promiseRuns(promise: PromiseRecord, at: number): boolean {
  if (promise.metAt !== 0 || promise.withdrawnAt !== 0) return false;
  // It may be given a date as long as it is remembered.
  if (!isDated(promise)) return at - promise.madeAt <= KEEP_MS;
  return at <= promise.firstDue + promise.graceMs + 4 * promise.halfHours * HOUR + DAY;
}
