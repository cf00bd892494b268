import { SaxesParser } from 'saxes';

/** Follows the elements of an XML file and gathers what has ended. */
export interface ElementReader<Item> {
  readonly ended: Item[];
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  /** text between two tags; a piece of it at least */
  text?(text: string): void;
}

/** The encoding that the first bytes declare; UTF-8 where they declare none. */
function encodingOf(head: Buffer): string {
  return (
    /^<\?xml[^>]*encoding=["']([\w.-]+)["']/i.exec(
      head
        .subarray(0, 200)
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, ''),
    )?.[1] ?? 'utf-8'
  );
}

/**
 * Reads an XML file as a stream, holding no more than what one piece of it ends. External entities are never fetched and declared ones not expanded: the
 * parser knows the five of XML only.
 * @throws Error where the file is no well-formed XML, or not in the encoding it names
 */
export async function* xmlItems<Item>(stream: AsyncIterable<Buffer>, reader: ElementReader<Item>): AsyncGenerator<Item> {
  const parser = new SaxesParser<{ readonly xmlns: false; readonly position: true }>({ xmlns: false, position: true });
  let failure: Error | undefined;
  parser.on('error', (error) => (failure ??= error));
  parser.on('opentag', ({ name, attributes }) => reader.open(bare(name), attributes));
  parser.on('closetag', ({ name }) => reader.close(bare(name)));
  parser.on('text', (text) => reader.text?.(text));
  parser.on('cdata', (text) => reader.text?.(text));
  let decoder: TextDecoder | undefined;
  for await (const chunk of stream) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    parser.write(decoded(decoder, parser.line, chunk));
    if (failure !== undefined) throw failure;
    yield* reader.ended.splice(0);
  }
  if (decoder !== undefined) parser.write(decoded(decoder, parser.line));
  parser.close();
  if (failure !== undefined) throw failure;
  yield* reader.ended.splice(0);
}

/** Reads on in the text. @param chunk undefined: the file ends */
function decoded(decoder: TextDecoder, line: number, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new Error(`behind line ${line} stands text that is not ${decoder.encoding}, the encoding it names; convert it first`, { cause });
  }
}

function bare(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
