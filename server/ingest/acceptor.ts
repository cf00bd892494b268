import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IngestAnswer, Rejection } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { isDecision } from '#server/domain/identity/decision.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import type { EventLog, Refused } from '#server/log/log.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { NodeHasher } from '#server/security/node-hash.ts';
import { createPhoneReader } from '#server/security/phone.ts';
import type { Item } from './items.ts';
import { LIMITS, QUARANTINE_CHARACTERS, type Limits } from './limits.ts';
import { normalise, type NormaliseOptions } from './normalise.ts';
import { redactJson } from './redact.ts';
import { wellFormed } from './text.ts';
import { createValidators, type EventProblem, type Validators } from './validator.ts';

/** What the code path behind every door needs. */
export interface AcceptorOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly nodeOf: NodeHasher;
  /** ISO country of telephone numbers without country code */
  readonly region: string;
  /** how identifiers become people; default: the shipped rules */
  readonly rules?: IdentityRules;
  readonly limits?: Limits;
  readonly validators?: Validators;
}

/** One event on its way in, with the source it counts for. */
export interface SourcedItem extends Item {
  readonly source: string;
  /** what `value` is where it could not be mapped to our envelope; default: our envelope */
  readonly shape?: Shape;
  /** its key was public: it may tell what happened, and decide nothing */
  readonly browser?: boolean;
  /** of what is no envelope, how its door reads it; kept with what is refused */
  readonly readAs?: Pick<Refused, 'strip' | 'keyName'>;
  /** when it first arrived, ms: of an event that is sent in again after it was repaired; default: now */
  readonly received?: number;
  /** of an event without id, what tells it from an equal one of another request */
  readonly requestKey?: string;
}

/** How an event looked when it was refused: quarantine keeps it, so that a repaired one can be read the same way. */
export type Shape = NonNullable<Refused['shape']>;

/** Validates, normalises, redacts and stores events. HTTP and importers share it, so both keep the same rules. */
export interface Acceptor {
  /**
   * Takes a batch of envelopes of one source. One bad event never costs its neighbours; it goes to quarantine with its reason.
   * @param items parsed events
   * @param rawOf the event at an index as it came, for quarantine; default: its JSON
   * @returns once everything accepted is durable
   * @throws Fault as `EventLog.append`; then nothing was promised, and sending the same batch again counts nothing twice
   */
  acceptBatch(source: string, items: readonly unknown[], rawOf?: (index: number) => string): Promise<IngestAnswer>;
  /** The same for events of several sources, some of them already known to be unreadable. */
  accept(items: readonly SourcedItem[], requestKey?: string): Promise<IngestAnswer>;
  /** What is wrong with an event; undefined: it would be accepted. Nothing is stored. */
  check(item: SourcedItem): EventProblem | undefined;
  /** What would become of a batch, without storing anything: for dry runs. */
  preview(source: string, items: readonly unknown[]): { readonly events: readonly StoredEvent[]; readonly rejected: readonly Rejection[] };
}

interface Sorted {
  readonly events: StoredEvent[];
  readonly rejected: Rejection[];
  readonly refused: Refused[];
}

/** Events read between two looks at the network, whatever requests they came in: some 5 ms of work. */
const EVENTS_PER_TURN = 400;

/** Shares the turns of the event loop out among all requests, so that pages never wait for a heap of them, and the store works on the first events meanwhile. */
class Turns {
  #left = EVENTS_PER_TURN;

