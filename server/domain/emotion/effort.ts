import { lexiconOf } from './lexicon.ts';
import type { Tokens } from './tokens.ts';

/** What tells how hard it was for the customer, in either language; apart from how it felt. */
const HARD =
  'again and again | already told | already explained | already sent | already called | already tried | already did that | how many times | third time | fourth time | ' +
  'fifth time | 3rd time | 4th time | 5th time | called three times | called twice | called 3 times | called 4 times | called 5 times | called six times | still waiting | ' +
  'still no | still not | been waiting | passed around | passed from | transferred twice | transferred again | on hold | hold for | sent in circles | in circles | ' +
  'explain again | repeat myself | repeat my story | have to repeat | had to repeat | had to call | have to call | have to explain | had to explain | complicated | ' +
  'difficult | hard to | so hard | impossible to | cant find | cannot find | cant figure | cant get through | cannot get through | cant reach | no one answers | ' +
  'nobody answers | takes forever | took forever | waste of time | hours on the phone | keeps asking | keep asking | keeps sending | keep getting | every single time | ' +
  'schon wieder | zum dritten mal | zum vierten mal | immer noch | in der warteschleife | warteschleife | umständlich | kompliziert | weitergeleitet | mehrfach angerufen';
const EASY =
  'easy | so easy | easily | simple | straightforward | in no time | in one call | first call | first try | right away | straight away | within minutes | in ten minutes | ' +
  'in five minutes | no hassle | hassle free | without any problem | without any problems | smooth | smoothly | quick and easy | fast and easy | quick fix | took the time | ' +
  'sofort | unkompliziert | ganz einfach | reibungslos | auf anhieb';

const EFFORT = {
  en: lexiconOf(
    [
      { label: 'frustrated', strength: 0.6, phrases: HARD },
      { label: 'satisfied', strength: 0.6, phrases: EASY },
    ],
    'en',
  ),
  de: lexiconOf(
    [
      { label: 'frustrated', strength: 0.6, phrases: HARD },
      { label: 'satisfied', strength: 0.6, phrases: EASY },
    ],
    'de',
  ),
};

/**
 * How hard a text says it was: -1 (hard) to 1 (easy).
 * @returns null where nothing in it speaks of effort; that is not 0, and is left out of means
 */
export function effortOf(pieces: Tokens, lang: 'en' | 'de'): number | null {
  const { good, bad, phrases } = EFFORT[lang](pieces);
  return phrases.length === 0 ? null : Math.round((good - bad) * 100) / 100;
}
