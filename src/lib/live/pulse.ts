/** What a tab knows about its connection at one moment. All ages in ms of its own clock. */
export interface Pulse {
  /** since the page began to connect; null before */
  readonly sinceStartMs: number | null;
  readonly connected: boolean;
  /** since the last beat of a server that reaches its store: only such a one vouches for the numbers; null before the first */
  readonly beatAgeMs: number | null;
  /** server clock at that beat, ms since 1970; null before the first */
  readonly asOf: number | null;
  /** age of the oldest accepted event that is not yet in the numbers */
  readonly lagMs: number;
  /** the server says that its store has no room left */
  readonly full: boolean;
  /** until the next attempt; null while connected or connecting */
  readonly retryInMs: number | null;
}

/** How alive the page is. `reconnecting` and worse must never be drawn as live. */
export type Liveness = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'offline';

/** Beats come every second: three missed ones are no longer chance. */
const RECONNECTING_AFTER_MS = 3_000;
/** From here on the numbers must not be acted upon. */
export const STALE_AFTER_MS = 10_000;

/** Judges one pulse. `synced` is false while a view waits for its snapshot. */
export function livenessOf(pulse: Pulse, synced = true): Liveness {
  if (pulse.sinceStartMs === null) return 'connecting';
  if (!pulse.connected && pulse.retryInMs !== null) return 'offline';
  if (dataAgeMs(pulse) > STALE_AFTER_MS) return 'stale';
  if (pulse.beatAgeMs === null) return 'connecting';
  if (pulse.beatAgeMs > RECONNECTING_AFTER_MS || !pulse.connected || !synced) return 'reconnecting';
  return 'live';
}

/**
 * The pulse of one view: what it shows is as old as the last word about it, however well the server is heard otherwise.
 * @param untoldMs for how long the view has not been told of changes, ms; 0 while it is
 */
export function pulseOfView(pulse: Pulse, untoldMs: number): Pulse {
  const { beatAgeMs, asOf } = pulse;
  if (beatAgeMs === null || untoldMs <= beatAgeMs) return pulse;
  return { ...pulse, beatAgeMs: untoldMs, asOf: asOf === null ? null : asOf + beatAgeMs - untoldMs };
}

/** How old what is shown is, ms: silence of the server (before its first beat, since the page came), or the events it has not yet counted, whichever is worse. */
export function dataAgeMs(pulse: Pulse): number {
  return Math.max(pulse.beatAgeMs ?? pulse.sinceStartMs ?? 0, pulse.lagMs);
}

/** Whether the server is heard and only its counting is late: nothing is broken, it catches up. */
export function isBehind(pulse: Pulse): boolean {
  return pulse.lagMs > STALE_AFTER_MS && (pulse.beatAgeMs ?? Infinity) <= STALE_AFTER_MS;
}

/** Wait before attempt number `attempt` (0 = first), ms: doubling from half a second to five, spread by `random` (0..1) so that tabs do not come back at once. */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.min(5_000, 500 * 2 ** Math.min(attempt, 10)) * (0.75 + random * 0.25);
}
