import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IngestAnswer, Rejection } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { EventLog, Refused } from '#server/log/log.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { NodeHasher } from '#server/security/node-hash.ts';
import { createPhoneReader } from '#server/security/phone.ts';
import type { Item } from './items.ts';
import { LIMITS, QUARANTINE_CHARACTERS, type Limits } from './limits.ts';
import { normalise, type NormaliseOptions } from './normalise.ts';
import { redactText } from './redact.ts';
import { wellFormed } from './text.ts';
import { createValidators, type EventProblem, type Validators } from './validator.ts';

/** What the code path behind every door needs. */
export interface AcceptorOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly nodeOf: NodeHasher;
  /** ISO country of telephone numbers without country code */
  readonly region: string;
  readonly limits?: Limits;
  readonly validators?: Validators;
}

/** One event on its way in, with the source it counts for. */
export interface SourcedItem extends Item {
  readonly source: string;
}

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
  /** What would become of a batch, without storing anything: for dry runs. */
  preview(source: string, items: readonly unknown[]): { readonly events: readonly StoredEvent[]; readonly rejected: readonly Rejection[] };
}

interface Sorted {
  readonly events: StoredEvent[];
  readonly rejected: Rejection[];
  readonly refused: Refused[];
}

/** Events read between two looks at the network: some 10 ms of work. */
const EVENTS_PER_TURN = 1_000;

/** Makes the code path that ends every door. */
export function createAcceptor(options: AcceptorOptions): Acceptor {
  const { log, clock, nodeOf, region } = options;
  const limits = options.limits ?? LIMITS;
  const validators = options.validators ?? createValidators();
  const normaliseOptions: NormaliseOptions = { region, nodeOf, phoneOf: createPhoneReader(region), limits };

  const read = (item: SourcedItem, received: number, requestKey: string | undefined): StoredEvent | EventProblem => {
    if (item.problem !== undefined) return { field: '', ...item.problem };
    const { event } = validators;
    if (!event.accepts(item.value))
      return event.problemOf(item.value) ?? { field: '', code: 'invalid_field', message: 'The event is not valid.' };
    const result = normalise(item.value, { source: item.source, received, requestKey }, normaliseOptions);
    return result.ok ? result.event : result.problem;
  };
  const sort = (items: readonly SourcedItem[], from: number, received: number, into: Sorted, requestKey?: string): void => {
    for (const [offset, item] of items.entries()) {
      const outcome = read(item, received, requestKey);
      if ('key' in outcome) into.events.push(outcome);
      else {
        into.rejected.push({ index: from + offset, ...outcome });
        into.refused.push({ source: item.source, received, ...outcome, raw: rawOf(item) });
      }
    }
  };
  const accept = async (items: readonly SourcedItem[], requestKey?: string): Promise<IngestAnswer> => {
    const received = clock();
    const sorted: Sorted = { events: [], rejected: [], refused: [] };
    for (let from = 0; from < items.length; from += EVENTS_PER_TURN) {
      if (from > 0) await nextTurn();
      sort(items.slice(from, from + EVENTS_PER_TURN), from, received, sorted, requestKey);
    }
    // The events first: where the store refuses them, the sender repeats the batch and its bad events come again.
    const fresh = sorted.events.length === 0 ? [] : await log.append(sorted.events);
    if (sorted.refused.length > 0) await log.quarantine(sorted.refused);
    const accepted = fresh.filter(Boolean).length;
    return { accepted, duplicates: fresh.length - accepted, rejected: sorted.rejected };
  };
  return {
    accept,
    acceptBatch: (source, items, rawAt) =>
      accept(items.map((value, index) => (rawAt === undefined ? { source, value } : { source, value, raw: rawAt(index) }))),
    preview(source, items) {
      const sorted: Sorted = { events: [], rejected: [], refused: [] };
      sort(
        items.map((value) => ({ source, value })),
        0,
        clock(),
        sorted,
      );
      return { events: sorted.events, rejected: sorted.rejected };
    },
  };
}

function rawOf(item: Item): string {
  const raw = item.raw ?? JSON.stringify(item.value) ?? String(item.value);
  return wellFormed(redactText(raw.slice(0, QUARANTINE_CHARACTERS)));
}
