import { HOUR } from '#lib/contract/time.ts';

/** A named range as it is shown: where it starts, and how far that was counted back, ms. */
export interface NamedRange {
  readonly from: number;
  readonly length: number;
}

/** How long it is until a named range starts an hour later, ms: its start is counted back from now, to the hour. */
export function movesIn({ from, length }: NamedRange, now: number): number {
  return Math.max(0, from + length + HOUR - now);
}
