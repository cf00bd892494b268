import type { AttemptState, CustomerState, FunnelState } from '../customer/state.ts';
import type { Touched } from '../kernel/row.ts';
import type { Funnel, FunnelEvent, Funnels } from './compile.ts';
import type { Lane, Sighting, Watch } from './attempt.ts';
import { happen, lapse, placeName } from './attempt.ts';
import { fieldOf } from './compile.ts';
import { attemptRow } from './row.ts';
import { bestOrder } from './tie.ts';

/** The passage an event belongs to; undefined where it belongs to none. */
function laneOf(funnel: Funnel, one: FunnelEvent): { readonly id: string; readonly case: string } | undefined {
  const { count, hold, journey } = funnel.definition;
  const own = count === 'case' ? (one.journey === journey ? one.caseId : '') : '';
  if (count === 'case' && own === '') return undefined;
  const held = hold === undefined ? '' : fieldOf(one, hold);
  if (held === undefined) return undefined;
  return { id: hold === undefined ? own : JSON.stringify([own, held]), case: own };
}

function keyOf(funnel: Funnel, attempt: AttemptState): string {
  return `f:${funnel.key}:${attempt.id}`;
}

interface Applying {
  readonly funnel: Funnel;
  readonly state: FunnelState;
  readonly touched: Touched;
  /** events of one instant, in the order of their keys */
  readonly group: readonly FunnelEvent[];
}

function watching({ funnel, touched }: Applying): Watch {
  const make = (attempt: AttemptState) => () => attemptRow(attempt, funnel);
  return {
    begins: (attempt) => touched.begin(keyOf(funnel, attempt), make(attempt)),
    changes: (attempt) => touched.change(keyOf(funnel, attempt), make(attempt)),
  };
}

/** What the events of this instant are to the passages of one funnel. Where nothing may come between steps, every event of a passage counts. */
function sightingsOf(applying: Applying): Map<string, { readonly case: string; readonly seen: readonly Sighting[] }> {
  const { funnel, group, state } = applying;
  const lanes = new Map<string, { readonly case: string; readonly seen: Sighting[] }>();
  for (const one of group) {
    const sighting = { one, at: one.event.at, key: one.event.key, steps: funnel.steps(one), exclusions: funnel.exclusions(one) };
    const matters = sighting.steps !== 0 || sighting.exclusions !== 0;
    if (!matters && funnel.definition.order !== 'strict') continue;
    const lane = laneOf(funnel, one);
    if (lane === undefined) continue;
    const there = lanes.get(lane.id);
    if (there === undefined) lanes.set(lane.id, { case: lane.case, seen: [sighting] });
    else there.seen.push(sighting);
  }
  for (const [id, { seen }] of lanes)
    if (!state.open.some((attempt) => attempt.lane === id) && seen.every(({ steps }) => steps === 0)) lanes.delete(id);
  return lanes;
}

function lapseAll({ funnel, state }: Applying, at: number): void {
  for (const attempt of [...state.open]) {
    const lane: Lane = { id: attempt.lane, case: attempt.case, open: attempt, done: false };
    lapse(funnel, lane, at);
    keep(state, lane, attempt);
  }
}

/** Takes over what a passage has become. */
function keep(state: FunnelState, lane: Lane, before: AttemptState | null): void {
  if (lane.open !== before) {
    if (before !== null) state.open = state.open.filter((attempt) => attempt !== before);
    if (lane.open !== null) state.open.push(lane.open);
  }
  if (lane.done && !state.done.includes(lane.id)) state.done = [...state.done, lane.id].sort();
}

/** Where the customer went first after the step reached last: the first event later than it. */
function noteNext(applying: Applying, at: number, watch: Watch): void {
  const first = applying.group[0];
  if (first === undefined) return;
  for (const attempt of applying.state.open) {
    if (attempt.next !== '' || Math.max(...attempt.steps) >= at) continue;
    watch.changes(attempt);
    attempt.next = placeName(first);
  }
}

function applyOne(applying: Applying, at: number): void {
  const { funnel, state } = applying;
  const watch = watching(applying);
  lapseAll(applying, at);
  for (const [id, { case: own, seen }] of sightingsOf(applying)) {
    const before = state.open.find((attempt) => attempt.lane === id) ?? null;
    const lane: Lane = { id, case: own, open: before, done: state.done.includes(id) };
    for (const sighting of bestOrder(funnel, lane, seen)) happen(funnel, lane, sighting, watch);
    keep(state, lane, before);
  }
  noteNext(applying, at, watch);
}

/**
 * Takes the events of one instant into the saved funnels: those that some step looks for, and those in which the customer is on the way.
 * @param group events of one (time, sequence), in the order of their keys
 */
export function foldFunnels(
  state: CustomerState,
  group: readonly FunnelEvent[],
  known: { readonly funnels: Funnels; readonly touched: Touched },
): void {
  const { funnels, touched } = known;
  const first = group[0];
  if (first === undefined) return;
  const concerned = new Set<Funnel>();
  for (const one of group) for (const funnel of funnels.concerning(one)) concerned.add(funnel);
  for (const [key, { open }] of Object.entries(state.funnels)) {
    const funnel = open.length > 0 ? funnels.byKey(key) : undefined;
    if (funnel !== undefined) concerned.add(funnel);
  }
  for (const funnel of concerned) {
    const there = state.funnels[funnel.key];
    const own = there ?? { open: [], done: [] };
    applyOne({ funnel, state: own, touched, group }, first.event.at);
    if (there !== undefined && own.open.length === 0 && own.done.length === 0) delete state.funnels[funnel.key];
    else if (there === undefined && (own.open.length > 0 || own.done.length > 0)) remember(state, funnel.key, own);
  }
}

/** Keeps the funnels of a state in the order of their keys, so that the same events give the same bytes. */
function remember(state: CustomerState, key: string, own: FunnelState): void {
  const sorted = [...Object.entries(state.funnels), [key, own] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  state.funnels = Object.fromEntries(sorted);
}
