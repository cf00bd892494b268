import type { Feel, Wave } from '../customer/state.ts';

/** Less sure than this, in thousandths, a feeling is no moment to remember. */
export const SURE = 500;

/** The worst and the last moment of a case after one more feeling: how a passage is remembered. */
export function waveAfter(wave: Wave | null, feel: Feel): Wave | null {
  const [at, , valence, confidence, emotion] = feel;
  if (confidence < SURE) return wave;
  const moment = [at, valence, emotion] as const;
  if (wave === null) return [...moment, ...moment];
  const peak = valence < wave[1] ? moment : ([wave[0], wave[1], wave[2]] as const);
  return [...peak, ...moment];
}
