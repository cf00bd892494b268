import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#lib/contract/index.ts';
import type { InboxEntry, InboxStream } from '#server/log/inbox-stream.ts';
import type { Clock } from '#server/platform/clock.ts';
import { isSourceName } from '#server/security/write-keys.ts';
import type { Acceptor, SourcedItem } from './acceptor.ts';
import { readItem } from './items.ts';
import { LIMITS } from './limits.ts';

/** Source of entries that name none. */
const DEFAULT_SOURCE = 'redis';
const READ_ENTRIES = 500;
const IDLE_MS = 200;
const RETRY_MS = 1_000;
const KINDS: ReadonlySet<string> = new Set(['customerId', 'email', 'phone', 'anonymousId', 'orderId', 'ticketId']);
/** Fields that are numbers, or may be. In a stream of Redis everything is text. */
const NUMBERS: ReadonlySet<string> = new Set([
  'occurredAt',
  'sequence',
  'score.value',
  'score.scale',
  'promise.due',
  'promise.graceSeconds',
]);
/** A number as JSON writes it: no other base, nothing around it. */
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const LONGEST_SHOWN = 100;
/** Stands before the id of an entry, which tells equal events without id apart. */
const REQUEST = 'xadd ';

type Problem = NonNullable<SourcedItem['problem']>;

/**
 * Reads one entry of the stream `throughline:in`: a field `event` with one event as JSON, or the event's fields one by one, those inside others
 * with a dot (`score.value`); identifiers may stand without `customer.`. `source` names the feed.
 * An event without an id gets that of its entry, so that reading the entry again meets itself.
 */
function readEntry(entry: InboxEntry): SourcedItem {
  const { source: named, event, ...flat } = entry.fields;
  const arrival = arrivalOf(entry);
  if (entry.garbled === true) return refused(entry, { code: 'invalid_field', message: 'The entry is not valid UTF-8.' });
  if (named !== undefined && !isSourceName(named))
    return refused(entry, {
      code: 'invalid_field',
      field: 'source',
      message: 'source must be 1 to 64 letters, digits, dots, dashes or underscores.',
    });
  if (event !== undefined) return { ...readItem(event, LIMITS), ...arrival };
  const problem = flatProblem(flat);
  return problem === undefined ? { ...arrival, value: envelopeOf(flat) } : refused(entry, problem);
}

/**
 * Reads an entry that was refused once more, after it was repaired.
 * @param requestKey as it was kept: it holds the entry's id
 */
