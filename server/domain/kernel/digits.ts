/** Five bits of a number to a character, from '0' on; the sixth says that more follow. */
const BITS = 5;
const MORE = 32;
const FIRST_CHARACTER = 48;
const FIRST_ROOM = 4096;
/** Characters one number can take: 2^53 with its sign. */
const LONGEST = 11;
/** Below this, numbers are taken apart with shifts. */
const SMALL = 2 ** 30;

/**
 * Writes integers as text, small ones short: one character up to 15, two up to 511. Text, so that what is stored passes through every client
 * and tool as it is; the characters are ASCII and need no escape in JSON but one.
 */
export class DigitWriter {
  #bytes = new Uint8Array(FIRST_ROOM);
  #length = 0;
  readonly #decoder = new TextDecoder();

  clear(): void {
    this.#length = 0;
  }

  /** An integer within +-2^52. */
  write(value: number): void {
    if (this.#length + LONGEST > this.#bytes.length) this.#makeRoom();
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= SMALL) {
      this.#bytes[this.#length++] = FIRST_CHARACTER + MORE + (rest % MORE);
      rest = Math.floor(rest / MORE);
    }
    while (rest >= MORE) {
      this.#bytes[this.#length++] = FIRST_CHARACTER + MORE + (rest & (MORE - 1));
      rest >>= BITS;
    }
    this.#bytes[this.#length++] = FIRST_CHARACTER + rest;
  }

  toString(): string {
    return this.#decoder.decode(this.#bytes.subarray(0, this.#length));
  }

  #makeRoom(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what `DigitWriter` wrote. */
export class DigitReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, from = 0) {
    this.#text = text;
    this.#at = from;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next integer; 0 behind the end. */
  read(): number {
    let digit = this.#text.charCodeAt(this.#at++) - FIRST_CHARACTER;
    // Not a number behind the end: both comparisons say no.
    if (!(digit >= MORE)) return digit >= 0 ? signed(digit) : 0;
    let value = digit - MORE;
    let scale = MORE;
    for (;;) {
      digit = this.#text.charCodeAt(this.#at++) - FIRST_CHARACTER;
      if (!(digit >= MORE)) return digit >= 0 ? signed(value + digit * scale) : 0;
      value += (digit - MORE) * scale;
      scale *= MORE;
    }
  }
}

function signed(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
