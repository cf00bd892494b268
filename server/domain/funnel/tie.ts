import type { AttemptState, FunnelState } from '../customer/state.ts';
import type { Funnel } from './compile.ts';
import type { Lane, Sighting } from './attempt.ts';
import { happen, lapse } from './attempt.ts';

/** Ways things may have gone that are kept side by side; of more, the best for the customer so far. */
const MOST_WORLDS = 32;
/** The more events of one instant, the fewer ways are kept on the way through it, so that thousands cannot hold everything up: at least a few. */
const MOST_COURSES = 2048;
const FEWEST_WORLDS = 4;
/** Attempts that may end while it is open how things went; then the best way so far is the one. */
const MOST_ENDED = 16;

/**
 * One way things may have gone in a passage. Events of one instant have no order, and what comes later may show which order was best for the customer:
 * so every order is followed that still can make a difference, until only one can. A world
 * reaches from the first instant on whose order is open.
 */
export interface World {
  /** attempts that are over, in the order of their entries */
  readonly ended: readonly AttemptState[];
  readonly open: AttemptState | null;
  readonly done: boolean;
}

/** A passage in which events of one instant lead to different ends, by the order in which they happened. */
export interface Undecided {
  readonly lane: string;
  readonly case: string;
  /** at least two, none of them with the same future as another, the best for the customer first: that one is shown */
  readonly worlds: readonly World[];
}

/** What is known of a customer in a saved funnel, and what is open. A passage stands either here or there. */
export interface TiedState extends FunnelState {
  /** only where there is any */
  undecided?: readonly Undecided[];
}

type Passage = Pick<Lane, 'id' | 'case'>;

function copyOf(attempt: AttemptState): AttemptState {
  return {
    ...attempt,
    steps: [...attempt.steps],
    gaps: [...attempt.gaps],
    chains: attempt.chains.map(([step, entry, last]) => [step, entry, last]),
    could: [...attempt.could],
    groups: attempt.groups.map((groups) => [...groups]),
  };
}

/** Attempts of a world, in the order of their entries. */
export function attemptsIn({ ended, open }: World): readonly AttemptState[] {
  return open === null ? ended : [...ended, open];
}

/** A world after one more event; the one before stays as it is. */
function worldAfter(funnel: Funnel, passage: Passage, { world, sighting }: { readonly world: World; readonly sighting: Sighting }): World {
  const lane: Lane = { ...passage, open: world.open === null ? null : copyOf(world.open), done: world.done };
  const there = new Set<AttemptState>(lane.open === null ? [] : [lane.open]);
  happen(funnel, lane, sighting, { begins: (attempt) => void there.add(attempt), changes: () => undefined });
  const over = [...there].filter((attempt) => attempt !== lane.open);
  return { ended: [...world.ended, ...over], open: lane.open, done: lane.done };
}

/** A world after the clock has gone on. What is shown of it does not change: the end was booked before. */
function worldAt(funnel: Funnel, passage: Passage, { world, at }: { readonly world: World; readonly at: number }): World {
  if (world.open === null || at < world.open.lostAt) return world;
  const lane: Lane = { ...passage, open: world.open, done: world.done };
  lapse(funnel, lane, at);
  return { ended: attemptsIn(world), open: lane.open, done: lane.done };
}

/** How good an attempt is for the customer, most important first: how early it begins, how long it lasts, how soon it converts, how far it came, from how late. */
function worthOfAttempt(attempt: AttemptState): readonly number[] {
  const { entry, steps, convertedFrom, excludedAt, lostAt } = attempt;
  const converted = convertedFrom !== 0;
  const until = converted ? Infinity : Math.max(excludedAt, lostAt);
  return [-entry, until, converted ? -(steps.at(-1) ?? 0) : 0, steps.filter((at) => at !== 0).length, convertedFrom];
}

/** How good a world is for the customer, most important first: most conversions, fewest exclusions and breaks, then attempt by attempt. */
function worthOf(world: World): readonly number[] {
  const attempts = attemptsIn(world);
  const count = (is: (attempt: AttemptState) => boolean): number => attempts.filter(is).length;
  const converted = count(({ convertedFrom }) => convertedFrom !== 0);
  const excluded = count(({ excludedAt }) => excludedAt !== 0);
  const broken = count(({ chains }) => chains.length === 0) - converted - excluded;
  return [converted, -excluded, -broken, ...attempts.flatMap(worthOfAttempt)];
}

