import { MINUTE } from '#lib/contract/time.ts';
import { dataAgeMs, livenessOf, STALE_AFTER_MS, type Pulse } from '#lib/live/pulse.ts';

/** What a wall shows of its own health: nobody stands by to press a key. */
export type WallHealth = 'starting' | 'live' | 'reconnecting' | 'stale';

/** Judges a pulse for a wall: a short loss is `reconnecting`, a longer one `stale`, whatever the socket says. */
export function wallHealthOf(pulse: Pulse, synced: boolean): WallHealth {
  const liveness = livenessOf(pulse, synced);
  if (liveness === 'live') return 'live';
  if (dataAgeMs(pulse) > STALE_AFTER_MS) return 'stale';
  return liveness === 'connecting' ? 'starting' : 'reconnecting';
}

/** After this long without data a wall tries a fresh page, ms. */
const RELOAD_AFTER_MS = 5 * MINUTE;

/** Whether a fresh page might help. The caller must see that it would come first: a reload into a browser's error page never comes back. */
export function wantsReload(pulse: Pulse): boolean {
  return (pulse.beatAgeMs ?? pulse.sinceStartMs ?? 0) > RELOAD_AFTER_MS;
}

/** The next nightly reload after `now`: at four in the morning, local time, plus up to half an hour by `random` (0..1). */
export function nextNightlyReload(now: number, random: number): number {
  const four = new Date(now);
  four.setHours(4, 0, 0, 0);
  const jitterMs = random * 30 * MINUTE;
  if (four.getTime() + jitterMs <= now) four.setDate(four.getDate() + 1);
  return four.getTime() + jitterMs;
}

/** Where the picture stands in a given minute, px from its place: a slow circle, so that nothing burns in. */
export function orbitOf(now: number): { readonly x: number; readonly y: number } {
  const angle = (2 * Math.PI * (Math.floor(now / MINUTE) % 12)) / 12;
  return { x: Math.round(8 * Math.cos(angle)), y: Math.round(8 * Math.sin(angle)) };
}
