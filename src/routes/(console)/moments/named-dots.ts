/** A dot on a square field of 100 by 100, from the top left. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}
/** A dot that would like its name beside it. */
export interface NamedDot extends Dot {
  readonly id: string;
  readonly name: string;
}
/** On which side of its dot a name stands. */
export type Side = 'left' | 'right';

/** Names beside so many dots: the others are in the table. */
const NAMED = 6;
const FIELD = 100;
/** px that a letter takes, broad ones among them */
const LETTER = 7;
/** px across, on the narrowest screen */
export const NARROWEST = 230;
const BESIDE = 2;
const DOT = 2.5;
const HALF_LINE = 3.5;

interface Name {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

function nameAt({ x, y, name }: NamedDot, side: Side, fieldPx: number): Name {
  const width = (FIELD * name.length * LETTER) / fieldPx;
  return side === 'right' ? { from: x + BESIDE, to: x + BESIDE + width, y } : { from: x - BESIDE - width, to: x - BESIDE, y };
}

/**
 * Which dots have their names beside them, and on which side: in the order given, as long as a name stays inside the field and lies upon no dot and no other
 * name, on a field so many px wide. Pure.
 */
export function namedDots(wanting: readonly NamedDot[], dots: readonly Dot[], fieldPx: number): ReadonlyMap<string, Side> {
  const chosen = new Map<string, Side>();
  const names: Name[] = [];
  const free = (name: Name): boolean =>
    name.from >= 0 &&
    name.to <= FIELD &&
    dots.every(({ x, y }) => Math.abs(y - name.y) > HALF_LINE + DOT || x < name.from - DOT / 2 || x > name.to + DOT / 2) &&
    names.every((other) => Math.abs(other.y - name.y) > 2 * HALF_LINE || other.to < name.from || other.from > name.to);
  for (const dot of wanting) {
    if (chosen.size === NAMED) break;
    const side = (['right', 'left'] as const).find((one) => free(nameAt(dot, one, fieldPx)));
    if (side === undefined) continue;
    chosen.set(dot.id, side);
    names.push(nameAt(dot, side, fieldPx));
  }
  return chosen;
}
