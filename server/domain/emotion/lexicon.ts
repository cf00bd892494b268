import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';
import { CLASS_VALENCE } from './classes.ts';
import { ENGLISH, GERMAN, SIGNS, type LexiconGroup } from './lexicon-entries.ts';
import { languagesOf } from './language.ts';
import { tokenise, type Token, type Tokens } from './tokens.ts';

/** Name and version of this scorer, stored with every score: another lexicon is another name. */
export const LEXICON_SCORER = 'lexicon-1';

/** Words before a hit that are searched for a negation. */
const NEGATION_WINDOW = 4;
/** Words before a hit that are searched for "very" or "a bit". */
const DEGREE_WINDOW = 2;
const INTENSIFIED = 1.25;
const DAMPENED = 0.65;
const SHOUTED = 1.2;
const EXCLAIMED = 1.1;
/** What is left of a hit when "but" follows in its sentence: the sentence is about what comes after. */
const BEFORE_BUT = 0.5;
/** What is left of plain praise when something hard follows in its sentence: "great, my parcel is lost again". */
const OPENING_PRAISE = 0.4;
const WEAK_PRAISE = 0.6;
const HARD_COMPLAINT = 0.5;
/** What praise turns into under a negation. */
const NEGATED_PRAISE = 0.85;
/** What a complaint turns into under a negation. */
const DENIED = 0.7;
/** A lone "thanks" at the end of a longer text is a signature. */
const SIGN_OFF_WORDS = 3;
const SIGN_OFF_MIN_WORDS = 8;
const LONG_TEXT_WORDS = 60;
const MOST_WORDS_SHOWN = 6;
const LEAST_CONFIDENCE = 0.2;
const MOST_CONFIDENCE = 0.8;

const ENGLISH_NEGATORS = words(
  'not no never none nobody nothing neither nor without hardly barely cannot cant dont doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint',
);
const GERMAN_NEGATORS = words('nicht kein keine keinen keinem keiner keinerlei nie niemals ohne kaum');
const ENGLISH_INTENSIFIERS = words(
  'very so really extremely absolutely totally completely utterly incredibly super too truly highly beyond most',
);
const GERMAN_INTENSIFIERS = words('sehr echt total absolut völlig extrem so wirklich richtig überaus');
const DAMPENERS = words('slightly bit little somewhat fairly rather kinda sort kind mildly etwas bisschen ziemlich');
const CONTRASTS = words('but however yet aber jedoch trotzdem');
const GRATITUDE = words('thank thanks thankyou thx cheers danke dank dankeschön');
const AFTER_ANSWER = words('i im it its you that thats this the we everything all they he she');
const SIGN_OFFS = new Set(['thank you', 'thanks', 'many thanks', 'thx', 'cheers', 'danke', 'vielen dank']);

/** With one of these a conversation ends; bare thanks beside it are part of the formula. */
const CLOSINGS = new Set(
  (
    'thats all | no thats all | that will be all | thats everything | nothing else | nothing more | no more help | no more questions | no questions | no queries | bye | good bye | ' +
    'ok bye | bye bye | have a nice | have a good one | have a nice day | have a great day | have a good day | have a wonderful day | have a good evening | nice day | no thanks'
  ).split(' | '),
);

/** What the lexicon read in a text: the fields a stored text emotion has. */
export interface TextReading {
  readonly label: Emotion;
  /** -1..1 */
  readonly valence: number;
  /** 0.2..0.8: words alone are never sure */
  readonly confidence: number;
  readonly scorer: string;
  /** the lexicon's words that spoke, strongest first, at most six; a negated one with `not` before it */
  readonly why: readonly string[];
}

interface Entry {
  readonly phrase: string;
  readonly label: Emotion | null;
  readonly strength: number;
  /** begins with a negation or holds one: another before it changes nothing */
  readonly negates: boolean;
  /** gratitude cannot be negated: "no thank you so much" lacks a comma, no more */
  readonly thanks: boolean;
  readonly single: boolean;
}

/** Phrases as a tree of words. */
interface Node {
  entry: Entry | null;
  readonly next: Map<string, Node>;
}

interface Language {
  readonly root: Node;
  readonly vocabulary: ReadonlySet<string>;
  readonly negators: ReadonlySet<string>;
  readonly intensifiers: ReadonlySet<string>;
}

/** One phrase found in a text. */
interface Hit {
  readonly label: Emotion;
  strength: number;
  readonly shown: string;
  readonly from: number;
  readonly to: number;
  readonly entry: Entry;
}

const LANGUAGES: Readonly<Record<'en' | 'de', Language>> = {
  en: language([...ENGLISH, ...SIGNS], ENGLISH_NEGATORS, ENGLISH_INTENSIFIERS),
  de: language([...GERMAN, ...SIGNS], GERMAN_NEGATORS, GERMAN_INTENSIFIERS),
};

