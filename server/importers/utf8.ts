import { isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;

/** Whether text can be read in an encoding of this name, e.g. `windows-1252`. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** How many bytes at the end begin a character of UTF-8 without ending it. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes.at(-back);
    if (byte === undefined || byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

/** How many lines stand before the first that is not UTF-8. */
function linesBeforeBad(bytes: Buffer): number {
  let lines = 0;
  for (let from = 0, end = bytes.indexOf(LINE_FEED); end !== -1; from = end + 1, end = bytes.indexOf(LINE_FEED, from)) {
    if (!isUtf8(bytes.subarray(from, end))) return lines;
    lines += 1;
  }
  return lines;
}

function notUtf8(line: number): Error {
  return new Error(
    `line ${line} is not UTF-8. Name the encoding of a .csv or .ndjson file in its mapping (encoding: windows-1252), or convert the file: iconv -f windows-1252 -t utf-8`,
  );
}

async function* checked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
    if (!isUtf8(whole)) throw notUtf8(line + linesBeforeBad(whole));
    line += linesIn(whole);
    rest = bytes.subarray(whole.length);
    yield whole;
  }
  if (rest.length > 0) throw notUtf8(line);
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** Gives back the chunk that was looked at and those behind it. */
async function* behind(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/**
 * A file's text as UTF-8, piece by piece. Bytes that are no text are never replaced: two names would become one.
 * @param encoding of the file; default: UTF-8, or UTF-16 where the first bytes say so
 * @throws Error naming the line that is not UTF-8
 */
export async function* utf8Of(stream: AsyncIterable<Buffer>, encoding?: string): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const isUtf16 = first.value[0] === 0xff && first.value[1] === 0xfe;
  const named = encoding ?? (isUtf16 ? 'utf-16le' : undefined);
  const all = behind(first.value, chunks);
  yield* named === undefined ? checked(all) : decoded(all, named);
}
