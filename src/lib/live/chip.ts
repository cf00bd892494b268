import { clock, coarse, dateTime, decimal, duration } from '#lib/components/format.ts';
import { unit } from '#messages/format.ts';
import * as m from '#messages/live.ts';
import { dataAgeMs, isBehind, livenessOf, pulseOfView, type Liveness, type Pulse } from './pulse.ts';
import type { Pausable } from './stage.svelte.ts';

/** What the live chip shows: never more alive than the page is. */
export interface Chip {
  readonly kind: Liveness | 'paused' | 'past';
  readonly word: string;
  readonly detail: string;
}

interface Shown {
  readonly pulse: Pulse;
  readonly view: Omit<Pausable, 'togglePause'> | null;
  /** ms since 1970 where a past instant is shown */
  readonly pastAt: number | null;
  /** server clock when the pause began; null while not paused */
  readonly pausedAt: number | null;
}

/** The chip for what is on the screen. */
export function chipOf({ pulse: heard, view, pastAt, pausedAt }: Shown): Chip {
  const pulse = pulseOfView(heard, view?.untoldMs ?? 0);
  const judged = livenessOf(pulse, view?.synced ?? true);
  // A view that waits for its first snapshot has lost nothing that it could get back.
  const liveness = view?.opening === true && judged === 'reconnecting' && livenessOf(heard) === 'live' ? 'connecting' : judged;
  if (pastAt !== null) return { kind: 'past', word: m.word('past', NO_AGE), detail: m.pastAt({ time: dateTime(pastAt) }) };
  if (view?.paused) {
    const details = [
      pausedAt === null ? '' : m.pausedAt({ time: clock(pausedAt) }),
      view.missed === 0 ? '' : m.missed({ count: view.missed }),
      liveness === 'live' ? '' : m.said(liveness),
    ];
    return { kind: 'paused', word: m.word('paused', NO_AGE), detail: joined(details) };
  }
  return { kind: liveness, word: m.word(liveness, { age: coarse(dataAgeMs(pulse)) }), detail: DETAIL[liveness](pulse) };
}

const NO_AGE = { age: '' };

const DETAIL: Readonly<Record<Liveness, (pulse: Pulse) => string>> = {
  connecting: () => '',
  live: (pulse) => joined([asOf(pulse), m.lag({ time: lag(pulse.lagMs) })]),
  reconnecting: (pulse) => dataFrom(pulse),
  stale: (pulse) => (pulse.full ? m.full() : isBehind(pulse) ? m.counting() : dataFrom(pulse)),
  offline: (pulse) => joined([dataFrom(pulse), nextAttempt(pulse.retryInMs ?? 0)]),
};

/** An attempt at a server that does not even refuse takes its time: meanwhile there is none to wait for. */
function nextAttempt(inMs: number): string {
  return inMs === 0 ? m.said('connecting') : m.retry({ time: duration(Math.ceil(inMs / 1_000) * 1_000) });
}

function joined(details: readonly string[]): string {
  return details.filter((detail) => detail !== '').join(' · ');
}

/** Always in seconds with one decimal, so that the chip does not change its width by every figure. */
function lag(ms: number): string {
  return unit('s', { value: decimal(ms / 1_000) });
}

function asOf(pulse: Pulse): string {
  return pulse.asOf === null ? '' : m.asOf({ time: clock(pulse.asOf) });
}

function dataFrom(pulse: Pulse): string {
  return pulse.asOf === null ? m.noData() : m.dataOf({ time: clock(pulse.asOf) });
}
