import { speech } from '#lib/messages/say.svelte.ts';
import { problem } from '#messages/savedFunnel.ts';

/** What the contract says of a definition that does not fit, and the message that says it in every language. */
const CODES = {
  'the first and the last step cannot be optional': 'firstLast',
  'in any order every step is needed': 'anyNeeded',
  'nothing comes before the first step: it has no time from the step before': 'nothingBefore',
  'in any order there is no step before: times between steps need an order': 'noOrder',
  'a shortest time does not go with trying every entry: use re-entry off or after': 'shortestEvery',
  'is longer than the longest time': 'longer',
  'trying every entry needs an order: use re-entry off or after': 'everyOrder',
  'counting cases needs the journey whose cases they are': 'casesJourney',
  'an exclusion lies between an earlier and a later step of this funnel': 'between',
  'name the step exactly where the breakdown is by a step': 'stepExactly',
  'there is no such step': 'noStep',
  'name the values to tell apart: others are shown together': 'nameValues',
  'matches every event: say which': 'everyEvent',
  'is empty': 'empty',
  'is longer than 128 characters': 'longWord',
  'is longer than 200 characters': 'longName',
  'is no length of time': 'noTime',
  'is longer than 366 days': 'longTime',
  'is neither a field of an event nor attributes.<name>': 'noField',
  'is neither a field of an event, attributes.<name> nor identifier.<kind>': 'noHeld',
  'is not a number, such as 10 or 10.5: at least and at most compare numbers': 'notNumber',
} as const;

/** A problem in the reader's language. English is the contract's own; what is not among the messages is at least called wrong. */
export function problemText(sentence: string): string {
  if (speech.spoken === 'en') return sentence;
  const code = Object.entries(CODES).find(([known]) => known === sentence)?.[1];
  return problem(code ?? 'invalid');
}
