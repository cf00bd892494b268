import type { Expectation, Presence } from '#lib/contract/index.ts';
import { FEW } from '#lib/contract/index.ts';
import type { Baseline } from './baseline.ts';
import { silenceOf } from './silence.ts';

/** What was seen at a place, and what is known of what is usual there. */
export interface PresenceInput {
  /** events or visits seen */
  readonly observed: number;
  /** the journey meets customers here */
  readonly planned: boolean;
  /** all sources that speak of this place have gone quiet */
  readonly down: boolean;
  /** some of them have: where less came than usual, that may be why, and nobody is called silent for it; absent: none has */
  readonly partlyDown?: boolean;
  /** some source that speaks of this place has been heard of, ever; absent: it has. Nobody knows whether another one is well */
  readonly heard?: boolean;
  /** same time in earlier weeks; null: too few are known */
  readonly baseline: Baseline | null;
  /** expected by the journey file in the time looked at; null: it says nothing */
  readonly planCount: number | null;
  /** what part of the usual number came into the stage before, at most 1: where fewer came, fewer are expected */
  readonly demand: number;
  /** part of the usual working time that falls into the time looked at, at most 1; 0: the place is closed all the while; absent: as usual */
  readonly open?: number;
  /** fewest seen for which a number can be shown */
  readonly few?: number;
}

/** The verdict, with what it rests on. */
export interface PresenceVerdict extends Expectation {
  readonly presence: Presence;
  /** less came than usual: `silent` or `quiet`, even where there is enough for a number */
  readonly hush: 'silent' | 'quiet' | null;
  /** share that is missing; null: nothing to test */
  readonly gap: number | null;
}

/**
 * Tells the seven pictures apart: a value, too few, zero, quiet, silent, source down, not planned. A dead source is never called silent, and neither is
 * a place that is closed: nothing is planned there then, whatever came in earlier weeks.
 */
export function presenceOf(input: PresenceInput): PresenceVerdict {
  const { observed, planned, down, partlyDown = false, baseline, planCount, demand, open = 1, heard = true, few = FEW } = input;
  const expected = open === 0 ? 0 : baseline === null ? planCount : baseline.expected * demand * open;
  const basis = expected === null ? null : open === 0 || baseline === null ? 'blueprint' : 'weeks';
  const verdict = expected === null || !heard ? null : silenceOf({ expected, observed, phi: baseline?.phi ?? 1, heartbeat: !down });
  const testable = verdict !== null && (verdict.state === 'silent' || verdict.state === 'quiet' || verdict.state === 'normal');
  const hush = verdict?.state === 'silent' || verdict?.state === 'quiet' ? verdict.state : null;
  const shown = {
    expected,
    basis,
    demand: basis === 'weeks' ? demand : 1,
    open,
    p: testable ? verdict.p : null,
    gap: testable ? verdict.gap : null,
    hush,
  } as const;
  if (open === 0 && observed === 0) return { ...shown, presence: 'not_planned' };
  if (partlyDown && !down && hush !== null) {
    const { presence } = presenceOf({ ...input, down: true });
    return { ...shown, p: null, gap: null, hush: null, presence };
  }
  if (observed >= few) return { ...shown, presence: 'value' };
  if (down) return { ...shown, presence: observed > 0 ? 'few' : 'source_down' };
  if (hush !== null) return { ...shown, presence: hush };
  if (observed > 0) return { ...shown, presence: 'few' };
  return { ...shown, presence: planned || (expected ?? 0) > 0 ? 'zero' : 'not_planned' };
}

/**
 * The picture of a place whose number stands beside it anyway: that less came than usual is said even where there is enough for a number, and that
 * the source is down, where that may be why.
 */
export function loudnessOf(input: PresenceInput): PresenceVerdict {
  const verdict = presenceOf(input);
  if (verdict.presence !== 'value' && verdict.presence !== 'few') return verdict;
  if (verdict.hush !== null) return { ...verdict, presence: verdict.hush };
  const isMissing = input.down && presenceOf({ ...input, down: false }).hush !== null;
  return isMissing ? { ...verdict, presence: 'source_down' } : verdict;
}
