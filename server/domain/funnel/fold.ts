import type { AttemptState, CustomerState, FunnelState } from '../customer/state.ts';
import type { Touched } from '../kernel/row.ts';
import type { Funnel, FunnelEvent, Funnels } from './compile.ts';
import type { Lane, Sighting, Watch } from './attempt.ts';
import type { TiedState, Undecided, World } from './tie.ts';
import { happen, lapse, wentTo } from './attempt.ts';
import { fieldOf } from './compile.ts';
import { attemptRow } from './row.ts';
import { attemptsIn, kindsOf, worldsAfter, worldsAt } from './tie.ts';

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
  readonly state: TiedState;
  readonly touched: Touched;
  /** events of one instant, in the order of their keys */
  readonly group: readonly FunnelEvent[];
}

const NONE: readonly Undecided[] = [];

function watching({ funnel, touched }: Applying): Watch {
  const make = (attempt: AttemptState) => () => attemptRow(attempt, funnel);
  return {
    begins: (attempt) => touched.begin(keyOf(funnel, attempt), make(attempt)),
    changes: (attempt) => touched.change(keyOf(funnel, attempt), make(attempt)),
  };
}

function isUnderWay({ open, undecided = NONE }: TiedState, lane: string): boolean {
  return open.some((attempt) => attempt.lane === lane) || undecided.some((one) => one.lane === lane);
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
  for (const [id, { seen }] of lanes) if (seen.every(({ steps }) => steps === 0) && !isUnderWay(state, id)) lanes.delete(id);
  return lanes;
}

function lapseAll(applying: Applying, at: number): void {
  const { funnel, state } = applying;
  for (const attempt of [...state.open]) {
    const lane: Lane = { id: attempt.lane, case: attempt.case, open: attempt, done: false };
    lapse(funnel, lane, at);
    keep(state, lane, attempt);
  }
  for (const one of state.undecided ?? NONE) {
    const passage = { id: one.lane, case: one.case };
    goOn(applying, passage, { before: one.worlds, after: worldsAt(funnel, passage, { worlds: one.worlds, at }) });
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

/** Shows other attempts of a passage than before: some may be as they were, some changed, some new, and some turn out never to have been. */
function show(applying: Applying, before: readonly AttemptState[], after: readonly AttemptState[]): void {
  const { funnel, touched } = applying;
  const watch = watching(applying);
  for (const attempt of before) {
    watch.changes(attempt);
    if (!after.some(({ id }) => id === attempt.id)) touched.vanish(keyOf(funnel, attempt));
  }
  for (const attempt of after) {
    if (before.some(({ id }) => id === attempt.id)) touched.replace(keyOf(funnel, attempt), () => attemptRow(attempt, funnel));
    else watch.begins(attempt);
  }
}

/** Takes over the ways in which a passage may have gone on: where there is one, it is as if there had been no other. */
function goOn(
  applying: Applying,
  passage: Pick<Lane, 'id' | 'case'>,
  { before, after }: { readonly before: readonly World[]; readonly after: readonly World[] },
): void {
  const { state } = applying;
  const [was, is] = [before[0], after[0]];
  if (was === undefined || is === undefined || before === after) return;
  show(applying, attemptsIn(was), attemptsIn(is));
  const undecided = (state.undecided ?? []).filter(({ lane }) => lane !== passage.id);
  state.open = state.open.filter(({ lane }) => lane !== passage.id);
  if (after.length > 1) undecided.push({ lane: passage.id, case: passage.case, worlds: after });
  else keep(state, { ...passage, open: is.open, done: is.done }, null);
  if (undecided.length > 0) state.undecided = undecided;
  else delete state.undecided;
}

/**
 * Where the customer went first after the step reached last: the first event later than it, also where the time of the attempt is over by then.
 * A step that this very event reaches takes it back.
 */
function noteNext(applying: Applying, at: number, watch: Watch): void {
  const { group, state } = applying;
  const first = group[0];
  if (first === undefined) return;
  const waits = (attempt: AttemptState): boolean => attempt.next === '' && Math.max(...attempt.steps) < at;
  for (const attempt of state.open.filter(waits)) {
    watch.changes(attempt);
    wentTo(attempt, first, at);
  }
  for (const { worlds } of state.undecided ?? NONE)
    for (const [i, { open }] of worlds.entries()) {
      if (open === null || !waits(open)) continue;
      if (i === 0) watch.changes(open);
      wentTo(open, first, at);
    }
}

function applyOne(applying: Applying, at: number): void {
  const { funnel, state } = applying;
  const watch = watching(applying);
  noteNext(applying, at, watch);
  lapseAll(applying, at);
  for (const [id, { case: own, seen }] of sightingsOf(applying)) {
    const open = state.open.find((attempt) => attempt.lane === id) ?? null;
    const lane: Lane = { id, case: own, open, done: state.done.includes(id) };
    const undecided = state.undecided?.find((one) => one.lane === id);
    const kinds = kindsOf(seen);
    if (undecided === undefined && kinds.length === 1) {
      for (const sighting of seen) happen(funnel, lane, sighting, watch);
      keep(state, lane, open);
    } else {
      const before = undecided?.worlds ?? [{ ended: [], open, done: lane.done }];
      goOn(applying, lane, { before, after: worldsAfter(funnel, lane, { worlds: before, kinds }) });
    }
  }
}

/** Whether later events can still change anything. */
function isOpen({ open, undecided = NONE }: TiedState): boolean {
  return open.length > 0 || undecided.length > 0;
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
  for (const [key, own] of Object.entries(state.funnels)) {
    const funnel = isOpen(own) ? funnels.byKey(key) : undefined;
    if (funnel !== undefined) concerned.add(funnel);
  }
  for (const funnel of concerned) {
    const there = state.funnels[funnel.key];
    const own: TiedState = there ?? { open: [], done: [] };
    applyOne({ funnel, state: own, touched, group }, first.event.at);
    const holds = isOpen(own) || own.done.length > 0;
    if (there !== undefined && !holds) delete state.funnels[funnel.key];
    else if (there === undefined && holds) remember(state, funnel.key, own);
  }
}

/** Keeps the funnels of a state in the order of their keys, so that the same events give the same bytes. */
function remember(state: CustomerState, key: string, own: FunnelState): void {
  const sorted = [...Object.entries(state.funnels), [key, own] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  state.funnels = Object.fromEntries(sorted);
}