export function readEntryAgain(fields: Readonly<Record<string, unknown>>, requestKey: string | undefined): SourcedItem {
  const id = requestKey?.slice(REQUEST.length) ?? '';
  const texts = Object.entries(fields).map(([field, value]): [string, string] => [field, textOf(value)]);
  // What could not be read the first time is still not there: two names would become one.
  return readEntry({ id, fields: Object.fromEntries(texts), garbled: texts.some(([, text]) => text.includes('\ufffd')) });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function arrivalOf({ id, fields: { source } }: InboxEntry): Pick<SourcedItem, 'source' | 'requestKey'> {
  return { source: source !== undefined && isSourceName(source) ? source : DEFAULT_SOURCE, requestKey: REQUEST + id };
}

function refused(entry: InboxEntry, problem: Problem): SourcedItem {
  return { ...arrivalOf(entry), value: entry.fields, raw: JSON.stringify(unfolded(entry.fields)), shape: 'entry', problem };
}

/** An entry's fields with the event that is written as text in one of them: a rule of repair reaches into what is kept, not into a text. */
function unfolded({ event, ...fields }: InboxEntry['fields']): object {
  const read = event === undefined ? undefined : readItem(event, LIMITS);
  return read === undefined ? fields : { ...fields, event: read.problem === undefined ? read.value : event };
}

/** What forbids to build an event of these fields: the limits of every door, seen before anything is built. */
function flatProblem(flat: Readonly<Record<string, string>>): Problem | undefined {
  const { depth, eventCharacters } = LIMITS;
  let length = 0;
  for (const [field, text] of Object.entries(flat)) {
    length += field.length + text.length;
    if (length > eventCharacters) return { code: 'too_large', message: `The event is longer than ${eventCharacters} characters.` };
    const shown = field.length <= LONGEST_SHOWN ? field : `${field.slice(0, LONGEST_SHOWN)}...`;
    const names = field.split('.');
    if (names.length > depth)
      return { code: 'too_deep', field: shown, message: `The event is nested more than ${depth} levels deep by ${shown}.` };
    if (names.includes(''))
      return { code: 'unknown_field', field: `"${shown}"`, message: `"${shown}" is no name of a field: a part of it is empty.` };
  }
  return undefined;
}

function envelopeOf(flat: Readonly<Record<string, string>>): object {
  const envelope = emptyRecord();
  for (const [field, text] of Object.entries(flat)) {
    const names = KINDS.has(field) ? ['customer', field] : field.split('.');
    const last = names.pop() ?? '';
    let at = envelope;
    for (const name of names) {
      const next = at[name];
      at = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : (at[name] = emptyRecord());
    }
    at[last] = NUMBERS.has(field) && NUMBER.test(text) ? Number(text) : text;
  }
  return envelope;
}

/** A record that inherits nothing: every name in it was sent. */
function emptyRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** Takes in what producers of the house append to `throughline:in`. Any number may run: one wins each step, and nothing counts twice. */
export class Inbox {
  readonly #stream: InboxStream;
  readonly #acceptor: Acceptor;
  readonly #ready: () => boolean;
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  #running: Promise<void> | undefined;
  #stoppedAt: number | undefined;
  readonly #stopping = new AbortController();

  constructor(options: {
    readonly stream: InboxStream;
    readonly acceptor: Acceptor;
    readonly ready: () => boolean;
    readonly clock: Clock;
    readonly onFault: (fault: unknown) => void;
  }) {
    this.#stream = options.stream;
    this.#acceptor = options.acceptor;
    this.#ready = options.ready;
    this.#clock = options.clock;
    this.#onFault = options.onFault;
  }

  /** Since when nothing could be taken in, ms; undefined: all is well. */
  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /**
   * Takes in what is there, at most one batch. The cursor moves once everything is durable: a crash before that reads the batch again, and meets
   * its own duplicate keys.
   * @returns entries taken in
   */
  async step(): Promise<number> {
    const cursor = await this.#stream.cursor();
    const entries = await this.#stream.read(cursor, READ_ENTRIES);
    const last = entries.at(-1);
    if (last === undefined) return 0;
    await this.#take(entries);
    await this.#stream.advance(cursor, last.id);
    return entries.length;
  }

  /** Takes entries in. One that fails for a reason nobody foresaw is kept aside with it, so that the others go on; a fault of the store is not its fault. */
  async #take(entries: readonly InboxEntry[]): Promise<void> {
    try {
      await this.#acceptor.accept(entries.map(readEntry));
    } catch (fault) {
      if (fault instanceof Fault) throw fault;
      const [first, second] = entries;
      if (first === undefined || second !== undefined) return await this.#oneByOne(entries);
      this.#onFault(fault);
      const reason = fault instanceof Error ? fault.message : 'unknown reason';
      await this.#acceptor.accept([refused(first, { code: 'invalid_field', message: `The entry could not be read: ${reason}.` })]);
    }
  }

  async #oneByOne(entries: readonly InboxEntry[]): Promise<void> {
    for (const entry of entries) await this.#take([entry]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let wait = IDLE_MS;
      try {
        if (this.#ready() && (await this.step()) > 0) wait = 0;
        if (this.#ready()) this.#stoppedAt = undefined;
      } catch (fault) {
        // What could not be taken in stays in the stream.
        // It is tried every second: who reads the log is told when it begins.
        if (!(fault instanceof Fault) && this.#stoppedAt === undefined) this.#onFault(fault);
        this.#stoppedAt ??= this.#clock();
        wait = fault instanceof Fault && fault.retryAfter !== undefined ? fault.retryAfter * 1000 : RETRY_MS;
      }
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
