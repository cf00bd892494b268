import type { Feel } from '../customer/state.ts';

/** Sources of a feeling by rank: the strongest present speaks for the visit. */
export const RANKS = { survey: 0, agent: 1, text: 2, behaviour: 3 } as const;

/** What a visit felt like: thousandths, and the index of the emotion. */
export interface VisitFeeling {
  readonly valence: number;
  readonly confidence: number;
  readonly emotion: number;
}

/** Half-life of a customer's turn within a conversation, in turns. */
const HALF_LIFE_TURNS = 2;

/**
 * The feeling of a visit from what was said in it, undecayed: survey before agent before text; of surveys and agents the last, of texts the
 * end-weighted mean. Null: nothing known, never neutral.
 */
export function feelingAt(feels: readonly Feel[]): VisitFeeling | null {
  const last = feels[feels.length - 1];
  if (last === undefined) return null;
  const rank = feels.reduce((best, f) => Math.min(best, f[1]), last[1]);
  const speaking = feels.filter((f) => f[1] === rank);
  const newest = speaking[speaking.length - 1] ?? last;
  if (rank !== RANKS.text || speaking.length === 1) return { valence: newest[2], confidence: newest[3], emotion: newest[4] };
  let [weights, valence] = [0, 0];
  let [emotion, heaviest] = [newest[4], -1];
  speaking.forEach((feel, i) => {
    const turn = 2 ** (-(speaking.length - 1 - i) / HALF_LIFE_TURNS);
    const weight = turn * feel[3];
    weights += weight;
    valence += weight * feel[2];
    if (weight >= heaviest) [heaviest, emotion] = [weight, feel[4]];
  });
  if (weights === 0) return { valence: newest[2], confidence: newest[3], emotion };
  const turns = speaking.reduce((sum, _, i) => sum + 2 ** (-(speaking.length - 1 - i) / HALF_LIFE_TURNS), 0);
  return { valence: Math.round(valence / weights), confidence: Math.round(weights / turns), emotion };
}
