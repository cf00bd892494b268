import type { Together } from '../kernel/contingency.ts';
import type { Passage } from './passage.ts';

/** A case when it first came to a touchpoint, and what followed within the window. Every case is there at most once for each touchpoint. */
export interface Occasion {
  readonly passage: Passage;
  readonly touchpoint: number;
  /** ms */
  readonly at: number;
  /** other touchpoints that followed within the window, with the time it took, ms */
  readonly followed: ReadonlyMap<number, number>;
}

/** How long is waited for what follows, and until when the cases are known, ms. */
export interface Watching {
  readonly window: number;
  readonly until: number;
}

/** The occasions of a case that had the whole window before the position: of the others nobody knows yet what follows. */
export function* occasionsOf(passage: Passage, { window, until }: Watching): Generator<Occasion> {
  const { touches } = passage;
  const seen = new Set<number>();
  for (let i = 0; i < touches.length; i++) {
    const touch = touches[i];
    if (touch === undefined || seen.has(touch.touchpoint)) continue;
    seen.add(touch.touchpoint);
    if (touch.at + window > until) continue;
    const followed = new Map<number, number>();
    for (let j = i + 1; j < touches.length; j++) {
      const next = touches[j];
      if (next === undefined || next.at - touch.at > window) break;
      if (next.touchpoint !== touch.touchpoint && !followed.has(next.touchpoint)) followed.set(next.touchpoint, next.at - touch.at);
    }
    yield { passage, touchpoint: touch.touchpoint, at: touch.at, followed };
  }
}

/** After one touchpoint, another followed: how often, against how often it follows anywhere. */
export interface Following extends Together {
  readonly after: number;
  readonly then: number;
  /** of those in which it followed, ms */
  readonly medianGap: number | null;
}

/** @param values not empty; changed */
function medianOf(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? (values[middle] ?? 0) : ((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2;
}

/**
 * Every ordered pair of touchpoints of which both came about. Counted are occasions: `first` those at `after`, `second` those at any touchpoint but
 * `then` itself that `then` followed, `all` those at any touchpoint but `then`, `both` those at `after` that `then` followed.
 */
export function followings(passages: Iterable<Passage>, touchpoints: number, watching: Watching): Following[] {
  const here = new Array<number>(touchpoints).fill(0);
  const gaps: number[][] = Array.from({ length: touchpoints * touchpoints }, () => []);
  let total = 0;
  for (const passage of passages)
    for (const { touchpoint, followed } of occasionsOf(passage, watching)) {
      total++;
      here[touchpoint] = (here[touchpoint] ?? 0) + 1;
      for (const [then, gap] of followed) gaps[touchpoint * touchpoints + then]?.push(gap);
    }
  const followedAnywhere = here.map((_, then) =>
    here.reduce((sum, _one, after) => sum + (gaps[after * touchpoints + then]?.length ?? 0), 0),
  );
  return here.flatMap((first, after) =>
    first === 0
      ? []
      : here.flatMap((_, then): Following[] => {
          const second = followedAnywhere[then] ?? 0;
          if (after === then || second === 0) return [];
          const between = gaps[after * touchpoints + then] ?? [];
          const medianGap = between.length === 0 ? null : medianOf(between);
          return [{ after, then, both: between.length, first, second, all: total - (here[then] ?? 0), medianGap }];
        }),
  );
}