/**
 * Reads the emotion in a customer's words, in English or German, by phrases that can be looked up in `lexicon-entries.ts`.
 * @param text the customer's own words; beyond 4,000 characters nothing is read
 * @param lang language tag such as `en-GB`; without one it is guessed from the commonest words
 * @returns null where nothing can be said: another language, or no phrase that speaks. That is unknown, never neutral
 */
export function scoreText(text: string, lang?: string): TextReading | null {
  const pieces = tokenise(text);
  for (const spoken of languagesOf(pieces, lang)) {
    const reading = readIn(pieces, LANGUAGES[spoken]);
    if (reading !== null) return reading;
  }
  return null;
}

function readIn(pieces: Tokens, spoken: Language): TextReading | null {
  const speaking = speakingHits(pieces, spoken);
  return speaking.length === 0 ? null : read(speaking, pieces.tokens.length);
}

function speakingHits(pieces: Tokens, spoken: Language): Hit[] {
  const hits = findHits(pieces.tokens, spoken);
  weighHits(hits, pieces);
  return hits.filter((hit) => hit.strength > 0);
}

/** What the lexicon's phrases say in a text, as numbers for whoever weighs them against other evidence. */
export interface LexiconSigns {
  /** 0..1 per emotion, in the order of `EMOTIONS` */
  readonly classes: readonly number[];
  /** 0..1: praise and complaint taken together */
  readonly good: number;
  readonly bad: number;
  /** phrases that spoke, with their emotion and strength, as they stand in the text */
  readonly phrases: readonly { readonly phrase: string; readonly label: Emotion; readonly strength: number }[];
}

/** The lexicon's view of a text in one of its languages. */
export function lexiconSigns(pieces: Tokens, lang: 'en' | 'de'): LexiconSigns {
  return signsIn(pieces, LANGUAGES[lang]);
}

/** A lexicon of other phrases, read by the same rules of negation, degree and contrast. */
export function lexiconOf(groups: readonly LexiconGroup[], lang: 'en' | 'de'): (pieces: Tokens) => LexiconSigns {
  const { negators, intensifiers } = LANGUAGES[lang];
  const own = language(groups, negators, intensifiers);
  return (pieces) => signsIn(pieces, own);
}

function signsIn(pieces: Tokens, spoken: Language): LexiconSigns {
  const hits = speakingHits(pieces, spoken);
  const spared = new Float64Array(EMOTIONS.length).fill(1);
  let [good, bad] = [1, 1];
  for (const { label, strength } of hits) {
    const left = 1 - Math.min(0.99, strength);
    const k = EMOTIONS.indexOf(label);
    spared[k] = (spared[k] ?? 1) * left;
    if (CLASS_VALENCE[label] > 0) good *= left;
    else if (CLASS_VALENCE[label] < 0) bad *= left;
  }
  return {
    classes: Array.from(spared, (left) => 1 - left),
    good: 1 - good,
    bad: 1 - bad,
    phrases: hits.map((hit) => ({ phrase: hit.shown, label: hit.label, strength: hit.strength })),
  };
}

function findHits(tokens: readonly Token[], spoken: Language): Hit[] {
  const hits: Hit[] = [];
  const known = tokens.map((token) => shortened(token.word, spoken.vocabulary));
  let free = 0;
  for (let from = 0; from < known.length;) {
    const match = longestMatch(tokens, known, from, spoken.root);
    if (match === null) {
      from++;
      continue;
    }
    const hit = hitOf(match.entry, { tokens, known, from, to: match.to, free }, spoken);
    if (hit !== null) hits.push(hit);
    from = free = match.to;
  }
  return hits;
}

/** `sooooo` is `so`, `looove` is `love`: three of a letter are two, or one where only that is a word here. */
function shortened(word: string, vocabulary: ReadonlySet<string>): string {
  if (!isDrawnOut(word) || vocabulary.has(word)) return word;
  const doubled = word.replace(/(.)\1{2,}/gu, '$1$1');
  return vocabulary.has(doubled) ? doubled : word.replace(/(.)\1{2,}/gu, '$1');
}

/** Whether a character comes three times in a row. */
function isDrawnOut(word: string): boolean {
  let run = 1;
  for (let at = 1; at < word.length; at++) {
    run = word.charCodeAt(at) === word.charCodeAt(at - 1) ? run + 1 : 1;
    if (run === 3) return true;
  }
  return false;
}

