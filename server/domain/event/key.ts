/** Digits of the name by which duplicates are known. */
const NAME_DIGITS = 24;
/** Digits of the name before, and of what sets the key apart behind: together they choose the place in the stream. */
const HEAD_DIGITS = 6;

/**
 * The key of an ordinary event: unlike that of any other event, also where a sender gives one id to events of several customers, who may turn out to
 * be one person. Among others of one instant it has the place of its name.
 * @param name hex digits of (source, id)
 * @param apart hex digits of (source, id, strongest identifier)
 */
export function keyApart(name: string, apart: string): string {
  return name.slice(0, HEAD_DIGITS) + apart.slice(0, HEAD_DIGITS) + name.slice(HEAD_DIGITS);
}

/** Whether a text can be what `keyApart` makes. */
export function isKeyApart(text: string): boolean {
  return text.length === NAME_DIGITS + HEAD_DIGITS && /^[0-9a-f]+$/.test(text);
}

/** The name, hex digits of (source, id), in the key of any event: what annotations and decisions have for a key is the name itself. */
export function nameIn(key: string): string {
  return key.length <= NAME_DIGITS ? key : key.slice(0, HEAD_DIGITS) + key.slice(2 * HEAD_DIGITS);
}
