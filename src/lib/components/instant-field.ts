import { MINUTE } from '#lib/contract/time.ts';

/** `2026-11-20T14:32` in the reader's own zone, for a field of a form; nothing for no instant. */
export function fieldOf(at: number | undefined): string {
  if (at === undefined) return '';
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 16);
}

/** An instant from such a field; undefined where it holds none. */
export function instantOf(text: string): number | undefined {
  const at = new Date(text).getTime();
  return Number.isFinite(at) ? at : undefined;
}

/** The same where the field showed an instant already: left as it was, that instant to the millisecond. */
export function keptInstant(text: string, was: number | undefined): number | undefined {
  return text === fieldOf(was) ? was : instantOf(text);
}
