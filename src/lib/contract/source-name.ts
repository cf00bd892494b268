const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether text can name a source: 1 to 64 letters, digits, dots, dashes and underscores. */
export function isSourceName(text: string): boolean {
  return NAME.test(text);
}
