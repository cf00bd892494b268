import { linesOf } from './lines.ts';

/** How a table is written. */
export interface CsvFormat {
  readonly delimiter: string;
  readonly quote: string;
}

/** One record of a table: its cells, or why they cannot be read. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly broken?: string;
}

/** A record being read. */
interface Draft {
  readonly cells: string[];
  /** what is read of a quoted cell that has not ended */
  open: string | undefined;
  /** its lines so far */
  readonly lines: string[];
  characters: number;
}

/** Characters of a record that spans lines: four times what the door takes of an event. What is longer has a quote too many. */
const LONGEST_RECORD = 1024 * 1024;
const NEVER_CLOSED = 'opens a quote that nothing closes';

function emptyDraft(): Draft {
  return { cells: [], open: undefined, lines: [], characters: 0 };
}

/** What ends the lines of a table: a line feed with or without a carriage return before it, or a carriage return alone. */
function lineEndOf(start: string): string {
  return /\r(?=[^\n])|\n/.exec(start)?.[0] ?? '\n';
}

/**
 * Reads on in a record to the end of a line. A quote inside an unquoted cell is text.
 * @param lineEnd what belongs to a quoted cell that goes on behind the line
 * @returns false where text stands behind a closing quote
 */
function readOn(draft: Draft, line: string, lineEnd: string, { delimiter, quote }: CsvFormat): boolean {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  for (let at = 0; ;) {
    if (draft.open === undefined && text[at] === quote) {
      draft.open = '';
      at += 1;
    }
    if (draft.open === undefined) {
      const end = text.indexOf(delimiter, at);
      draft.cells.push(end === -1 ? text.slice(at) : text.slice(at, end));
      if (end === -1) return true;
      at = end + 1;
      continue;
    }
    const close = text.indexOf(quote, at);
    if (close === -1) {
      draft.open += line.slice(at) + lineEnd;
      return true;
    }
    draft.open += text.slice(at, close);
    const next = text[close + 1];
    at = close + 2;
    if (next === quote) {
      draft.open += quote;
      continue;
    }
    if (next !== undefined && next !== delimiter) return false;
    draft.cells.push(draft.open);
    draft.open = undefined;
    if (next === undefined) return true;
  }
}

/** What is wrong with a record, as the end of a sentence that names its first line; undefined: nothing so far. */
function faultOf(draft: Draft, wellQuoted: boolean): string | undefined {
  if (!wellQuoted) return draft.lines.length === 1 ? 'has text behind a closing quote' : NEVER_CLOSED;
  return draft.open !== undefined && draft.characters > LONGEST_RECORD ? NEVER_CLOSED : undefined;
}

async function nextOf(lines: AsyncIterator<string, unknown>): Promise<string | undefined> {
  const next = await lines.next();
  return next.done === true ? undefined : next.value;
}

/**
 * Reads the records of a table (RFC 4180); empty lines are none. A quote that is closed wrongly, or never, costs its own line only: what stands behind
 * that line is read anew. A parser that only goes on where it is would take the rows behind a stray quote for a part of its cell.
 */
export async function* csvRecords(stream: AsyncIterable<Buffer>, format: CsvFormat): AsyncGenerator<CsvRecord> {
  let lineEnd = '\n';
  const source = linesOf(stream, (start) => (lineEnd = lineEndOf(start)));
  let again: string[] = [];
  let draft = emptyDraft();
  for (let number = 1; ;) {
    const line = again.shift() ?? (await nextOf(source));
    if (line === undefined && draft.lines.length === 0) return;
    let fault: string | undefined = NEVER_CLOSED;
    if (line !== undefined) {
      const read = number === 1 && draft.lines.length === 0 ? line.replace(/^\ufeff/, '') : line;
      draft.lines.push(line);
      draft.characters += line.length + 1;
      fault = faultOf(draft, readOn(draft, read, lineEnd, format));
      if (fault === undefined && draft.open !== undefined) continue;
    }
    if (fault !== undefined) {
      yield { cells: [], broken: `line ${number} ${fault}` };
      again = [...draft.lines.slice(1), ...again];
      number += 1;
    } else {
      if (draft.lines.length > 1 || !/^\r?$/.test(draft.lines[0] ?? '')) yield { cells: draft.cells };
      number += draft.lines.length;
    }
    draft = emptyDraft();
  }
}
