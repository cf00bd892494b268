import { exactNumber } from '#lib/contract/exact-number.ts';
import type { SourceRow } from './source-rows.ts';
import type { ElementReader } from './xml.ts';
import { xmlItems } from './xml.ts';

/** Attributes that hold attributes, followed at most this far. */
const DEEPEST = 16;
const LARGEST_SEQUENCE = 65_535;
const ATTRIBUTES: ReadonlySet<string> = new Set(['string', 'date', 'int', 'float', 'boolean', 'id', 'list', 'container']);
/** Names under which logs keep whose case it is. */
const CUSTOMER = /^(case:)?(customer|client|user|person|account)([ _:-]?(id|name|number))?$/i;

type Single = string | number | boolean;
/** Several: what a list holds under one key. */
type Value = Single | readonly Single[];
type Attributes = Map<string, Value>;

interface Trace {
  readonly number: number;
  readonly attributes: Attributes;
  /** whether none of its events has ended yet */
  fresh: boolean;
}

interface Place {
  /** place of the event in its case, 1 for the first */
  readonly index: number;
  /** whether it is the first of its trace */
  readonly first: boolean;
}

function valueOf(type: string, text: string | undefined): Single | undefined {
  if (text === undefined) return undefined;
  if (type === 'int' || type === 'float') return exactNumber(text);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function named(attributes: Attributes): Value | undefined {
  for (const [key, value] of attributes) if (CUSTOMER.test(key)) return value;
  return undefined;
}

function caseNameOf(trace: Trace): string {
  return String(trace.attributes.get('concept:name') ?? `trace-${trace.number}`);
}

/** An event of a trace. Beside its attributes it has those of its case as `case:<key>`, and some that logs leave to the reader. */
function rowOf(number: number, event: Attributes, trace: Trace, { index, first }: Place): SourceRow {
  const caseName = caseNameOf(trace);
  const made: Readonly<Record<string, () => unknown>> = {
    'event:id': () => event.get('identity:id') ?? `${caseName}/${index}`,
    'event:index': () => String(index),
    'event:sequence': () => String(Math.min(index, LARGEST_SEQUENCE)),
    'trace:index': () => String(trace.number),
    'case:concept:name': () => caseName,
    // The lifecycle extension: an event that says nothing is one that was completed.
    lifecycle: () => (String(event.get('lifecycle:transition') ?? '').trim() || 'complete').toLowerCase(),
    customer: () => named(trace.attributes) ?? named(event),
  };
  return {
    number,
    value(column) {
      if (event.has(column)) return event.get(column);
      if (Object.hasOwn(made, column)) return made[column]?.();
      return column.startsWith('case:') ? trace.attributes.get(column.slice(5)) : undefined;
    },
    // What is true of the whole trace is told once, with its first event.
    columns: () => [...event.keys(), ...(first ? [...trace.attributes.keys()].map((key) => `case:${key}`) : [])],
  };
}

/** Follows the elements of a log and gathers the events that have ended. */
class LogReader implements ElementReader<SourceRow> {
  readonly ended: SourceRow[] = [];
  #rows = 0;
  #traces = 0;
  /** how many events each case has had: two traces may have one name */
  readonly #cases = new Map<string, number>();
  #trace: Trace | undefined;
  #event: Attributes | undefined;
  /** inside `global`, whose attributes are examples */
  #skipping = 0;
  readonly #path: string[] = [];
  /** lists around the attribute being read */
  #lists = 0;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'global' || this.#skipping > 0) this.#skipping++;
    else if (name === 'trace') this.#trace = { number: ++this.#traces, attributes: new Map(), fresh: true };
    else if (name === 'event') this.#event = new Map();
    else if (ATTRIBUTES.has(name)) this.#attribute(name, attributes);
  }

  close(name: string): void {
    if (this.#skipping > 0) this.#skipping--;
    else if (ATTRIBUTES.has(name)) this.#leave(name);
    else if (name === 'trace') this.#trace = undefined;
    else if (name === 'event') this.#end();
  }

  #attribute(type: string, { key = '', value }: Readonly<Record<string, string>>): void {
    this.#path.push(key);
    const into = this.#event ?? this.#trace?.attributes;
    const read = valueOf(type, value);
    if (into !== undefined && read !== undefined && this.#path.length <= DEEPEST) this.#keep(into, this.#path.join('.'), read);
    if (type === 'list') this.#lists++;
  }

  #leave(type: string): void {
    this.#path.pop();
    if (type === 'list') this.#lists--;
  }

  /** Only a list may hold a key twice. */
  #keep(into: Attributes, name: string, value: Single): void {
    const before = this.#lists > 0 ? into.get(name) : undefined;
    into.set(name, before === undefined ? value : [before, value].flat());
  }

  #end(): void {
    // A log may hold events that belong to no trace.
    const trace = this.#trace ?? { number: ++this.#traces, attributes: new Map<string, Value>(), fresh: true };
    this.ended.push(rowOf(++this.#rows, this.#event ?? new Map<string, Value>(), trace, { index: this.#count(trace), first: trace.fresh }));
    trace.fresh = false;
    this.#event = undefined;
  }

  #count(trace: Trace): number {
    const name = caseNameOf(trace);
    const before = this.#cases.get(name);
    // A piece of the file's text keeps all of that text in memory; a copy does not.
    this.#cases.set(before === undefined ? copyOf(name) : name, (before ?? 0) + 1);
    return (before ?? 0) + 1;
  }
}

function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/**
 * Reads the events of an XES log (IEEE 1849), one row each, holding no more than what one piece of the file ends, and the names of its cases.
 * @throws Error where the file is no well-formed XML, or not in the encoding it names
 */
export function xesRows(stream: AsyncIterable<Buffer>): AsyncGenerator<SourceRow> {
  return xmlItems(stream, new LogReader());
}
