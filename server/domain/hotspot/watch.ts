import { FEW } from '#lib/contract/index.ts';
import { poissonLowerTail } from '../kernel/statistics.ts';
import { QUARTER_MINUTES } from './usual.ts';
import type { Usual } from './usual.ts';

/** A sudden burst shows in minutes, a slow one in an hour. Minutes. */
const WINDOWS = [15, 60] as const;
/** How far back the beginning of a hotspot is looked for, minutes. */
const REMEMBERED = 360;
const CALM_WINDOW = 0;
/** Of 60 squares looked at every minute in two windows, chance alone may not call one hotspot a day. */
const CHANCE = 1e-7;
/** Less than twice the usual is no hotspot, however sure. */
const LEAST_RATIO = 2;
/** Below this multiple of the usual a square is calm. */
const CALM_RATIO = 1.5;
/** Calm for so long, minutes, a hotspot is over. */
const CALM_MINUTES = 15;

/** One time in which a square was a hotspot. Minutes since 1970. */
export interface Episode {
  readonly since: number;
  readonly foundAt: number;
  /** first minute of the calm; null: open */
  readonly until: number | null;
}

interface Rolling {
  readonly minutes: number;
  pain: number;
  expected: number;
}

/**
 * Watches one square minute by minute, against its own usual. A pure function of what it is shown: the same minutes give the same episodes.
 * Pain comes in units (a painful visit), so their number is held against a Poisson law with the usual as its mean.
 */
export class SquareWatch {
  readonly #windows: readonly Rolling[] = WINDOWS.map((minutes) => ({ minutes, pain: 0, expected: 0 }));
  readonly #pain = new Float64Array(REMEMBERED);
  readonly #expected = new Float64Array(REMEMBERED);
  readonly #episodes: Episode[] = [];
  #calm = 0;
  /** minutes remembered since the last hotspot was over */
  #known = 0;

  get episodes(): readonly Episode[] {
    return this.#episodes;
  }

  get open(): boolean {
    const last = this.#episodes.at(-1);
    return last !== undefined && last.until === null;
  }

  /** Shows the next minute: the friction gained in it, points, and what is usual in its quarter; null: nothing is known to be usual. */
  show(minute: number, pain: number, usual: Usual | null): void {
    const expected = (usual?.pain ?? 0) / QUARTER_MINUTES;
    this.#roll(minute, pain, expected);
    if (this.open) this.#watchForCalm(minute);
    else if (usual !== null) {
      const hot = this.#windows.find((window) => isHot(window, usual.unit));
      if (hot !== undefined) this.#begin(minute, hot);
    }
  }

  #roll(minute: number, pain: number, expected: number): void {
    for (const window of this.#windows) {
      const leaving = (minute - window.minutes + REMEMBERED * 2) % REMEMBERED;
      window.pain += pain - (this.#pain[leaving] ?? 0);
      window.expected += expected - (this.#expected[leaving] ?? 0);
    }
    const at = minute % REMEMBERED;
    this.#pain[at] = pain;
    this.#expected[at] = expected;
    this.#known = Math.min(REMEMBERED, this.#known + 1);
  }

  /** It began where the pain is best told apart: most of it above half way between the usual and what there is now. */
  #begin(minute: number, hot: Rolling): void {
    const middle = (hot.pain + hot.expected) / 2 / hot.minutes;
    let [since, above, most] = [minute, 0, 0];
    for (let back = 0; back < this.#known; back++) {
      above += (this.#pain[(minute - back) % REMEMBERED] ?? 0) - middle;
      if (above > most) [since, most] = [minute - back, above];
    }
    this.#calm = 0;
    this.#episodes.push({ since, foundAt: minute, until: null });
  }

  #watchForCalm(minute: number): void {
    const recent = this.#windows[CALM_WINDOW];
    const isCalm = recent === undefined || recent.pain <= CALM_RATIO * recent.expected;
    this.#calm = isCalm ? this.#calm + 1 : 0;
    if (this.#calm < CALM_MINUTES) return;
    const last = this.#episodes.pop();
    if (last !== undefined) this.#episodes.push({ ...last, until: minute - CALM_MINUTES + 1 });
    this.#forget();
  }

  /** What was hot is told: it must not be found again. */
  #forget(): void {
    for (const window of this.#windows) [window.pain, window.expected] = [0, 0];
    for (const ring of [this.#pain, this.#expected]) ring.fill(0);
    this.#known = 0;
  }
}

function isHot({ pain, expected }: Rolling, unit: number): boolean {
  if (pain < LEAST_RATIO * expected || pain < FEW * unit) return false;
  return 1 - poissonLowerTail(Math.floor(pain / unit) - 1, expected / unit) < CHANCE;
}
