import type { InputProblem } from '#lib/contract/refusal.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import { failure as sentence } from '#messages/shared.ts';

/** The codes in which tRPC answers, and what they mean to a reader. */
const MEANING = {
  BAD_REQUEST: 'invalid',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'gone',
  CONFLICT: 'conflict',
  PAYLOAD_TOO_LARGE: 'tooLarge',
  TOO_MANY_REQUESTS: 'tooMany',
  SERVICE_UNAVAILABLE: 'unavailable',
} as const;

/** What the API found wrong with the input of a call; nothing where it was refused for another reason. */
export function inputProblems(thrown: unknown): readonly InputProblem[] {
  const data: unknown = thrown instanceof Error ? Reflect.get(thrown, 'data') : undefined;
  const problems: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'problems') : undefined;
  return Array.isArray(problems) ? (problems as InputProblem[]) : [];
}

/**
 * What went wrong with a call. The API says it in English, and there its own sentence is the most exact; in another language
 * it is told by the code. `otherwise` is said where the fault is ours.
 */
export function failure(thrown: unknown, otherwise = sentence('failed')): string {
  if (!(thrown instanceof Error)) return otherwise;
  const data: unknown = Reflect.get(thrown, 'data');
  // The client's error for a call that got no answer at all has no data.
  if (typeof data !== 'object' || data === null) return thrown.name === 'TRPCClientError' ? sentence('offline') : otherwise;
  const code: unknown = Reflect.get(data, 'code');
  const meaning = Object.entries(MEANING).find(([name]) => name === code)?.[1];
  if (meaning === undefined) return otherwise;
  return speech.spoken === 'en' ? thrown.message : sentence(meaning);
}

/** Whether what a call asked for is not there any more. */
export function isGone(thrown: unknown): boolean {
  return codeOf(thrown) === 'NOT_FOUND';
}

/** Whether a call can never be answered as it stands, however often it is tried. */
export function isHopeless(thrown: unknown): boolean {
  return isGone(thrown) || codeOf(thrown) === 'BAD_REQUEST';
}

function codeOf(thrown: unknown): unknown {
  const data: unknown = thrown instanceof Error ? Reflect.get(thrown, 'data') : undefined;
  return typeof data === 'object' && data !== null ? Reflect.get(data, 'code') : undefined;
}
