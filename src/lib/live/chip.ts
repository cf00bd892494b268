import { clock, coarse, count, dateTime, decimal } from '#lib/components/format.ts';
import { dataAgeMs, isBehind, livenessOf, type Liveness, type Pulse } from './pulse.ts';

/** What the live chip shows: never more alive than the page is. */
export interface Chip {
  readonly kind: Liveness | 'paused' | 'past';
  readonly word: string;
  readonly detail: string;
}

interface Shown {
  readonly pulse: Pulse;
  readonly view: { readonly paused: boolean; readonly missed: number; readonly synced: boolean } | null;
  /** ms since 1970 where a past instant is shown */
  readonly pastAt: number | null;
  /** server clock when the pause began; null while not paused */
  readonly pausedAt: number | null;
}

/** The chip for what is on the screen. */
export function chipOf({ pulse, view, pastAt, pausedAt }: Shown): Chip {
  const liveness = livenessOf(pulse, view?.synced ?? true);
  if (pastAt !== null) return { kind: 'past', word: 'PAST', detail: `as it was at ${dateTime(pastAt)}` };
  if (view?.paused) {
    const missed = view.missed === 0 ? '' : ` · +${count(view.missed)} ${view.missed === 1 ? 'change' : 'changes'}`;
    const trouble = liveness === 'live' ? '' : ` · ${liveness}`;
    return { kind: 'paused', word: 'PAUSED', detail: `${pausedAt === null ? '' : `at ${clock(pausedAt)}`}${missed}${trouble}` };
  }
  return { kind: liveness, ...DRAW[liveness](pulse) };
}

const DRAW: Readonly<Record<Liveness, (pulse: Pulse) => { readonly word: string; readonly detail: string }>> = {
  connecting: () => ({ word: 'CONNECTING', detail: '' }),
  live: (pulse) => ({ word: 'LIVE', detail: `${asOf(pulse)} · lag ${decimal(pulse.lagMs / 1_000)} s` }),
  reconnecting: (pulse) => ({ word: 'RECONNECTING', detail: dataFrom(pulse) }),
  stale: (pulse) => ({ word: `STALE ${coarse(dataAgeMs(pulse))}`, detail: isBehind(pulse) ? 'still counting events' : dataFrom(pulse) }),
  offline: (pulse) => ({ word: 'OFFLINE', detail: `${dataFrom(pulse)} · retry in ${Math.ceil((pulse.retryInMs ?? 0) / 1_000)} s` }),
};

function asOf(pulse: Pulse): string {
  return pulse.asOf === null ? '' : `as of ${clock(pulse.asOf)}`;
}

function dataFrom(pulse: Pulse): string {
  return pulse.asOf === null ? 'no data yet' : `data of ${clock(pulse.asOf)}`;
}
