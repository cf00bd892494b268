import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { PassThrough, Transform, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import { csvRecords } from './csv.ts';
import type { CsvFormat, CsvRecord } from './csv.ts';
import { parseExactly } from '#lib/contract/exact-number.ts';
import { linesOf } from './lines.ts';
import { ocelRows } from './ocel.ts';
import { utf8Of } from './utf8.ts';
import { xesRows } from './xes.ts';

/** One row of the file. Numbers begin with 1, a table's header not counted. */
export interface SourceRow {
  readonly number: number;
  /** the cell as it came; undefined where the row has none */
  value(column: string): unknown;
  /** why the row as a whole cannot be read; the cells are then of no use */
  readonly broken?: string;
  /** names of the cells it has */
  columns?(): readonly string[];
  /** what the reader had to decide about it */
  readonly notes?: readonly { readonly column: string; readonly value: string; readonly reason: string }[];
}

/** A file opened for reading, row by row. */
export interface OpenSource {
  /** column names of a table; null where rows name their own fields */
  readonly columns: readonly string[] | null;
  readonly rows: AsyncIterable<SourceRow>;
  /** share of the file read so far, 0..1 */
  readonly done: () => number;
}

/** What a file may be. */
export type FileFormat = 'csv' | 'ndjson' | 'xes' | 'ocel';

/** What must be known to open a file. */
export interface SourceFormat {
  readonly format?: FileFormat | undefined;
  readonly csv: CsvFormat;
  /** of a table or of NDJSON; default: UTF-8 */
  readonly encoding?: string | undefined;
  readonly entry?: string | undefined;
}

interface Bytes {
  readonly name: string;
  readonly stream: Readable;
  readonly done: () => number;
}

const ZIP = /\.zip$/i;
const TABLE = /\.(csv|tsv|txt)$/i;
const TEXT = /\.txt(\.gz)?$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;
const LINES = /\.(ndjson|jsonl|json)$/i;
const XES = /\.xes$/i;
/** Names that tell the form but not what is in it: logs are published as `orders.json` and `orders.xml`, too. */
const UNTOLD = /\.(json|xml)(\.gz)?$/i;
/** Of a file whose name does not tell what it is, so much is looked at. */
const LOOKED_AT = 64 * 1024;
const OCEL = /\.(jsonocel|xmlocel|ocel|ocel2)$|[._-]ocel2?\.(json|xml)$/i;

function counted(total: number): { readonly stream: Transform; readonly done: () => number } {
  let seen = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      seen += chunk.length;
      callback(null, chunk);
    },
  });
  return { stream, done: () => (total === 0 ? 1 : Math.min(1, seen / total)) };
}

/** Joins streams so that an error anywhere shows at the end that is read. */
function joined(parts: readonly [Readable, ...Transform[]]): Readable {
  const out = new PassThrough();
  pipeline([...parts, out], (error) => {
    if (error) out.destroy(error);
  });
  return out;
}

function unreadable(file: string, cause: unknown): Fault {
  return new Fault('bad_request', `${file} cannot be read: ${thrownWords(cause)}`, { cause });
}

/**
 * Walks through the files inside a zip.
 * @param look is given each; what it returns ends the walk
 */
function walkZip<Found>(
  file: string,
  look: (entry: yauzl.Entry, zip: yauzl.ZipFile) => Promise<Found> | undefined,
): Promise<Found | undefined> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (failed, zip) => {
      if (failed) return reject(unreadable(file, failed));
      zip.on('error', (error: unknown) => reject(unreadable(file, error)));
      zip.on('end', () => resolve(undefined));
      zip.on('entry', (entry: yauzl.Entry) => {
        const found = look(entry, zip);
        if (found === undefined) zip.readEntry();
        else found.then(resolve, (cause: unknown) => reject(unreadable(file, cause)));
      });
      zip.readEntry();
    });
  });
}

function entryBytes(entry: yauzl.Entry, zip: yauzl.ZipFile): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (broken, stream) => {
      if (broken) return reject(broken);
      const count = counted(entry.uncompressedSize);
      resolve({ name: entry.fileName, stream: joined([stream, count.stream]), done: count.done });
    });
  });
}

async function namesInZip(file: string): Promise<readonly string[]> {
  const names: string[] = [];
  await walkZip(file, ({ fileName }) => void names.push(fileName));
  return names;
}

