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
 * @param count only so many of them, from the first on
 */
export function feelingAt(feels: readonly Feel[], count = feels.length): VisitFeeling | null {
  const last = feels[count - 1];
  if (last === undefined) return null;
  let newest: Feel = last;
  let speaking = 0;
  for (let i = count - 1; i >= 0; i--) {
    const feel: Feel = feels[i] ?? last;
    if (feel[1] > newest[1]) continue;
    if (feel[1] < newest[1]) speaking = 0;
    if (speaking++ === 0) newest = feel;
  }
  if (newest[1] !== RANKS.text || speaking === 1) return { valence: newest[2], confidence: newest[3], emotion: newest[4] };
  let [weights, valence, turns, turnsAgo] = [0, 0, 0, speaking];
  let [emotion, heaviest] = [newest[4], -1];
  for (let i = 0; i < count; i++) {
    const feel = feels[i] ?? last;
    if (feel[1] !== newest[1]) continue;
    const turn = 2 ** (-(--turnsAgo) / HALF_LIFE_TURNS);
    const weight = turn * feel[3];
    turns += turn;
    weights += weight;
    valence += weight * feel[2];
    if (weight >= heaviest) [heaviest, emotion] = [weight, feel[4]];
  }
  if (weights === 0) return { valence: newest[2], confidence: newest[3], emotion };
  return { valence: Math.round(valence / weights), confidence: Math.round(weights / turns), emotion };
}
