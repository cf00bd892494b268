/** Customers say what they feel first; behind that come quoted mails. */
const MOST_CHARACTERS = 4000;
/** A longer "quotation" is two unrelated marks. */
const LONGEST_QUOTE = 200;
const SHORTEST_SHOUT = 3;
const LONGEST_ENTITY = 7;
const LINK = /^https?:\/\//u;

/** One word or sign of a text, with what stands around it. */
export interface Token {
  /** lower case, without apostrophes; an emoji or emoticon stands for itself */
  readonly word: string;
  /** number of the sentence it stands in */
  readonly sentence: number;
  /** number of the clause it stands in: commas end one, too */
  readonly clause: number;
  /** written in capitals, three letters or more */
  readonly shouted: boolean;
}

/** A text in pieces. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly exclamations: number;
  readonly questions: number;
  /** `@names` addressed; they are left out of the words */
  readonly mentions: number;
  /** web addresses; they are left out of the words */
  readonly links: number;
  /** quotations; they are left out of the words */
  readonly quotes: number;
  /** more of the letters are Latin than not */
  readonly latin: boolean;
}

const EMOTICONS: ReadonlySet<string> = new Set([':)', ':(', ':d', ';)', '<3']);

/**
 * Cuts a text into lower-case words and signs in one pass. Lines quoted with `>` and words "between quotation marks" are somebody else's and left
 * out, unless they are all there is.
 */
export function tokenise(text: string): Tokens {
  return new Tokeniser(text.slice(0, MOST_CHARACTERS).normalize('NFC')).run();
}

class Tokeniser {
  readonly #text: string;
  readonly #lower: string;
  readonly #tokens: Token[] = [];
  #sentence = 0;
  #clause = 0;
  #exclamations = 0;
  #questions = 0;
  #mentions = 0;
  #links = 0;
  #quotes = 0;
  #latin = 0;
  #foreign = 0;

  constructor(text: string) {
    this.#text = text;
    const lower = text.toLowerCase();
    // a few capitals grow when lowered; positions must agree, so such a text is lowered letter by letter
    this.#lower =
      lower.length === text.length ? lower : Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join('');
  }

  run(): Tokens {
    let at = 0;
    while (at < this.#text.length) at = this.#step(at);
    return {
      tokens: this.#tokens,
      exclamations: this.#exclamations,
      questions: this.#questions,
      mentions: this.#mentions,
      links: this.#links,
      quotes: this.#quotes,
      latin: this.#latin >= this.#foreign,
    };
  }

  /** Reads what begins at `at`; returns where the next thing begins. */
  #step(at: number): number {
    const code = this.#lower.charCodeAt(at);
    if (isWordPart(code)) return this.#word(at);
    if (code >= 0xd800 && code <= 0xdbff) return this.#sign(at, 2);
    if (code >= 0x2600 && code <= 0x27bf) return this.#sign(at, 1);
    switch (code) {
      case 0x22: // "
        return this.#quote(at, '"');
      case 0x201c: // “
        return this.#quote(at, '”');
      case 0x201e: // „
        return this.#quote(at, '“');
      case 0x3a: // :
      case 0x3b: // ;
      case 0x3c: // <
        return this.#emoticon(at);
      case 0x3e: // >
        return at === 0 || this.#lower[at - 1] === '\n' ? this.#quotedLine(at) : at + 1;
      case 0x21: // !
        this.#exclamations++;
        return this.#endSentence(at);
      case 0x3f: // ?
        this.#questions++;
        return this.#endSentence(at);
      case 0x40: // @
        return this.#mention(at);
      case 0x26: // &
        return this.#entity(at);
      case 0x2e: // .
      case 0x0a:
        return this.#endSentence(at);
      case 0x2c: // ,
      case 0x28: // (
      case 0x29: // )
        this.#clause++;
        return at + 1;
      default:
        return at + 1;
    }
  }

