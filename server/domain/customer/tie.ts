import type { PromiseRule } from '../blueprint/promise-rule.ts';

/**
 * Turns of what the events of a tie do once the cases have taken all of them in. A tie costs nothing: a promise is made before anything becomes of
 * it, it is kept before it is withdrawn,
 * and a case leaves only when everything else has counted.
 */
export const TURN = { made: 0, changed: 1, renewed: 2, kept: 3, withdrawn: 4, excluded: 5, closed: 6 } as const;

/** Something that waits for its turn. */
export interface Waiting {
  readonly turn: number;
  readonly run: () => void;
}

/** Does everything that waits: by turn, and in the order of its events within one. */
export function settleTie(waiting: Waiting[]): void {
  for (const { run } of waiting.sort((a, b) => a.turn - b.turn)) run();
}

/** The turn of what an event says about a promise. */
export function promiseTurn(change: string): number {
  if (change === 'made' || change === 'kept' || change === 'withdrawn') return TURN[change];
  return TURN.changed;
}

/** The turn of what a touchpoint does by rule to promises of one kind. One that both keeps and makes them keeps the one before, which another may have made. */
export function ruledTurn(rules: readonly PromiseRule[], touchpoint: string): number {
  if (!rules.some((rule) => rule.keptBy.has(touchpoint))) return TURN.made;
  return rules.some((rule) => rule.madeBy.has(touchpoint)) ? TURN.renewed : TURN.kept;
}
