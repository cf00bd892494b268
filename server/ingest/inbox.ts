import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#lib/contract/index.ts';
import type { InboxEntry, InboxStream } from '#server/log/inbox-stream.ts';
import { isSourceName } from '#server/security/write-keys.ts';
import type { Acceptor, SourcedItem } from './acceptor.ts';
import { readItems } from './items.ts';
import { LIMITS } from './limits.ts';

/** Source of entries that name none. */
const DEFAULT_SOURCE = 'redis';
const READ_ENTRIES = 500;
const IDLE_MS = 200;
const RETRY_MS = 1_000;
const KINDS: ReadonlySet<string> = new Set(['customerId', 'email', 'phone', 'anonymousId', 'orderId', 'ticketId']);
const NUMBERS: ReadonlySet<string> = new Set(['sequence', 'score.value', 'score.scale', 'promise.graceSeconds']);

/**
 * Reads one entry of the stream `throughline:in`: a field `event` with one event as JSON, or the event's fields one by one, those inside others
 * with a dot (`score.value`); identifiers may stand without `customer.`. `source` names the feed.
 * An event without an id gets that of its entry, so that reading the entry again meets itself.
 */
export function readEntry({ id, fields }: InboxEntry): SourcedItem {
  const { source: named, event, ...flat } = fields;
  const source = named !== undefined && isSourceName(named) ? named : DEFAULT_SOURCE;
  const arrival = { source, requestKey: `xadd ${id}` };
  if (named !== undefined && source !== named)
    return {
      ...arrival,
      value: fields,
      problem: { code: 'invalid_field', field: 'source', message: 'source must be 1 to 64 letters, digits, dots, dashes or underscores.' },
    };
  if (event === undefined) return { ...arrival, value: envelopeOf(flat) };
  const read = readItems(event, false, { ...LIMITS, eventsPerRequest: 1 });
  const [item] = read.ok ? read.items : [];
  if (item !== undefined) return { ...item, ...arrival };
  return {
    ...arrival,
    value: undefined,
    raw: event,
    problem: { code: 'invalid_json', message: read.ok ? 'The entry is empty.' : read.message },
  };
}

function envelopeOf(flat: Readonly<Record<string, string>>): object {
  const envelope: Record<string, unknown> = {};
  for (const [field, text] of Object.entries(flat)) {
    const names = KINDS.has(field) ? ['customer', field] : field.split('.');
    const last = names.pop() ?? '';
    let at = envelope;
    for (const name of names) {
      const next = Object.hasOwn(at, name) ? at[name] : undefined;
      at =
        typeof next === 'object' && next !== null
          ? (next as Record<string, unknown>)
          : (at[name] = Object.create(null) as Record<string, unknown>);
    }
    const number = NUMBERS.has(field) && text.trim() !== '' ? Number(text) : NaN;
    at[last] = Number.isFinite(number) ? number : text;
  }
  return envelope;
}

/** Takes in what producers of the house append to `throughline:in`. Any number may run: one wins each step, and nothing counts twice. */
export class Inbox {
  readonly #stream: InboxStream;
  readonly #acceptor: Acceptor;
  readonly #ready: () => boolean;
  readonly #onFault: (fault: unknown) => void;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(options: {
    readonly stream: InboxStream;
    readonly acceptor: Acceptor;
    readonly ready: () => boolean;
    readonly onFault: (fault: unknown) => void;
  }) {
    this.#stream = options.stream;
    this.#acceptor = options.acceptor;
    this.#ready = options.ready;
    this.#onFault = options.onFault;
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
    await this.#acceptor.accept(entries.map(readEntry));
    await this.#stream.advance(cursor, last.id);
    return entries.length;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let wait = IDLE_MS;
      try {
        if (this.#ready() && (await this.step()) > 0) wait = 0;
      } catch (fault) {
        // What could not be taken in stays in the stream.
        wait = fault instanceof Fault && fault.retryAfter !== undefined ? fault.retryAfter * 1000 : RETRY_MS;
        if (!(fault instanceof Fault)) this.#onFault(fault);
      }
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
