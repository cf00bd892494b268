/** Turns after which one counts half: how a conversation ended decides how it is remembered. */
const HALF_LIFE_TURNS = 2;
/** Turns at either end that are compared for the trend. */
const TREND_TURNS = 2;

/** The customer's side of a conversation as one feeling. */
export interface Conversation {
  /** end-weighted mean valence, -1..1 */
  readonly valence: number;
  /** plain mean, -1..1 */
  readonly mean: number;
  /** half of (end minus beginning), -1..1: above 0 it got better. Up to three turns compare the first with the last; one turn has none: 0 */
  readonly trend: number;
}

/**
 * Sums up the valences of a customer's turns, oldest first.
 * @returns null without turns
 */
export function conversationOf(turns: readonly number[]): Conversation | null {
  if (turns.length === 0) return null;
  let sum = 0;
  let weights = 0;
  turns.forEach((valence, index) => {
    const weight = 2 ** (-(turns.length - 1 - index) / HALF_LIFE_TURNS);
    sum += weight * valence;
    weights += weight;
  });
  const compared = Math.min(TREND_TURNS, Math.floor(turns.length / 2));
  const trend = compared === 0 ? 0 : (meanOf(turns.slice(-compared)) - meanOf(turns.slice(0, compared))) / 2;
  return { valence: sum / weights, mean: meanOf(turns), trend };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