function longestMatch(tokens: readonly Token[], known: readonly string[], from: number, root: Node): { entry: Entry; to: number } | null {
  const sentence = tokens[from]?.sentence;
  let node: Node | undefined = root;
  let found: { entry: Entry; to: number } | null = null;
  for (let at = from; at < known.length && tokens[at]?.sentence === sentence; at++) {
    node = node.next.get(known[at] ?? '');
    if (node === undefined) break;
    if (node.entry !== null) found = { entry: node.entry, to: at + 1 };
  }
  return found;
}

interface Place {
  readonly tokens: readonly Token[];
  readonly known: readonly string[];
  readonly from: number;
  readonly to: number;
  /** words before this one belong to an earlier phrase */
  readonly free: number;
}

function hitOf(entry: Entry, place: Place, spoken: Language): Hit | null {
  if (entry.label === null) return null;
  const { from, to } = place;
  const strength = entry.strength * degreeAt(place, spoken) * (isShouted(place) ? SHOUTED : 1);
  if (entry.negates || !isNegated(place, spoken)) return { label: entry.label, strength, shown: entry.phrase, from, to, entry };
  if (entry.thanks) return isDeclined(entry, place) ? null : { label: entry.label, strength, shown: entry.phrase, from, to, entry };
  // not angry, not worried: nothing bad, which is not yet good
  if (CLASS_VALENCE[entry.label] < 0) return { label: 'neutral', strength: DENIED, shown: `not ${entry.phrase}`, from, to, entry };
  if (CLASS_VALENCE[entry.label] === 0) return null;
  return { label: 'disappointed', strength: strength * NEGATED_PRAISE, shown: `not ${entry.phrase}`, from, to, entry };
}

/** "No thanks" is neither thanks nor the opposite; "no, thank you for your help" is thanks. */
function isDeclined(entry: Entry, { known, from }: Place): boolean {
  const before = known[from - 1];
  return SIGN_OFFS.has(entry.phrase) && (before === 'no' || before === 'nein');
}

function isNegated({ tokens, known, from, free }: Place, spoken: Language): boolean {
  const clause = tokens[from]?.clause;
  for (let at = from - 1; at >= Math.max(free, from - NEGATION_WINDOW); at--) {
    const word = known[at] ?? '';
    if (tokens[at]?.clause !== clause || CONTRASTS.has(word)) return false;
    if (spoken.negators.has(word)) return !sparesWhatFollows(word, known[at + 1] ?? '');
  }
  return false;
}

/** "Not only slow" is slow, and "no it was good" answers a question. */
function sparesWhatFollows(negator: string, next: string): boolean {
  return next === 'only' || next === 'nur' || (negator === 'no' && AFTER_ANSWER.has(next));
}

function degreeAt({ tokens, known, from, free }: Place, spoken: Language): number {
  const clause = tokens[from]?.clause;
  for (let at = from - 1; at >= Math.max(free, from - DEGREE_WINDOW) && tokens[at]?.clause === clause; at--) {
    const word = known[at] ?? '';
    if (spoken.intensifiers.has(word)) return INTENSIFIED;
    if (DAMPENERS.has(word)) return DAMPENED;
  }
  return 1;
}

function isShouted({ tokens, from, to }: Place): boolean {
  for (let at = from; at < to; at++) if (tokens[at]?.shouted === true) return true;
  return false;
}

/** Weighs the hits against one another: what "but" outweighs, praise that only opens a complaint, thanks that only close a letter. */
function weighHits(hits: readonly Hit[], { tokens, exclamations }: Tokens): void {
  const lastContrast = new Map<number, number>();
  tokens.forEach((token, at) => {
    if (CONTRASTS.has(token.word)) lastContrast.set(token.sentence, at);
  });
  const ends = hits.some((hit) => CLOSINGS.has(hit.entry.phrase));
  hits.forEach((hit, index) => {
    const sentence = tokens[hit.from]?.sentence ?? 0;
    const before = hit.from < (lastContrast.get(sentence) ?? -1);
    const complains = (later: Hit): boolean =>
      tokens[later.from]?.sentence === sentence && CLASS_VALENCE[later.label] < 0 && later.entry.strength >= HARD_COMPLAINT;
    if (before) hit.strength *= BEFORE_BUT;
    else if (isWeakPraise(hit) && hits.slice(index + 1).some(complains)) hit.strength *= OPENING_PRAISE;
    if (exclamations > 0 && hit.label !== 'neutral') hit.strength *= EXCLAIMED;
    const closes = hit.to >= tokens.length - SIGN_OFF_WORDS + 1 && tokens.length >= SIGN_OFF_MIN_WORDS;
    if (closes && SIGN_OFFS.has(hit.entry.phrase) && isLastSentence(hit, tokens)) hit.strength = 0;
    if (ends && SIGN_OFFS.has(hit.entry.phrase)) hit.strength = 0;
  });
}

