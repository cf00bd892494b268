import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import type { SourceRow } from './source-rows.ts';

/** Attributes that hold attributes, followed at most this far. */
const DEEPEST = 16;
const LARGEST_SEQUENCE = 65_535;
const ATTRIBUTES: ReadonlySet<string> = new Set(['string', 'date', 'int', 'float', 'boolean', 'id', 'list', 'container']);
/** Names under which logs keep whose case it is. */
const CUSTOMER = /^(case:)?(customer|client|user|person|account)([ _:-]?(id|name|number))?$/i;

type Value = string | number | boolean;
type Attributes = Map<string, Value>;

interface Trace {
  readonly number: number;
  readonly attributes: Attributes;
  events: number;
}

function valueOf(type: string, text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  if (type === 'int' || type === 'float') return Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function named(attributes: Attributes): Value | undefined {
  for (const [key, value] of attributes) if (CUSTOMER.test(key)) return value;
  return undefined;
}

/** An event of a trace. Beside its attributes it has those of its case as `case:<key>`, and some that logs leave to the reader. */
function rowOf(number: number, event: Attributes, trace: Trace): SourceRow {
  const index = trace.events;
  const caseName = trace.attributes.get('concept:name') ?? `trace-${trace.number}`;
  const made: Readonly<Record<string, () => unknown>> = {
    'event:id': () => event.get('identity:id') ?? `${String(caseName)}/${index}`,
    'event:index': () => String(index),
    'event:sequence': () => String(Math.min(index, LARGEST_SEQUENCE)),
    'trace:index': () => String(trace.number),
    'case:concept:name': () => caseName,
    // The lifecycle extension: an event that says nothing is one that was completed.
    lifecycle: () => String(event.get('lifecycle:transition') ?? 'complete').toLowerCase(),
    customer: () => named(trace.attributes) ?? named(event),
  };
  return {
    number,
    value(column) {
      if (event.has(column)) return event.get(column);
      if (Object.hasOwn(made, column)) return made[column]?.();
      return column.startsWith('case:') ? trace.attributes.get(column.slice(5)) : undefined;
    },
    // What is true of the whole case is told once, with its first event.
    columns: () => [...event.keys(), ...(index === 1 ? [...trace.attributes.keys()].map((key) => `case:${key}`) : [])],
  };
}

/** Follows the elements of a log and gathers the events that have ended. */
class LogReader {
  readonly ended: SourceRow[] = [];
  #rows = 0;
  #traces = 0;
  #trace: Trace | undefined;
  #event: Attributes | undefined;
  /** inside `global`, whose attributes are examples */
  #skipping = 0;
  readonly #path: string[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'global' || this.#skipping > 0) this.#skipping++;
    else if (name === 'trace') this.#trace = { number: ++this.#traces, attributes: new Map(), events: 0 };
    else if (name === 'event') this.#event = new Map();
    else if (ATTRIBUTES.has(name)) this.#attribute(name, attributes);
  }

  close(name: string): void {
    if (this.#skipping > 0) this.#skipping--;
    else if (ATTRIBUTES.has(name)) this.#path.pop();
    else if (name === 'trace') this.#trace = undefined;
    else if (name === 'event') this.#end();
  }

  #attribute(type: string, { key = '', value }: Readonly<Record<string, string>>): void {
    this.#path.push(key);
    const into = this.#event ?? this.#trace?.attributes;
    const read = valueOf(type, value);
    if (into !== undefined && read !== undefined && this.#path.length <= DEEPEST) into.set(this.#path.join('.'), read);
  }

  #end(): void {
    // A log may hold events that belong to no trace.
    const trace = this.#trace ?? { number: ++this.#traces, attributes: new Map<string, Value>(), events: 0 };
    trace.events++;
    this.ended.push(rowOf(++this.#rows, this.#event ?? new Map<string, Value>(), trace));
    this.#event = undefined;
  }
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
 * Reads the events of an XES log (IEEE 1849), one row each, holding no more than what one piece of the file ends. External entities are never
 * fetched and declared ones not expanded: the parser knows the five of XML only.
 * @throws Error where the file is no well-formed XML
 */
export async function* xesRows(stream: Readable): AsyncGenerator<SourceRow> {
  const log = new LogReader();
  const parser = new SaxesParser<{ readonly xmlns: false; readonly position: true }>({ xmlns: false, position: true });
  let failure: Error | undefined;
  parser.on('error', (error) => (failure ??= error));
  parser.on('opentag', ({ name, attributes }) => log.open(bare(name), attributes));
  parser.on('closetag', ({ name }) => log.close(bare(name)));
  let decoder: TextDecoder | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
    if (failure !== undefined) throw failure;
    yield* log.ended.splice(0);
  }
  parser.close();
  if (failure !== undefined) throw failure;
  yield* log.ended.splice(0);
}

function bare(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
