import type { StoredEvent } from '#server/domain/event/event.ts';

/** A refused event on its way to quarantine: kept with its reason, so that nothing is lost. */
export interface Refused {
  readonly source: string;
  readonly received: number;
  readonly field: string;
  readonly code: string;
  readonly message: string;
  /** the event as it came, cut at 32 KiB */
  readonly raw: string;
  /** it was longer than is kept */
  readonly cut?: boolean;
  /** what `raw` is; default: our envelope */
  readonly shape?: 'cloudevents' | 'segment' | 'entry';
  /** its key was public: sent in again, it may do no more than before */
  readonly browser?: boolean;
  /** of a CloudEvent: what its request had taken off the front of each type */
  readonly strip?: string;
  /** of a CloudEvent, whose feed may be named only by its repair: what its key is called; empty: it has no name */
  readonly keyName?: string;
  /** tells equal events without id of different requests apart */
  readonly requestKey?: string;
}

/** The one way into the store. Every door ends here. */
export interface EventLog {
  /**
   * Appends events that are new by (source, id). Resolves once the store has made them durable.
   * @returns per event, in order: true = new, false = duplicate
   * @throws Fault `too_many` (projection too far behind), `store_unavailable`, `store_full`, each with `retryAfter`
   */
  append(events: readonly StoredEvent[]): Promise<readonly boolean[]>;
  /** Keeps refused events with their reasons. */
  quarantine(refused: readonly Refused[]): Promise<void>;
}
