import type { Channel } from '#lib/contract/index.ts';
import type { Row } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';
import type { Booking } from '../kernel/counters.ts';
import { FUNNEL } from '../kernel/counters.ts';
import { dayCeiling, hourAnchor, minuteOf } from '../kernel/time.ts';
import { binOf } from '../kernel/log-bins.ts';
import type { Blueprint, Blueprints, Stage, Touchpoint } from '../blueprint/blueprint.ts';
import { overdueFrom, standardFor } from '../blueprint/standard.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import { bookWay } from '../conformance/conformance.ts';
import type { StoredEvent } from '../event/event.ts';
import { isKeyApart } from '../event/key.ts';
import type { CaseState, CustomerState, Deviation, Stay } from '../customer/state.ts';

/** A touchpoint of one journey that an event matches. */
export interface Match {
  readonly blueprint: Blueprint;
  readonly touchpoint: Touchpoint;
  /** whether a case can begin under this version now; else only the cases that began under it go on */
  readonly inForce: boolean;
}

/** The stage of a blueprint at an index; a missing index is a broken promise of the compiler. */
export function stageAt(blueprint: Blueprint, index: number): Stage {
  const stage = blueprint.stages[index];
  if (stage === undefined) throw new RangeError(`journey ${blueprint.journey} has no stage ${index}`);
  return stage;
}

/** The stay a case is in or was in last. */
export function lastStay(one: CaseState): Stay | undefined {
  return one.stays[one.stays.length - 1];
}

/**
 * When a case without further activity leaves its stage: whole days, so that it moves at most once a day.
 * @param lastAt its last activity, where another than the one it had is asked about
 */
export function idleEnd(one: CaseState, blueprint: Blueprint, lastAt = one.lastAt): number {
  const stay = lastStay(one);
  return stay === undefined ? 0 : dayCeiling(lastAt + stageAt(blueprint, stay.stage).idleMs);
}

/** End of a stay as it stands now: by an event, else by the clock. @param lastAt as for `idleEnd` */
export function stayEnd(one: CaseState, stay: Stay, blueprint: Blueprint, lastAt = one.lastAt): number {
  return stay.until !== 0 ? stay.until : idleEnd(one, blueprint, lastAt);
}

/** Whether a case is in a stage at an instant. */
export function isOpen(one: CaseState, blueprint: Blueprint, at: number): boolean {
  return one.closedAt === 0 && lastStay(one)?.until === 0 && at <= idleEnd(one, blueprint);
}

const NO_KEYS: readonly string[] = [];

/** Begins the key that is the id of a case. */
const BY_ID = 'case:';

/** The keys by which an event names its case: its id, then the key of its journey. */
function keysOf(event: StoredEvent, blueprint: Blueprint): readonly string[] {
  const kind = blueprint.file.correlation;
  const carried = kind === undefined ? undefined : event.who.find((who) => who[0] === kind);
  if (event.caseId === undefined) return carried === undefined ? NO_KEYS : [`${kind}:${carried[1]}`];
  return carried === undefined ? [BY_ID + event.caseId] : [BY_ID + event.caseId, `${kind}:${carried[1]}`];
}

/** How surely a case is the one that is named: by its id, by the key of its journey, or not at all. */
const NAMED = { byId: 2, byKey: 1, not: 0 } as const;

function namedBy(keys: readonly string[], one: CaseState): number {
  const [first, second] = keys;
  if (first === undefined) return NAMED.not;
  if (one.keys.includes(first)) return first.startsWith(BY_ID) ? NAMED.byId : NAMED.byKey;
  // Cases may share the key, as two complaints share an order: their ids tell them apart.
  return second !== undefined && one.keys.includes(second) && !one.keys.some((key) => key.startsWith(BY_ID)) ? NAMED.byKey : NAMED.not;
}

/** How surely an event names a case of this version of a journey; 0: it does not. The surer one has it, of equals the newer. */
export function howNamed(event: StoredEvent, blueprint: Blueprint, one: CaseState): number {
  return namedBy(keysOf(event, blueprint), one);
}

/** Whether an event names its case, and this is another one, which goes by its own name. */
export function namesAnother(event: StoredEvent, blueprint: Blueprint, one: CaseState): boolean {
  const keys = keysOf(event, blueprint);
  return keys.length > 0 && one.keys.length > 0 && namedBy(keys, one) === NAMED.not;
}

interface Choice {
  readonly rank: number;
  readonly match: Match;
  readonly one: CaseState | null;
  readonly keys: readonly string[];
}