/**
 * The file inside a zip that is meant: the first of a format wanted, else the first that can be read at all. A text is a table only where there is
 * no other file, because it mostly says what the table is; what a computer keeps beside a file for itself (`__MACOSX/._rows.csv`) is none.
 */
function chosenName(names: readonly string[], wanted: readonly FileFormat[]): string | undefined {
  const shown = names.filter((name) => !HIDDEN.test(name));
  const known = shown.filter((name) => formatByName(name) !== undefined);
  const sorted = [...known.filter((name) => !TEXT.test(name)), ...known.filter((name) => TEXT.test(name))];
  const isLog = wanted.some((format) => format === 'xes' || format === 'ocel');
  return (
    sorted.find((name) => wanted.some((format) => format === formatByName(name))) ??
    (isLog ? shown.find((name) => UNTOLD.test(name)) : undefined) ??
    sorted[0]
  );
}

function nothingIn(file: string, wanted: string | undefined): Fault {
  return new Fault('bad_request', `${file} holds no ${wanted ?? '.csv, .ndjson, .xes, .jsonocel or .xmlocel file'}`);
}

async function zipEntry(file: string, { entry: wanted, format }: Pick<SourceFormat, 'entry' | 'format'>): Promise<Bytes> {
  const chosen = wanted ?? chosenName(await namesInZip(file), format === undefined ? [] : [format]);
  const bytes = await walkZip(file, (entry, zip) => (entry.fileName === chosen ? entryBytes(entry, zip) : undefined));
  if (bytes === undefined) throw nothingIn(file, wanted);
  return bytes;
}

