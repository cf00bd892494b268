import { EMOTIONS } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { nameIn } from '../event/key.ts';
import { isCustomersText } from './annotations.ts';
import { CLASS_VALENCE, labelOfValence } from './classes.ts';
import { valenceOfScore } from './scale.ts';
import { RANKS } from './visit-feeling.ts';

/** One thing said about how the customer felt; valence and confidence in thousandths. */
export interface Said {
  readonly rank: number;
  readonly valence: number;
  readonly confidence: number;
  /** index of the emotion */
  readonly emotion: number;
  /** kind of the score, `text`, or `corrected` */
  readonly kind: string;
}

/** How sure a person is who names an emotion, in thousandths: people agree with one another nine times in ten at best. */
const PERSON_SURE = 900;

const NOTHING_SAID: readonly Said[] = [];

/** What an event says about how the customer feels: a score before the text, a person's correction in place of what was inferred from it. */
export function feelingsOf(event: StoredEvent, state: Pick<CustomerState, 'emotionsSaid' | 'noEmotion'>): readonly Said[] {
  if (state.noEmotion || (event.score === undefined && event.text === undefined && event.emotion === undefined)) return NOTHING_SAID;
  const said: Said[] = [];
  const valence = event.score === undefined ? null : valenceOfScore(event.score);
  if (event.score !== undefined && valence !== null) {
    const kind = event.score.kind === 'valence' ? 'agent' : 'survey';
    said.push({
      rank: RANKS[kind],
      valence: Math.round(valence * 1000),
      confidence: kind === 'survey' ? 1000 : PERSON_SURE,
      emotion: EMOTIONS.indexOf(labelOfValence(valence)),
      kind: event.score.kind,
    });
  }
  const text = textFeeling(event, state);
  if (text !== null) said.push(text);
  return said;
}

function textFeeling(event: StoredEvent, state: Pick<CustomerState, 'emotionsSaid'>): Said | null {
  const corrected = isCustomersText(event) ? state.emotionsSaid[nameIn(event.key)] : undefined;
  if (corrected === 'unknown') return null;
  if (corrected !== undefined)
    return {
      rank: RANKS.agent,
      valence: Math.round(CLASS_VALENCE[corrected] * 1000),
      confidence: PERSON_SURE,
      emotion: EMOTIONS.indexOf(corrected),
      kind: 'corrected',
    };
  if (event.emotion === undefined) return null;
  return {
    rank: RANKS.text,
    valence: Math.round(event.emotion.valence * 1000),
    confidence: Math.round(event.emotion.confidence * 1000),
    emotion: EMOTIONS.indexOf(event.emotion.label),
    kind: 'text',
  };
}
