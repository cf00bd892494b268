/** A score as an event carries it. */
export interface Score {
  /** `csat` and `stars` from 1, usually to 5; `ces` from 1, usually to 7; `nps` from 0, usually to 10; `valence` -1..1 */
  readonly kind: 'csat' | 'stars' | 'ces' | 'nps' | 'valence';
  readonly value: number;
  /** highest point of the scale where it differs from the usual one; the lowest stays */
  readonly scale?: number;
}

/** Ease speaks of the effort, not of the whole feeling: only so much of it goes into the valence. */
const EASE_INTO_VALENCE = 0.6;

/** The recommendation scale is far from even: 6 is a detractor, 7 lukewarm, and only 9 and 10 are warm. */
const NPS_VALENCES: readonly (readonly [number, number])[] = [
  [0, -1],
  [3, -0.65],
  [6, -0.3],
  [7, 0],
  [8, 0.2],
  [9, 0.7],
  [10, 1],
];

/**
 * Where a score stands on its own scale, -1 (worst) to 1 (best).
 * @returns null where the value is not on the scale: a wrong number is no feeling
 */
export function positionOfScore(score: Score): number | null {
  const { kind, value, scale } = score;
  switch (kind) {
    case 'csat':
    case 'stars':
      return between(value, 1, scale ?? 5);
    case 'ces':
      return between(value, 1, scale ?? 7);
    case 'nps': {
      const even = between(value, 0, scale ?? 10);
      return even === null ? null : interpolate(NPS_VALENCES, 5 * (even + 1));
    }
    case 'valence':
      return between(value, -(scale ?? 1), scale ?? 1);
  }
}

/**
 * Valence of a score, -1..1: its position, for ease (`ces`) only 0.6 of it.
 * @returns null where the value is not on the scale
 */
export function valenceOfScore(score: Score): number | null {
  const position = positionOfScore(score);
  if (position === null) return null;
  return score.kind === 'ces' ? EASE_INTO_VALENCE * position : position;
}

function between(value: number, low: number, high: number): number | null {
  return low < high && value >= low && value <= high ? (2 * value - low - high) / (high - low) : null;
}

function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  let [fromX, fromY] = points[0] ?? [0, 0];
  for (const [toX, toY] of points) {
    if (x <= toX) return toX === fromX ? toY : fromY + ((x - fromX) / (toX - fromX)) * (toY - fromY);
    [fromX, fromY] = [toX, toY];
  }
  return fromY;
}
