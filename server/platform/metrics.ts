import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { IngestAnswer, SystemStatus } from '#lib/contract/index.ts';

/** Where events come in, as an operator tells the ways apart. `pages`: what people here write down, and what they send in again. */
const DOORS = ['events', 'cloudevents', 'segment', 'factors', 'xadd', 'pages'] as const;
export type Door = (typeof DOORS)[number];

const OUTCOMES = ['accepted', 'duplicate', 'rejected'] as const;
/** Upper ends of the classes of a commit's time, seconds. */
const COMMIT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Counted = 'accepted' | 'duplicates' | 'rejected' | 'projected' | 'customers' | 'lastEventAt' | 'lagMs' | 'refolding';
/** What the store says, over all processes on it. */
export interface StoreFigures extends Pick<SystemStatus, Counted> {
  /** batches that wait, by partition */
  readonly backlog: readonly number[];
  readonly quarantine: { readonly kept: number; readonly bytes: number; readonly dropped: number };
  /** entries that wait in the stream of producers; null: it is no stream */
  readonly inbox: number | null;
  /** bytes */
  readonly memory: number;
}

/** How it is at the moment of asking. */
export interface Figures {
  readonly ready: boolean;
  /** undefined: it does not answer */
  readonly store: StoreFigures | undefined;
  /** open live connections */
  readonly sockets: number;
  /** views that pages follow, by kind */
  readonly rooms: ReadonlyMap<string, number>;
}

/** Figures under one roof, as Prometheus text. */
class Family {
  readonly #registry = new Registry();

  counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    return new Histogram({ name, help, buckets: [...buckets], registers: [this.#registry] });
  }

  /** What every Node process tells of itself, under the names that dashboards know. */
  addProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
    // Of collections that are told together it counts the first only.
    this.#registry.removeSingleMetric('nodejs_gc_duration_seconds');
  }

  get type(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** What the store tells: everybody's figures, which outlive all processes. */
class StoreMetrics {
  readonly #all = new Family();
  readonly #events = this.#all.counter('throughline_store_events_total', 'Events over all processes, by what became of them.', ['outcome']);
  readonly #lag = this.#all.gauge('throughline_lag_seconds', 'Age of the oldest accepted event that is not yet in the numbers.');
  readonly #backlog = this.#all.gauge('throughline_backlog_batches', 'Batches that wait. At LAG_LIMIT the doors answer 429.', [
    'partition',
  ]);
  readonly #refolding = this.#all.gauge('throughline_refolding_customers', 'Customers still to be folded again under newer definitions.');
  readonly #customers = this.#all.gauge('throughline_customers', 'Customers with events.');
  readonly #last = this.#all.gauge('throughline_last_event_timestamp_seconds', 'When the newest event in the numbers arrived, since 1970.');
  readonly #kept = this.#all.gauge('throughline_quarantine_events', 'Refused events that are kept.');
  readonly #keptBytes = this.#all.gauge('throughline_quarantine_bytes', 'Size of the refused events that are kept.');
  readonly #dropped = this.#all.counter('throughline_quarantine_dropped_total', 'Refused events that made room for newer ones.');
  readonly #inbox = this.#all.gauge('throughline_inbox_entries', 'Entries that wait in the stream of producers.');
  readonly #memory = this.#all.gauge('throughline_store_memory_bytes', 'Memory that the store uses.');

  text(figures: StoreFigures): Promise<string> {
    const { accepted, duplicates, rejected, projected, lastEventAt, backlog, quarantine } = figures;
    this.#events.reset();
    for (const [outcome, count] of Object.entries({ accepted, duplicate: duplicates, rejected, projected }))
      this.#events.inc({ outcome }, count);
    this.#lag.set(figures.lagMs / 1000);
    backlog.forEach((waiting, partition) => this.#backlog.set({ partition: String(partition) }, waiting));
    this.#refolding.set(figures.refolding);
    this.#customers.set(figures.customers);
    if (lastEventAt === null) this.#last.remove();
    else this.#last.set(lastEventAt / 1000);
    this.#kept.set(quarantine.kept);
    this.#keptBytes.set(quarantine.bytes);
    this.#dropped.reset();
    this.#dropped.inc(quarantine.dropped);
    if (figures.inbox === null) this.#inbox.remove();
    else this.#inbox.set(figures.inbox);
    this.#memory.set(figures.memory);
    return this.#all.text();
  }
}

/**
 * What a monitoring system is told, as Prometheus text. Counters of this process begin at 0 with it. Labels are words of the product, never what a
 * sender chose: no customer and no source is named, and the number of lines is bounded.
 */
export class Metrics {
  readonly #here = new Family();
  readonly #store = new StoreMetrics();
  readonly #events = this.#here.counter('throughline_events_total', 'Events answered by this process, by door and outcome.', [
    'door',
    'outcome',
  ]);
  readonly #requests = this.#here.counter('throughline_requests_total', 'Requests to the doors, by door and status of the answer.', [
    'door',
    'status',
  ]);
  readonly #commits = this.#here.histogram(
    'throughline_commit_duration_seconds',
    'Commits of this process, over all its threads: from the look at what is new until it is written.',
    COMMIT_SECONDS,
  );
  readonly #failures = this.#here.counter(
    'throughline_projection_failures_total',
    'Times that the projection of a partition failed and was begun again.',
  );
  readonly #reconnects = this.#here.counter('throughline_redis_reconnects_total', 'Connections to the store that broke and came back.');
  readonly #ready = this.#here.gauge('throughline_ready', '1: events can be accepted and reach the numbers.');
  readonly #sockets = this.#here.gauge('throughline_live_sockets', 'Open live connections.');
  readonly #rooms = this.#here.gauge('throughline_live_rooms', 'Views that pages follow live, by kind.', ['view']);
  readonly #up = this.#here.gauge('throughline_store_up', '1: the store answers. What it would tell is left out while it does not.');

  /** @param about of this process, for good */
  constructor(about: { readonly version: string; readonly durability: SystemStatus['durability'] }) {
    this.#here.gauge('throughline_info', 'Always 1.', ['version', 'durability']).set({ ...about }, 1);
    // A rate needs a beginning: a counter that is there from the start shows its first event.
    for (const door of DOORS) for (const outcome of OUTCOMES) this.#events.inc({ door, outcome }, 0);
    this.#here.addProcess();
  }

  /** Type of the text, for `Content-Type`. */
  get type(): string {
    return this.#here.type;
  }

  /** What became of the events of one call. */
  took(door: Door, { accepted, duplicates, rejected }: IngestAnswer): void {
    this.#events.inc({ door, outcome: 'accepted' }, accepted);
    this.#events.inc({ door, outcome: 'duplicate' }, duplicates);
    this.#events.inc({ door, outcome: 'rejected' }, rejected.length);
  }

  /** A request to a door was answered. @param door undefined: there is none of that path */
  answered(door: Door | undefined, status: number): void {
    this.#requests.inc({ door: door ?? 'none', status: String(status) });
  }

  /** A commit was written. */
  committed(tookMs: number): void {
    this.#commits.observe(tookMs / 1000);
  }

  /** The projection of a partition failed. */
  failed(): void {
    this.#failures.inc();
  }

  /** A connection to the store came back. */
  reconnected(): void {
    this.#reconnects.inc();
  }

  async text({ ready, store, sockets, rooms }: Figures): Promise<string> {
    this.#ready.set(ready ? 1 : 0);
    this.#sockets.set(sockets);
    this.#rooms.reset();
    for (const [view, count] of rooms) this.#rooms.set({ view }, count);
    this.#up.set(store === undefined ? 0 : 1);
    const parts = [this.#here.text(), ...(store === undefined ? [] : [this.#store.text(store)])];
    return (await Promise.all(parts)).join('\n');
  }
}
