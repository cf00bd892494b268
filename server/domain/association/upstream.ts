import { experienceOf } from '../moment/story.ts';
import type { Together } from '../kernel/contingency.ts';
import type { Passage, PassageVisit } from './passage.ts';

/** A case that came to a stage: what it had passed before, and whether a visit of that stage was bad. */
export interface Arrival {
  readonly passage: Passage;
  /** touchpoints passed before the stage was first entered */
  readonly passed: ReadonlySet<number>;
  readonly bad: boolean;
  /** its first bad visit there, else its first */
  readonly visit: PassageVisit;
}

/** How a case came to a stage and fared there; undefined: it never came. */
export function arrivalAt(passage: Passage, stage: number): Arrival | undefined {
  const there = passage.visits.filter((visit) => visit.stage === stage);
  const [first] = there;
  if (first === undefined) return undefined;
  const passed = new Set(passage.touches.filter(({ at }) => at < first.begun).map(({ touchpoint }) => touchpoint));
  const bad = there.find((visit) => experienceOf(visit) === 'bad');
  return { passage, passed, bad: bad !== undefined, visit: bad ?? first };
}

/** Having passed a touchpoint before, and a bad visit of the stage: `first` passed it, `second` fared badly, `all` came to the stage. */
export interface Upstream extends Together {
  readonly passed: number;
}

/** Every touchpoint that anybody had passed before coming to the stage. */
export function upstreamOf(passages: Iterable<Passage>, touchpoints: number, stage: number): Upstream[] {
  const [first, both] = [new Array<number>(touchpoints).fill(0), new Array<number>(touchpoints).fill(0)];
  let [all, second] = [0, 0];
  for (const passage of passages) {
    const arrival = arrivalAt(passage, stage);
    if (arrival === undefined) continue;
    all++;
    if (arrival.bad) second++;
    for (const touchpoint of arrival.passed) {
      first[touchpoint] = (first[touchpoint] ?? 0) + 1;
      if (arrival.bad) both[touchpoint] = (both[touchpoint] ?? 0) + 1;
    }
  }
  return first.flatMap((n, passed) => (n === 0 ? [] : [{ passed, both: both[passed] ?? 0, first: n, second, all }]));
}
