import { z } from 'zod';
import { EMOTIONS } from '#lib/contract/index.ts';
import type { TextEmotion } from '#server/domain/event/event.ts';

/** Texts of one request, and texts whose answers are remembered until their events are projected. */
const BATCH = 64;
const REMEMBERED = 5000;
/** After a failure nobody is asked for this long: what comes meanwhile is unknown. */
const REST_MS = 30_000;
const MOST_WHY = 8;

const answer = z.object({
  scores: z.array(
    z
      .object({
        label: z.enum(EMOTIONS),
        valence: z.number().min(-1).max(1),
        confidence: z.number().min(0).max(1),
        intensity: z.number().min(0).max(1).optional(),
        effort: z.number().min(-1).max(1).nullable().optional(),
        why: z.array(z.string().max(100)).default([]),
      })
      .nullable(),
  ),
  scorer: z.string().min(1).max(100),
});

/** A text to be read, with its language where the source says. */
export interface OutsideText {
  readonly text: string;
  readonly lang?: string | undefined;
}

/** Reads texts where they are read by a service: first all of a batch, then one by one from memory. */
export interface OutsideScorer {
  /** Asks for everything not known yet; never fails, and never takes longer than the limit. */
  prepare(texts: readonly OutsideText[]): Promise<void>;
  /** What was answered; null: nothing, or nobody answered in time. */
  readonly score: (text: string, lang: string | undefined) => TextEmotion | null;
}

export interface OutsideOptions {
  /** takes `{"texts":[{"text","lang"}]}` by POST, answers `{"scorer":"name@version","scores":[{label,valence,confidence,why}|null]}` in that order */
  readonly url: string;
  /** ms that a batch may wait for all its answers together */
  readonly limitMs: number;
  readonly clock: () => number;
  readonly onFault: (fault: unknown) => void;
}

/** Under what a text's answer is remembered. */
export const textKey = (text: string, lang: string | undefined): string => `${lang ?? ''}\0${text}`;

/**
 * A scorer that asks a service over HTTP. The projector waits for it at most `limitMs` per batch of events; after a failure it is left alone for
 * 30 s, so that a service that is away costs one wait in 30 s and not one per batch. Whatever is not answered is unknown, and stays so: a text is
 * read once.
 */
export function outsideScorer(options: OutsideOptions): OutsideScorer {
  const { url, limitMs, clock, onFault } = options;
  const known = new Map<string, TextEmotion | null>();
  let restsUntil = 0;

  async function ask(texts: readonly OutsideText[], signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ texts: texts.map(({ text, lang }) => ({ text, ...(lang === undefined ? {} : { lang }) })) });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal, redirect: 'error' });
    if (!response.ok) throw new Error(`the emotion service answered ${response.status}`);
    const { scores, scorer } = answer.parse(await response.json());
    if (scores.length !== texts.length) throw new Error(`the emotion service answered ${scores.length} of ${texts.length} texts`);
    texts.forEach(({ text, lang }, i) => {
      const score = scores[i];
      known.set(
        textKey(text, lang),
        score === null || score === undefined
          ? null
          : {
              label: score.label,
              valence: score.valence,
              confidence: score.confidence,
              ...(score.intensity === undefined ? {} : { intensity: score.intensity }),
              effort: score.effort ?? null,
              scorer,
              why: score.why.slice(0, MOST_WHY),
            },
      );
    });
  }

  return {
    async prepare(texts) {
      if (known.size > REMEMBERED) known.clear();
      const fresh = [...new Map(texts.map((one) => [textKey(one.text, one.lang), one])).entries()].filter(([key]) => !known.has(key));
      if (fresh.length === 0 || clock() < restsUntil) return;
      const signal = AbortSignal.timeout(limitMs);
      const batches = Array.from({ length: Math.ceil(fresh.length / BATCH) }, (_, i) => fresh.slice(i * BATCH, (i + 1) * BATCH));
      const asked = await Promise.allSettled(
        batches.map((batch) =>
          ask(
            batch.map(([, one]) => one),
            signal,
          ),
        ),
      );
      const failed = asked.find((one) => one.status === 'rejected');
      if (failed === undefined) return;
      restsUntil = clock() + REST_MS;
      onFault(failed.reason);
    },
    score: (text, lang) => known.get(textKey(text, lang)) ?? null,
  };
}