  /** Resolves when some events may be read in this turn. @returns how many, at least 1 and at most those asked for */
  async take(events: number): Promise<number> {
    while (this.#left <= 0) await nextTurn();
    if (this.#left === EVENTS_PER_TURN) setImmediate(() => (this.#left = EVENTS_PER_TURN));
    const taken = Math.min(events, this.#left);
    this.#left -= taken;
    return taken;
  }
}

/** Makes the code path that ends every door. */
export function createAcceptor(options: AcceptorOptions): Acceptor {
  const { log, clock, nodeOf, region } = options;
  const limits = options.limits ?? LIMITS;
  const validators = options.validators ?? createValidators();
  const normaliseOptions: NormaliseOptions = {
    region,
    nodeOf,
    phoneOf: createPhoneReader(region),
    limits,
    rules: options.rules ?? DEFAULT_RULES,
  };

  const read = (item: SourcedItem, received: number, requestKey: string | undefined): StoredEvent | EventProblem => {
    if (item.problem !== undefined) return { field: '', ...item.problem };
    const { event } = validators;
    if (!event.accepts(item.value))
      return event.problemOf(item.value) ?? { field: '', code: 'invalid_field', message: 'The event is not valid.' };
    const result = normalise(item.value, { source: item.source, received, requestKey }, normaliseOptions);
    if (!result.ok) return result.problem;
    return (item.browser === true ? publicProblem(result.event) : undefined) ?? result.event;
  };
  const turns = new Turns();
  const sort = (
    item: SourcedItem,
    index: number,
    arrival: { readonly received: number; readonly requestKey?: string | undefined },
    into: Sorted,
  ): void => {
    const received = item.received ?? arrival.received;
    const requestKey = item.requestKey ?? arrival.requestKey;
    const outcome = read(item, received, requestKey);
    if ('key' in outcome) into.events.push(outcome);
    else {
      into.rejected.push({ index, ...outcome });
      into.refused.push({
        source: item.source,
        received,
        ...outcome,
        ...rawOf(item),
        ...(item.shape === undefined ? {} : { shape: item.shape, ...item.readAs }),
        ...(item.browser === true ? { browser: true } : {}),
        ...(requestKey === undefined ? {} : { requestKey }),
      });
    }
  };
  const accept = async (items: readonly SourcedItem[], requestKey?: string): Promise<IngestAnswer> => {
    const arrival = { received: clock(), requestKey };
    const sorted: Sorted = { events: [], rejected: [], refused: [] };
    for (let index = 0, until = 0; index < items.length;) {
      until += await turns.take(items.length - until);
      for (let item = items[index]; index < until && item !== undefined; item = items[++index]) sort(item, index, arrival, sorted);
    }
    // The events first: where the store refuses them, the sender repeats the batch and its bad events come again.
    const fresh = sorted.events.length === 0 ? [] : await log.append(sorted.events);
    if (sorted.refused.length > 0) await log.quarantine(sorted.refused);
    const accepted = fresh.filter(Boolean).length;
    return { accepted, duplicates: fresh.length - accepted, rejected: sorted.rejected };
  };
  return {
    accept,
    check(item) {
      const outcome = read(item, item.received ?? clock(), item.requestKey);
      return 'key' in outcome ? undefined : outcome;
    },
    acceptBatch: (source, items, rawAt) =>
      accept(items.map((value, index) => (rawAt === undefined ? { source, value } : { source, value, raw: rawAt(index) }))),
    preview(source, items) {
      const sorted: Sorted = { events: [], rejected: [], refused: [] };
      const arrival = { received: clock() };
      for (const [index, value] of items.entries()) sort({ source, value }, index, arrival, sorted);
      return { events: sorted.events, rejected: sorted.rejected };
    },
  };
}

/** The same code path; somebody hears of its answers. */
export function heard(acceptor: Acceptor, onAnswer: (answer: IngestAnswer) => void): Acceptor {
  const told = async (answering: Promise<IngestAnswer>): Promise<IngestAnswer> => {
    const answer = await answering;
    onAnswer(answer);
    return answer;
  };
  return {
    ...acceptor,
    accept: (items, requestKey) => told(acceptor.accept(items, requestKey)),
    acceptBatch: (source, items, rawOf) => told(acceptor.acceptBatch(source, items, rawOf)),
  };
}

/** What an event says that a public key may not say; undefined: nothing. */
function publicProblem({ type, promise }: StoredEvent): EventProblem | undefined {
  const refuse = (field: string, what: string): EventProblem => ({
    field,
    code: 'invalid_field',
    message: `A browser key may not send ${what}: that is for servers, and for the people who work here.`,
  });
  if (type !== undefined && isDecision(type)) return refuse('type', type);
  return promise === undefined ? undefined : refuse('promise', 'promises');
}

/** What quarantine keeps of an event: without card numbers, and cut where it is very long. */
function rawOf(item: Item): { readonly raw: string; readonly cut?: true } {
  const raw = item.raw ?? JSON.stringify(item.value) ?? String(item.value);
  const kept = wellFormed(redactJson(raw.slice(0, QUARANTINE_CHARACTERS)));
  return raw.length > QUARANTINE_CHARACTERS ? { raw: kept, cut: true } : { raw: kept };
}
