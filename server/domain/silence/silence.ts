import { negativeBinomialLowerTail, poissonLowerTail } from '../kernel/statistics.ts';

/** Below so many expected events, none at all proves nothing. */
const LEAST_EXPECTED = 3;
/** Variance over mean beyond which the Poisson distribution would cry wolf. */
const OVERDISPERSED = 1.5;
const SILENT_BELOW = 0.01;
const QUIET_BELOW = 0.05;

/** What the absence of events at a touchpoint means. */
export type SilenceState = 'not_testable' | 'source_down' | 'silent' | 'quiet' | 'normal';

/** What was expected and what was seen. */
export interface SilenceInput {
  /** events expected in the time looked at, >= 0 */
  readonly expected: number;
  /** events seen, whole */
  readonly observed: number;
  /** variance over mean of the baseline; without it, Poisson */
  readonly phi?: number;
  /** the source is alive: its heartbeat, or any other event of it, was seen */
  readonly heartbeat: boolean;
}

/** The verdict, and the numbers it rests on. */
export interface Silence {
  readonly state: SilenceState;
  /** 1 - (observed + .5) / (expected + .5): share that is missing; negative where more came than expected */
  readonly gap: number;
  /** chance of seeing so few or fewer if all were as usual, 0..1 */
  readonly p: number;
}

/** Tells silence from a dead source and from chance. A source that is down is never called silent. */
export function silenceOf(input: SilenceInput): Silence {
  const { expected, observed, phi = 1 } = input;
  const gap = 1 - (observed + 0.5) / (expected + 0.5);
  const p = phi > OVERDISPERSED ? negativeBinomialLowerTail(observed, expected, phi) : poissonLowerTail(observed, expected);
  return { state: stateOf(input, p), gap, p };
}

function stateOf({ heartbeat, expected }: SilenceInput, p: number): SilenceState {
  if (!heartbeat) return 'source_down';
  if (expected < LEAST_EXPECTED) return 'not_testable';
  if (p < SILENT_BELOW) return 'silent';
  return p < QUIET_BELOW ? 'quiet' : 'normal';
}
