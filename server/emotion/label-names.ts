import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';
import { POLARITIES, type Polarity } from '#server/domain/emotion/model.ts';

/** Names that others use, under the emotion they come to. The larger part are the 28 of GoEmotions. */
const OTHER_NAMES: Readonly<Record<Emotion, string>> = {
  frustrated: 'anger angry disgust annoyance annoyed disapproval frustration insult',
  anxious: 'fear fearful nervousness anxiety worry worried',
  confused: 'confusion',
  disappointed: 'disappointment sadness sad grief remorse embarrassment dissatisfied',
  neutral: 'curiosity realization surprise desire none',
  satisfied: 'approval gratitude relief caring optimism grateful',
  delighted: 'admiration joy love excitement amusement pride happy happiness excited',
};

const OTHER_POLARITIES: Readonly<Record<string, Polarity>> = {
  pos: 'positive',
  neg: 'negative',
  neu: 'neutral',
  neut: 'neutral',
  '-1': 'negative',
  '+1': 'positive',
};

const EMOTION_NAMES: ReadonlyMap<string, Emotion> = new Map(
  EMOTIONS.flatMap((emotion) => [emotion, ...OTHER_NAMES[emotion].split(' ')].map((name) => [name, emotion] as const)),
);

const plain = (name: string): string => name.trim().toLowerCase();

/** Our emotion for a name that people or other data sets use; undefined where there is none. */
export function emotionOfName(name: string): Emotion | undefined {
  return EMOTION_NAMES.get(plain(name));
}

/** Positive, neutral or negative for a name or sign; undefined where it is none of them. */
export function polarityOfName(name: string): Polarity | undefined {
  const given = plain(name);
  return POLARITIES.find((polarity) => polarity === given) ?? OTHER_POLARITIES[given];
}
