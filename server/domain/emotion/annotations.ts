import { EMOTIONS, type EmotionOrUnknown } from '#lib/contract/index.ts';
import type { StoredEvent } from '../event/event.ts';
import { EMOTION_CORRECTED, formed, isEmotionCorrection } from '../event/event.ts';

/** A customer's decision; `attributes.emotion` is `off` or `on`. */
const CONSENT = 'consent.changed';

/** Types of events whose text is not the customer's. Their emotion is nobody's business: no reading of them exists, and no correction brings one. */
const NOT_THE_CUSTOMER: ReadonlySet<string> = new Set([
  'message.out',
  'note.added',
  'disposition.noted',
  'event.retracted',
  'event.corrected',
  EMOTION_CORRECTED,
  'gesture.given',
  'promise.made',
  'promise.moved',
  'promise.withdrawn',
]);

/** Whether an event carries words of the customer. */
export function isCustomersText(event: Pick<StoredEvent, 'text' | 'type'>): boolean {
  return event.text !== undefined && !NOT_THE_CUSTOMER.has(event.type ?? '');
}

/** The emotion a correction names; undefined where it names none. */
export function correctedEmotion(event: StoredEvent): EmotionOrUnknown | undefined {
  const given = event.attributes?.['emotion'];
  return given === 'unknown' ? 'unknown' : EMOTIONS.find((emotion) => emotion === given);
}

/** What an event decides about reading this customer's emotions; undefined: nothing. */
export function emotionConsent(event: StoredEvent): 'on' | 'off' | undefined {
  if (event.type !== CONSENT) return undefined;
  const given = event.attributes?.['emotion'];
  return given === 'on' || given === 'off' ? given : undefined;
}

/** Whether an event changes how others are read: past ones too, so everything is folded again. */
export function changesEmotions(event: StoredEvent): boolean {
  return isEmotionCorrection(event) || emotionConsent(event) !== undefined;
}

/** The event without what was read in its text, nor in the text that it had before it was corrected. */
export function withoutEmotion(event: StoredEvent): StoredEvent {
  if (event.emotion === undefined && event.was?.emotion === undefined) return event;
  const { emotion: _, was, ...rest } = event;
  return formed(was === undefined ? rest : { ...rest, was: withoutEmotion(was) });
}