async function bytesOf(file: string, format: Pick<SourceFormat, 'entry' | 'format'>): Promise<Bytes> {
  if (ZIP.test(file)) return zipEntry(file, format);
  let size: number;
  try {
    size = statSync(file).size;
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const count = counted(size);
  const plain = createReadStream(file);
  if (!/\.gz$/i.test(file)) return { name: basename(file), stream: joined([plain, count.stream]), done: count.done };
  return { name: basename(file).replace(/\.gz$/i, ''), stream: joined([plain, count.stream, createGunzip()]), done: count.done };
}

/** What a file is by its name, compressed or not; undefined: the name does not tell. */
function formatByName(file: string): FileFormat | undefined {
  const name = file.replace(/\.gz$/i, '');
  if (XES.test(name)) return 'xes';
  if (OCEL.test(name)) return 'ocel';
  return TABLE.test(name) ? 'csv' : LINES.test(name) ? 'ndjson' : undefined;
}

/** The log that a text begins; undefined: none that says itself what is what. */
function logIn(beginning: string): FileFormat | undefined {
  const text = beginning.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('{')) return /"(eventTypes|objectTypes)"\s*:|^\{\s*"(events|objects)"\s*:\s*\[/.test(text) ? 'ocel' : undefined;
  const [root] = /<log[\s>][^>]*>?/.exec(text) ?? [];
  if (root === undefined) return undefined;
  if (/<(object-types|event-types|objects|events)[\s/>]/.test(text)) return 'ocel';
  return /xes\.|<(trace|extension|global|classifier)[\s/>]/.test(text) ? 'xes' : undefined;
}

async function beginningOf({ stream }: Bytes): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    if ((length += part.length) >= LOOKED_AT) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * What a file is, or the one inside a zip that says itself what is what, else its first: by the name, and by how it begins where that does not tell.
 * @throws Fault `bad_request` where the file cannot be read, or a zip holds nothing of the kind
 */
export async function formatOfFile(file: string): Promise<FileFormat | undefined> {
  let name = file;
  if (ZIP.test(file)) {
    const chosen = chosenName(await namesInZip(file), ['xes', 'ocel']);
    if (chosen === undefined) throw nothingIn(file, undefined);
    name = chosen;
  }
  const told = formatByName(name);
  if ((told !== undefined && told !== 'ndjson') || !UNTOLD.test(name)) return told;
  const bytes = await bytesOf(file, { entry: ZIP.test(file) ? name : undefined });
  const beginning = await beginningOf(bytes).catch((cause: unknown) => Promise.reject(unreadable(file, cause)));
  return logIn(beginning) ?? told;
}

function formatOf(name: string, format: SourceFormat['format']): FileFormat {
  if (format !== undefined) return format;
  const told = formatByName(name);
  if (told !== undefined) return told;
  throw new Fault('bad_request', `${name}: none of .csv, .ndjson, .xes, .jsonocel, .xmlocel; name its format in the mapping`);
}

function tableRow(number: number, { cells, broken }: CsvRecord, place: ReadonlyMap<string, number>): SourceRow {
  const value = (column: string): unknown => cells[place.get(column) ?? -1];
  if (broken !== undefined) return { number, value, broken };
  if (cells.length === place.size) return { number, value, columns: () => [...place.keys()] };
  return { number, value, broken: `has ${cells.length} cells, the header ${place.size}` };
}

async function* tableRows(records: AsyncIterator<CsvRecord>, place: ReadonlyMap<string, number>): AsyncGenerator<SourceRow> {
  for (let number = 1; ; number += 1) {
    const next = await records.next();
    if (next.done === true) return;
    yield tableRow(number, next.value, place);
  }
}

async function openTable(bytes: Bytes, { csv, encoding }: SourceFormat): Promise<OpenSource> {
  const records = csvRecords(utf8Of(bytes.stream, encoding), csv);
  const header = await records.next().catch((cause: unknown) => Promise.reject(unreadable(bytes.name, cause)));
  if (header.done === true) throw new Fault('bad_request', `${bytes.name} is empty`);
  if (header.value.broken !== undefined) throw unreadable(bytes.name, new Error(header.value.broken));
  const columns = header.value.cells.map((name) => name.trim());
  const place = new Map(columns.map((name, index) => [name, index]));
  if (place.size !== columns.length) throw new Fault('bad_request', `${bytes.name}: two columns have the same name`);
  return { columns, rows: tableRows(records, place), done: bytes.done };
}

function fieldOf(record: object, path: string): unknown {
  if (Object.hasOwn(record, path)) return (record as Readonly<Record<string, unknown>>)[path];
  let here: unknown = record;
  for (const name of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[name];
  }
  return here;
}

function lineRow(number: number, line: string): SourceRow {
  try {
    const record = parseExactly(line);
    if (typeof record === 'object' && record !== null && !Array.isArray(record))
      return { number, value: (column) => fieldOf(record, column), columns: () => Object.keys(record) };
    return { number, value: () => undefined, broken: 'is not a JSON object' };
  } catch {
    return { number, value: () => undefined, broken: 'is not JSON' };
  }
}

async function* lineRows(stream: AsyncIterable<Buffer>): AsyncGenerator<SourceRow> {
  let number = 0;
  for await (const line of linesOf(stream)) {
    const text = line.trim();
    if (text !== '') yield lineRow((number += 1), text);
  }
}

/**
 * Opens a CSV, NDJSON, XES or OCEL file, plain, `.gz`, or inside a `.zip`. Nothing is held in memory but what is being read.
 * @throws Fault `bad_request` where the file cannot be read; a broken row is a row with `broken`
 */
export async function openSource(file: string, format: SourceFormat, columns: readonly string[] = []): Promise<OpenSource> {
  const bytes = await bytesOf(file, format);
  switch (formatOf(bytes.name, format.format)) {
    case 'csv':
      return openTable(bytes, format);
    case 'ndjson':
      return { columns: null, rows: lineRows(utf8Of(bytes.stream, format.encoding)), done: bytes.done };
    case 'xes':
      return { columns: null, rows: xesRows(bytes.stream), done: bytes.done };
    case 'ocel':
      return openOcel(file, bytes, { format, columns });
  }
}

/** An OCEL file is read twice: its events name objects that may stand anywhere. */
function openOcel(
  file: string,
  first: Bytes,
  { format, columns }: { readonly format: SourceFormat; readonly columns: readonly string[] },
): OpenSource {
  let second: Bytes | undefined;
  const passes = [first];
  const open = async (): Promise<Readable> => {
    const next = passes.pop();
    if (next !== undefined) return next.stream;
    second = await bytesOf(file, format);
    return second.stream;
  };
  return { columns: null, rows: ocelRows(open, new Set(columns)), done: () => (first.done() + (second?.done() ?? 0)) / 2 };
}
