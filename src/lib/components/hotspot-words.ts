import * as m from '#messages/hotspots.ts';
import { decimal } from './format.ts';

/** Where hardly anything is usual, a few visits are any multiple of it: beyond this, how many times says nothing more. */
const MOST_TIMES = 20;

/** How many times the usual a hotspot is. */
export function timesUsual(ratio: number): string {
  return ratio > MOST_TIMES ? m.timesMost({ most: MOST_TIMES }) : m.times({ ratio: decimal(ratio) });
}

/** The same in few words, for a wall. */
export function timesUsualShort(ratio: number): string {
  return ratio > MOST_TIMES ? m.wallMost({ most: MOST_TIMES }) : m.wall({ ratio: decimal(ratio) });
}