function isWeakPraise(hit: Hit): boolean {
  return CLASS_VALENCE[hit.label] > 0 && hit.entry.strength <= WEAK_PRAISE && (hit.entry.single || hit.entry.phrase === 'thank you');
}

/** Whether nothing but the thanks (and a name) follows the sentence before. */
function isLastSentence(hit: Hit, tokens: readonly Token[]): boolean {
  const before = tokens[hit.from - 1];
  return before === undefined || before.clause !== tokens[hit.from]?.clause;
}

function read(hits: readonly Hit[], length: number): TextReading {
  const classes = EMOTIONS.map((emotion) => together(hits.filter((hit) => hit.label === emotion)));
  const good = together(hits.filter((hit) => CLASS_VALENCE[hit.label] > 0));
  const bad = together(hits.filter((hit) => CLASS_VALENCE[hit.label] < 0));
  const label = labelOf(classes, good, bad);
  const conflict = Math.min(good, bad) / Math.max(good, bad, Number.EPSILON);
  const strongest = classes[EMOTIONS.indexOf(label)] ?? 0;
  const thin = length > LONG_TEXT_WORDS && hits.length === 1 ? 0.1 : 0;
  const confidence = 0.3 + 0.4 * strongest + 0.05 * Math.min(2, hits.length - 1) - 0.3 * conflict - thin;
  return {
    label,
    valence: rounded(valenceOf(hits, label)),
    confidence: rounded(Math.min(MOST_CONFIDENCE, Math.max(LEAST_CONFIDENCE, confidence))),
    scorer: LEXICON_SCORER,
    why: shownWords(hits),
  };
}

/** Noisy-or: more phrases make surer, never more than sure. */
function together(hits: readonly Hit[]): number {
  return 1 - hits.reduce((spared, hit) => spared * (1 - Math.min(0.99, hit.strength)), 1);
}

/** The better-supported side, complaints on a tie; neutral only where it speaks louder than either. */
function labelOf(classes: readonly number[], good: number, bad: number): Emotion {
  const neutral = classes[EMOTIONS.indexOf('neutral')] ?? 0;
  if (neutral > Math.max(good, bad)) return 'neutral';
  const side = good > bad ? 1 : -1;
  let best: Emotion = side > 0 ? 'satisfied' : 'frustrated';
  EMOTIONS.forEach((emotion, index) => {
    const onSide = CLASS_VALENCE[emotion] * side > 0;
    if (onSide && (classes[index] ?? 0) > (classes[EMOTIONS.indexOf(best)] ?? 0)) best = emotion;
  });
  return best;
}

/** Mean of the classes' valences by strength, the weaker words nearer to 0; never on the other side of the label. */
function valenceOf(hits: readonly Hit[], label: Emotion): number {
  const weight = hits.reduce((sum, hit) => sum + hit.strength, 0);
  const mean = hits.reduce((sum, hit) => sum + hit.strength * CLASS_VALENCE[hit.label] * (0.4 + 0.6 * hit.strength), 0) / weight;
  if (label === 'neutral') return Math.min(0.15, Math.max(-0.15, mean));
  return CLASS_VALENCE[label] > 0 ? Math.min(1, Math.max(0.05, mean)) : Math.max(-1, Math.min(-0.05, mean));
}

function shownWords(hits: readonly Hit[]): readonly string[] {
  const strongestFirst = [...hits].sort((a, b) => b.strength - a.strength || a.from - b.from);
  return [...new Set(strongestFirst.map((hit) => hit.shown))].slice(0, MOST_WORDS_SHOWN);
}

/** Two decimals: more would claim what a list of words cannot know. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

function language(groups: readonly LexiconGroup[], negators: ReadonlySet<string>, intensifiers: ReadonlySet<string>): Language {
  const root: Node = { entry: null, next: new Map() };
  const vocabulary = new Set<string>([...negators, ...intensifiers]);
  for (const { label, strength, phrases } of groups) {
    for (const phrase of phrases.split(' | ')) {
      for (const spelling of new Set([phrase, withoutUmlauts(phrase)])) {
        const parts = spelling.split(' ');
        const negates = parts.some((part) => negators.has(part));
        const thanks = parts.some((part) => GRATITUDE.has(part));
        for (const part of parts) vocabulary.add(part);
        plant(root, parts, { phrase, label, strength, negates, thanks, single: parts.length === 1 });
      }
    }
  }
  return { root, vocabulary, negators, intensifiers };
}

function plant(root: Node, path: readonly string[], entry: Entry): void {
  let node = root;
  for (const word of path) {
    const next = node.next.get(word) ?? { entry: null, next: new Map<string, Node>() };
    node.next.set(word, next);
    node = next;
  }
  node.entry = entry;
}

function withoutUmlauts(phrase: string): string {
  return phrase.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss');
}
