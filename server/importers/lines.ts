import { StringDecoder } from 'node:string_decoder';

/** Characters of one line: more than any event the door would take. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Lines of a byte stream, cut at line feeds only: `readline` also cuts at U+2028, which JSON text may hold.
 * @param endOf tells from the first piece of text what ends its lines, where that may be something else
 * @throws RangeError for a line of more than 16 Mi characters
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, endOf: (start: string) => string = () => '\n'): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let end: string | undefined;
  for await (const chunk of stream) {
    const text = rest + decoder.write(chunk);
    end ??= endOf(text);
    const parts = text.split(end);
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line of more than ${LONGEST_LINE} characters`);
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
