import { formats } from '#lib/messages/formats.ts';
import { localeOf } from '#lib/messages/languages.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import {
  answer,
  channel,
  contactOutcome,
  eventType,
  factorKind,
  identifier,
  isAnswer,
  isChannel,
  isContactOutcome,
  isEventType,
  isFactorKind,
  isIdentifier,
  isPromiseKind,
  nameless,
  promiseKind,
} from '#messages/words.ts';
import { NAMELESS } from '#lib/contract/staff-choices.ts';
import { words } from './format.ts';

/** A channel's name; one that is not ours reads as it came. */
export function channelName(code: string): string {
  return isChannel(code) ? channel(code) : words(code);
}

/** What kind of identifier it is: `order`; one that is not ours reads as it came. */
export function identifierName(kind: string): string {
  return isIdentifier(kind) ? identifier(kind) : words(kind).toLowerCase();
}

/** What happened, by the type of its event: `Promise made`; one that is not of the vocabulary reads as it came. */
export function eventTypeName(type: string): string {
  return isEventType(type) ? eventType(type) : words(type);
}

/** What became of a contact: `resolved`; a word that is not ours reads as it came. */
export function outcomeName(code: string): string {
  return isContactOutcome(code) ? contactOutcome(code) : words(code).toLowerCase();
}

/** What kind of thing is promised: `Call back`; one that is not ours reads as it came. */
export function promiseKindName(kind: string): string {
  return isPromiseKind(kind) ? promiseKind(kind) : words(kind);
}

/** What kind of thing is outside our control: `Storm`; one that is not ours reads as it came. */
export function factorKindName(kind: string): string {
  return isFactorKind(kind) ? factorKind(kind) : words(kind);
}

/** What a customer wishes, as they would read it: `German`, `phone`, `yes`. */
export function wishValue(what: string, value: string): string {
  if (what === 'language') return formats.language(localeOf(speech.spoken), value);
  if (what === 'preferredChannel') return channelName(value);
  return isAnswer(value) ? answer(value) : value;
}

/** Who acted: the name that was given; where none was, so in the reader's language. */
export function actorName(name: string): string {
  return name === NAMELESS ? nameless() : name;
}

/** A word at the beginning of a line or a cell: only its first letter changes. */
export function capital(word: string): string {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1);
}
