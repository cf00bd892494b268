import type { TextEmotion } from '#server/domain/event/event.ts';
import { effortOf } from '#server/domain/emotion/effort.ts';
import { languagesOf } from '#server/domain/emotion/language.ts';
import { ownWords } from '#server/domain/emotion/own-words.ts';
import { intensityOf, UNKNOWN_BELOW } from '#server/domain/emotion/scorer.ts';
import { tokenise } from '#server/domain/emotion/tokens.ts';
import { textKey, type OutsideScorer, type OutsideText } from '../outside.ts';
import { answerOfLabels } from './answers.ts';
import type { Classify } from './classifier.ts';

/** Texts given to the model at once: how long one such piece takes is how far a wait can be overrun. */
const PIECE = 8;
const REMEMBERED = 5000;
/** After a failure the model is left alone, and after a complaint about its pace nobody complains again, for this long. */
const REST_MS = 30_000;

export interface TransformerOptions {
  readonly classify: Classify;
  /** kept with every score */
  readonly name: string;
  /** language codes the model knows; `any`: all */
  readonly languages: readonly string[];
  /** ms that a batch of events waits at most */
  readonly limitMs: number;
  readonly clock: () => number;
  readonly onFault: (fault: unknown) => void;
}

/**
 * A scorer that asks a transformer model in this process. The projector waits for it at most `limitMs` per batch of events; what is not read by
 * then is unknown and stays so, because a text is read once and events must keep coming.
 */
export function transformerScorer(options: TransformerOptions): OutsideScorer {
  const { limitMs, clock, onFault } = options;
  const known = new Map<string, TextEmotion | null>();
  let restsUntil = 0;
  let quietUntil = 0;
  let running: Promise<void> = Promise.resolve();

  async function read(texts: readonly OutsideText[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < texts.length && !signal.aborted; from += PIECE) {
      const piece = texts.slice(from, from + PIECE);
      const answers = await options.classify(piece.map(({ text }) => ownWords(text)));
      piece.forEach((one, i) => known.set(textKey(one.text, one.lang), emotionOf(one, answerOfLabels(answers[i] ?? []), options.name)));
    }
  }

  return {
    async prepare(texts) {
      if (known.size > REMEMBERED) known.clear();
      const wanted = texts.filter((one) => !known.has(textKey(one.text, one.lang)) && isReadable(one, options.languages));
      const fresh = [...new Map(wanted.map((one) => [textKey(one.text, one.lang), one])).values()];
      if (fresh.length === 0 || clock() < restsUntil) return;
      const signal = AbortSignal.timeout(limitMs);
      // A piece that is still being read from the time before goes first: the model does one thing at a time.
      running = running
        .then(() => read(fresh, signal))
        .catch((fault: unknown) => {
          restsUntil = clock() + REST_MS;
          onFault(fault);
        });
      await Promise.race([running, new Promise<void>((late) => signal.addEventListener('abort', () => late(), { once: true }))]);
      const left = fresh.filter((one) => !known.has(textKey(one.text, one.lang))).length;
      if (left === 0 || clock() < Math.max(restsUntil, quietUntil)) return;
      quietUntil = clock() + REST_MS;
      onFault(
        new Error(
          `${left} of ${fresh.length} texts were not read within ${limitMs} ms: a larger EMOTION_LIMIT_MS or a smaller model helps`,
        ),
      );
    },
    score: (text, lang) => known.get(textKey(text, lang)) ?? null,
  };
}

/** Whether there is something of the customer's to read, in a language that the model knows. */
function isReadable({ text, lang }: OutsideText, languages: readonly string[]): boolean {
  const pieces = tokenise(ownWords(text));
  if (pieces.tokens.length === 0) return false;
  const [tag = ''] = (lang ?? '').trim().toLowerCase().split(/[-_]/u, 1);
  return languages.includes('any') || languages.includes(tag) || languagesOf(pieces, lang).some((one) => languages.includes(one));
}

function emotionOf({ text, lang }: OutsideText, answer: ReturnType<typeof answerOfLabels>, scorer: string): TextEmotion | null {
  if (answer === null || answer.confidence < UNKNOWN_BELOW) return null;
  const pieces = tokenise(ownWords(text));
  const [spoken] = languagesOf(pieces, lang);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const valence = rounded(answer.valence);
  return {
    label: answer.label,
    valence,
    confidence: rounded(answer.confidence),
    intensity: intensityOf(valence, pieces),
    effort: spoken === undefined ? null : effortOf(pieces, spoken),
    scorer,
    // Such a model does not say which words spoke.
    why: [],
  };
}