  /** An address such as `ada@example.com` is no mention. */
  #mention(at: number): number {
    let to = at + 1;
    while (isWordPart(this.#lower.charCodeAt(to)) || this.#lower.charCodeAt(to) === 0x5f) to++;
    if (to > at + 1 && !isWordPart(this.#lower.charCodeAt(at - 1))) this.#mentions++;
    return to;
  }

  /** `&amp;` and its like: what a web page made of a sign. */
  #entity(at: number): number {
    const end = this.#lower.indexOf(';', at + 1);
    return end > at + 1 && end - at <= LONGEST_ENTITY && !this.#lower.slice(at, end).includes(' ') ? end + 1 : at + 1;
  }

  #link(at: number): number {
    let to = at;
    while (to < this.#lower.length && this.#lower.charCodeAt(to) > 0x20) to++;
    this.#links++;
    return to;
  }

  #word(from: number): number {
    if (this.#lower.startsWith('http', from) && LINK.test(this.#lower.slice(from, from + 8))) return this.#link(from);
    let to = from;
    let apostrophes = false;
    for (; to < this.#lower.length; to++) {
      const code = this.#lower.charCodeAt(to);
      if (code === 0x27 || code === 0x2019) {
        if (!isWordPart(this.#lower.charCodeAt(to + 1))) break;
        apostrophes = true;
      } else if (!isWordPart(code)) break;
      else if (code >= 0x250) this.#foreign++;
      else if (code >= 0x41) this.#latin++;
    }
    const part = this.#lower.slice(from, to);
    const shouted = to - from >= SHORTEST_SHOUT && this.#isShouted(from, to);
    this.#push(apostrophes ? part.replace(/['’]/gu, '') : part, shouted);
    return to;
  }

  #isShouted(from: number, to: number): boolean {
    // nearly every word ends in a small letter: no need to look further
    if (this.#text.charCodeAt(to - 1) === this.#lower.charCodeAt(to - 1)) return false;
    const written = this.#text.slice(from, to);
    return written === written.toUpperCase();
  }

  #sign(at: number, length: number): number {
    this.#push(this.#lower.slice(at, at + length), false);
    return at + length;
  }

  #emoticon(at: number): number {
    const nose = this.#lower[at + 1] === '-' ? 1 : 0;
    const face = `${this.#lower[at] ?? ''}${this.#lower[at + 1 + nose] ?? ''}`;
    const alone = !isWordPart(this.#lower.charCodeAt(at + 2 + nose));
    if (EMOTICONS.has(face) && alone) {
      this.#push(face, false);
      return at + 2 + nose;
    }
    this.#clause++;
    return at + 1;
  }

  /** Skips a quotation; a lone mark, an inch, or marks around the whole text are passed over. */
  #quote(at: number, closing: string): number {
    const end = this.#lower.indexOf(closing, at + 1);
    const opens = at === 0 || !isWordPart(this.#lower.charCodeAt(at - 1));
    const isAll = at === 0 && end === this.#lower.length - 1;
    if (end < 0 || end - at > LONGEST_QUOTE || !opens || isAll || !this.#lower.slice(at, end).includes(' ')) return at + 1;
    this.#clause++;
    this.#quotes++;
    return end + 1;
  }

  #quotedLine(at: number): number {
    const end = this.#lower.indexOf('\n', at);
    return end < 0 ? this.#lower.length : end;
  }

  #endSentence(at: number): number {
    this.#sentence++;
    this.#clause++;
    return at + 1;
  }

  #push(word: string, shouted: boolean): void {
    this.#tokens.push({ word, sentence: this.#sentence, clause: this.#clause, shouted });
  }
}

/** Letters and digits of any script; punctuation, symbols and surrogates are not. */
function isWordPart(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
  return (
    code >= 0xc0 &&
    code !== 0xd7 &&
    code !== 0xf7 &&
    !(code >= 0x2000 && code <= 0x2bff) &&
    !(code >= 0x3000 && code <= 0x303f) &&
    code < 0xd800
  );
}
