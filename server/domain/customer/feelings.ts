import { feelingsOf } from '../emotion/feelings.ts';
import { waveAfter } from '../emotion/wave.ts';
import { noteFelt, promiseSpokenOf } from '../promise/felt.ts';
import type { Applying, Where } from './applying.ts';
import { feelAboutCare } from './recoveries.ts';
import type { Feel } from './state.ts';
import { touchPromise } from './touch.ts';

/** Pieces of evidence that decide how a customer feels now. */
const EVIDENCE_KEPT = 24;

/** What the event says about how the customer feels: part of the visit, of the promise it speaks of, and of how they feel now. */
export function noteFeelings(applying: Applying, where: Where | null): void {
  const { state, event, context } = applying;
  if (context.emotion === 'off') return;
  const feelings = feelingsOf(event, state);
  if (feelings.length === 0) return;
  const visit = where?.visit ?? null;
  const about = visit === null ? undefined : promiseSpokenOf(state, { at: event.at, case: visit.case });
  for (const said of feelings) {
    const feel: Feel = [event.at, said.rank, said.valence, said.confidence, said.emotion];
    visit?.feels.push(feel);
    if (where !== null) {
      where.one.wave = waveAfter(where.one.wave, feel);
      feelAboutCare(applying, where.one, said);
    }
    if (about !== undefined) {
      touchPromise(applying, about);
      noteFelt(about, [...feel]);
    }
    state.evidence.push([event.at, said.rank, said.valence, said.confidence, said.emotion, said.kind]);
    if (state.evidence.length > EVIDENCE_KEPT) state.evidence.shift();
  }
}