/** The newer by opening; equal times by id, so that the answer does not depend on the order of arrival. */
function newer(best: CaseState | undefined, one: CaseState): CaseState {
  return best === undefined || one.openedAt > best.openedAt || (one.openedAt === best.openedAt && one.id > best.id) ? one : best;
}

function choose(state: CustomerState, match: Match, event: StoredEvent): Choice | null {
  const { blueprint, touchpoint } = match;
  const keys = keysOf(event, blueprint);
  let named: CaseState | undefined;
  let surely: number = NAMED.not;
  let unnamed: CaseState | undefined;
  let running: CaseState | undefined;
  let known = false;
  for (const one of state.cases) {
    if (one.journey !== blueprint.journey) continue;
    const how = namedBy(keys, one);
    if (one.version !== blueprint.version) {
      known ||= how !== NAMED.not;
      continue;
    }
    if (how !== NAMED.not && how >= surely) {
      named = newer(how === surely ? named : undefined, one);
      surely = how;
    }
    if (!isOpen(one, blueprint, event.at)) continue;
    running = newer(running, one);
    if (one.keys.length === 0) unnamed = newer(unnamed, one);
  }
  if (named !== undefined) return { rank: 2 + surely, match, one: named, keys };
  if (keys.length > 0) {
    if (unnamed !== undefined) return { rank: 2, match, one: unnamed, keys };
    // A case of another version that goes by this key is not begun again.
    if (touchpoint.stage !== null && match.inForce && !known) return { rank: 2, match, one: null, keys };
  }
  if (running !== undefined) return { rank: 1, match, one: running, keys: NO_KEYS };
  return touchpoint.entry && touchpoint.stage !== null && match.inForce ? { rank: 0, match, one: null, keys } : null;
}

/**
 * Finds the case of an event: by caseId or correlation key (the newest open case without a key takes it on), else the newest open case of a
 * journey that has the touchpoint, else an entry touchpoint opens one; else null: unattached, still on the timeline.
 */
export function caseOf(state: CustomerState, matches: readonly Match[], event: StoredEvent): Choice | null {
  let best: Choice | null = null;
  for (const match of matches) {
    const choice = choose(state, match, event);
    if (choice === null) continue;
    if (best === null || choice.rank > best.rank || (choice.rank === best.rank && (choice.one?.openedAt ?? 0) > (best.one?.openedAt ?? 0)))
      best = choice;
  }
  return best;
}

/** The case that an event names by its id or by the key of its journey, though no touchpoint takes it up: it happened in that case, and moves it nowhere. */
export function caseSpokenOf(state: CustomerState, event: StoredEvent, blueprints: Blueprints): CaseState | undefined {
  const how = (one: CaseState): number => {
    if (event.journey !== undefined && event.journey !== one.journey) return NAMED.not;
    const its = blueprints.get(one.journey, one.version);
    return its === undefined ? NAMED.not : howNamed(event, its, one);
  };
  const named = state.cases.filter((one) => how(one) !== NAMED.not);
  const surely = Math.max(...named.map(how));
  return named.filter((one) => how(one) === surely).reduce<CaseState | undefined>(newer, undefined);
}

/** Whether the id of a case names the event that begins it, because it has no name of its own. */
export function isFirstEvent(id: string): boolean {
  return isKeyApart(id.slice(id.indexOf(':') + 1));
}

/** Opens a case with the event that begins it. */
export function openCase(state: CustomerState, choice: Choice, event: StoredEvent): CaseState {
  const { blueprint, touchpoint } = choice.match;
  const one: CaseState = {
    id: `${blueprint.journey}:${event.caseId ?? choice.keys[0]?.slice(choice.keys[0].indexOf(':') + 1) ?? event.key}`,
    journey: blueprint.journey,
    version: blueprint.version,
    keys: [...choice.keys],
    segment: event.segment ?? (state.segment === '' ? 'unknown' : state.segment),
    area: state.area,
    channel: event.channel ?? touchpoint.channel,
    openedAt: event.at,
    lastAt: event.at,
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
  };
  state.cases.push(one);
  return one;
}

/** Whether a stage is the funnel step that comes next in order, within the window from entry, which later entries do not reset. */
export function isNextStep(one: CaseState, blueprint: Blueprint, at: number, stage: number): boolean {
  const step = blueprint.steps.indexOf(stage);
  if (step < 0 || step !== one.steps.length || one.excludedAt !== 0) return false;
  const entry = one.steps[0];
  return entry === undefined || at - entry <= blueprint.file.window;
}

