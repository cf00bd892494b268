const ASCII = /^[\x20-\x7e]*$/;
const HALF_CHARACTER = /\p{Surrogate}/u;
const HALF_CHARACTERS = /\p{Surrogate}/gu;
/** Must not reach a page or a key: controls and marks that turn the writing direction round. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Whether text holds half a character (a lone surrogate): the store would take two such ids for one. */
export function isHalved(text: string): boolean {
  return HALF_CHARACTER.test(text);
}

/** A name or id as it is kept: NFC, trimmed, nothing that cannot be seen. May be empty. */
export function plainText(text: string): string {
  return ASCII.test(text) ? text.trim() : wellFormed(text).replace(UNSEEN, '').normalize('NFC').trim();
}

/** Free text with half characters replaced by U+FFFD: everything else stays. */
export function wellFormed(text: string): string {
  return text.replace(HALF_CHARACTERS, '\ufffd');
}
