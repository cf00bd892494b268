import type { AttemptState } from '../customer/state.ts';
import type { Funnel } from './compile.ts';
import type { Lane, Sighting } from './attempt.ts';
import { happen } from './attempt.ts';

/** Up to so many events of one instant every order is tried; more are taken in the order of the steps they could stand for. */
const MOST_TRIED = 5;

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

/** How good an order is for the customer, most important first; higher is better. */
function worthOf(funnel: Funnel, lane: Lane, order: readonly Sighting[]): readonly number[] {
  const copy: Lane = { ...lane, open: lane.open === null ? null : copyOf(lane.open) };
  const seen = new Set<AttemptState>();
  const note = (attempt: AttemptState): void => void seen.add(attempt);
  for (const sighting of order) happen(funnel, copy, sighting, { begins: note, changes: note });
  const attempts = [...seen];
  const ended = attempts.filter((attempt) => attempt !== copy.open && attempt.convertedFrom === 0);
  const deepest = copy.open?.chains.at(-1);
  return [
    attempts.filter(({ convertedFrom }) => convertedFrom !== 0).length,
    -ended.filter(({ excludedAt }) => excludedAt !== 0).length,
    -ended.filter(({ excludedAt }) => excludedAt === 0).length,
    copy.open === null ? 0 : copy.open.steps.findLastIndex((at) => at !== 0) + 1,
    attempts.reduce((sum, { steps }) => sum + steps.filter((at) => at !== 0).length, 0),
    deepest?.[1] ?? 0,
  ];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, worth] of a.entries()) {
    const other = b[i] ?? 0;
    if (worth !== other) return worth > other;
  }
  return false;
}

function* ordersOf(sightings: readonly Sighting[]): Generator<readonly Sighting[]> {
  if (sightings.length <= 1) {
    yield sightings;
    return;
  }
  for (const [i, first] of sightings.entries()) for (const rest of ordersOf(sightings.toSpliced(i, 1))) yield [first, ...rest];
}

const lowestStep = (steps: number): number => (steps === 0 ? 32 : 31 - Math.clz32(steps & -steps));

/**
 * The order in which events of one instant are taken: of all orders in which they may have happened, the best for the customer (most conversions, fewest
 * exclusions and breaks, furthest, then the first by key). So a tie never costs a conversion.
 */
export function bestOrder(funnel: Funnel, lane: Lane, sightings: readonly Sighting[]): readonly Sighting[] {
  if (sightings.length <= 1) return sightings;
  if (sightings.length > MOST_TRIED) return [...sightings].sort((a, b) => lowestStep(a.steps) - lowestStep(b.steps));
  let best: { readonly order: readonly Sighting[]; readonly worth: readonly number[] } | undefined;
  for (const order of ordersOf(sightings)) {
    const worth = worthOf(funnel, lane, order);
    if (best === undefined || isBetter(worth, best.worth)) best = { order, worth };
  }
  return best?.order ?? sightings;
}