/** Whether the case has converted: it took every step in order, within the window. A case can reach its goal without. */
export function converted(one: CaseState, blueprint: Blueprint): boolean {
  return one.steps.length === blueprint.steps.length;
}

/** Whether the case can be taken out of the funnel: only while it is still running. */
export function isExcludable(one: CaseState, blueprint: Blueprint, at: number): boolean {
  const entry = one.steps[0];
  return entry !== undefined && one.excludedAt === 0 && !converted(one, blueprint) && at - entry <= blueprint.file.window;
}

/** Takes the case out of the funnel, where it can be: neither converted nor lost. */
export function exclude(one: CaseState, blueprint: Blueprint, at: number): void {
  if (isExcludable(one, blueprint, at)) one.excludedAt = at;
}

/** Ends the running stay by the clock where the case has been idle too long. Changes no number: the end was booked before. */
export function lapse(one: CaseState, blueprint: Blueprint, at: number): void {
  const stay = lastStay(one);
  if (stay === undefined || stay.until !== 0) return;
  const end = idleEnd(one, blueprint);
  if (at > end) stay.until = end;
}

/** The first stay in each stage. */
function firstStays(one: CaseState): readonly Stay[] {
  return one.stays.filter((stay, i) => one.stays.findIndex((other) => other.stage === stay.stage) === i);
}

function funnelBookings(one: CaseState, blueprint: Blueprint): Booking[] {
  const bookings: Booking[] = [];
  const cell = (stage: number): string => blueprint.cells.of('F', stageAt(blueprint, stage).id, one.segment, one.channel);
  const opened = hourAnchor(one.openedAt);
  for (const stay of firstStays(one)) bookings.push([cell(stay.stage), FUNNEL.visited, opened, minuteOf(stay.from), 1]);
  const entry = one.steps[0];
  if (entry === undefined) return bookings;
  const anchor = hourAnchor(entry);
  one.steps.forEach((at, k) => {
    const here = cell(blueprint.steps[k] ?? 0);
    const before = one.steps[k - 1];
    bookings.push([here, FUNNEL.reached, anchor, minuteOf(at), 1]);
    if (before !== undefined) bookings.push([here, FUNNEL.bins + binOf(at - before), anchor, minuteOf(at), 1]);
  });
  const deepest = cell(blueprint.steps[one.steps.length - 1] ?? 0);
  if (one.excludedAt !== 0) bookings.push([deepest, FUNNEL.excluded, anchor, minuteOf(one.excludedAt), 1]);
  else if (!converted(one, blueprint)) bookings.push([deepest, FUNNEL.dropped, anchor, minuteOf(entry + blueprint.file.window + 1), 1]);
  return bookings;
}

/** A case as it stands on its list; stages by their place, instants in ms, 0 = never. */
export type CaseMember = readonly [
  caseId: string,
  segment: string,
  channel: Channel,
  openedAt: number,
  steps: readonly number[],
  excludedAt: number,
  /** the first stay in each stage */
  stays: readonly (readonly [stage: number, from: number])[],
  deviations: readonly Deviation[],
  goalAt: number,
];

/** The case as a row: on the list of its journey, by entry into the funnel (by opening, where it never entered). */
export function caseRow(one: CaseState, blueprint: Blueprint): Row {
  const member: CaseMember = [
    one.id,
    one.segment,
    one.channel,
    one.openedAt,
    [...one.steps],
    one.excludedAt,
    firstStays(one).map((stay) => [stay.stage, stay.from] as const),
    one.deviations.map((d): Deviation => [...d]),
    one.goalAt,
  ];
  return {
    list: `cases:${one.journey}:${one.version}`,
    score: one.steps[0] ?? one.openedAt,
    member,
    bookings: bookWay(funnelBookings(one, blueprint), one, blueprint),
    trail: null,
    also: NOWHERE_ELSE,
  };
}

/** The first instant at which a stay is longer than the standard time of its stage for such a case; 0: never. */
export function stuckFrom(one: CaseState, stay: Stay, blueprint: Blueprint): number {
  return overdueFrom(standardFor(stageAt(blueprintForCase(blueprint, one), stay.stage), one), stay.from);
}

/** Key of a case among what an event touches. */
export function caseKey(one: CaseState): string {
  return `c:${one.id}:${one.openedAt}`;
}

/** Key of a stay among what an event touches: by its place among the stays of its case, which never lose one. */
export function stayKey(one: CaseState, stay: Stay): string {
  return `s:${one.id}:${one.openedAt}:${one.stays.indexOf(stay)}`;
}