/** Below zero where the first is better. What one has and the other has not is better than nothing. */
function compareWorths(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i] ?? -Infinity, b[i] ?? -Infinity];
    if (one !== other) return one > other ? -1 : 1;
  }
  return 0;
}

/** Two worlds that agree in this have the same future, whatever comes. */
function futureOf({ open, done }: World): unknown {
  return open === null ? done : [open.chains, open.could, open.steps.map((at) => (at === 0 ? 0 : 1))];
}

/** A world on its way through one instant: how many events of each kind have happened in it. */
interface Course {
  readonly world: World;
  readonly taken: readonly number[];
}

/** Of those with the same future and the same events still to come, the best; the best first, and not too many. */
function distinct(courses: readonly Course[], most = MOST_WORLDS): readonly Course[] {
  if (courses.length <= 1) return courses;
  const found = new Map<string, { readonly course: Course; readonly worth: readonly number[] }>();
  for (const course of courses) {
    const key = JSON.stringify([course.taken, futureOf(course.world)]);
    const there = found.get(key);
    const worth = worthOf(course.world);
    if (there === undefined || compareWorths(worth, there.worth) < 0) found.set(key, { course, worth });
  }
  const sorted = [...found.values()].sort((a, b) => compareWorths(a.worth, b.worth));
  return sorted.slice(0, most).map(({ course }) => course);
}

/** The worlds that need be kept, the best for the customer first; one: it is decided. */
function worldsKept(funnel: Funnel, worlds: readonly World[]): readonly World[] {
  const kept = distinct(worlds.map((world) => ({ world, taken: [] }))).map(({ world }) => world);
  const [best] = kept;
  if (best === undefined) return kept;
  // Where there is but one attempt, nothing is better than that it has converted.
  const hasAll = funnel.definition.reentry === 'off' && best.ended.some(({ convertedFrom }) => convertedFrom !== 0);
  return hasAll || best.ended.length > MOST_ENDED ? [best] : kept;
}

/** Events that are the same to the funnel: their order among themselves says nothing. */
export function kindsOf(sightings: readonly Sighting[]): readonly (readonly Sighting[])[] {
  const kinds = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const key = `${sighting.steps} ${sighting.exclusions}`;
    const there = kinds.get(key);
    if (there === undefined) kinds.set(key, [sighting]);
    else there.push(sighting);
  }
  return [...kinds.values()];
}

/** Ways in which a passage may have gone on with events of one instant, in any order: as many as have different futures. */
export function worldsAfter(
  funnel: Funnel,
  passage: Passage,
  { worlds, kinds }: { readonly worlds: readonly World[]; readonly kinds: readonly (readonly Sighting[])[] },
): readonly World[] {
  const onward = ({ world, taken }: Course): Course[] =>
    kinds.flatMap((kind, k) => {
      const sighting = kind[taken[k] ?? 0];
      if (sighting === undefined) return [];
      return [{ world: worldAfter(funnel, passage, { world, sighting }), taken: taken.map((n, i) => (i === k ? n + 1 : n)) }];
    });
  let courses: readonly Course[] = worlds.map((world) => ({ world, taken: kinds.map(() => 0) }));
  const events = kinds.reduce((sum, kind) => sum + kind.length, 0);
  const most = Math.min(MOST_WORLDS, Math.max(FEWEST_WORLDS, Math.floor(MOST_COURSES / events)));
  for (let i = 0; i < events; i++) courses = distinct(courses.flatMap(onward), most);
  return worldsKept(
    funnel,
    courses.map(({ world }) => world),
  );
}

/** Ways that are still different after the clock has gone on. */
export function worldsAt(
  funnel: Funnel,
  passage: Passage,
  { worlds, at }: { readonly worlds: readonly World[]; readonly at: number },
): readonly World[] {
  const later = worlds.map((world) => worldAt(funnel, passage, { world, at }));
  return later.every((world, i) => world === worlds[i]) ? worlds : worldsKept(funnel, later);
}
