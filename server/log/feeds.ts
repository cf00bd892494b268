import type { SourceView } from '#lib/contract/index.ts';
import { HOUR, MINUTE } from '#lib/contract/time.ts';
import type { StandardTime } from '#server/domain/blueprint/standard.ts';
import { feedHealth, heardAt, isTimely } from '#server/domain/feed/health.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { streamId } from '#server/domain/event/event.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { EventLog, Refused } from './log.ts';

const FLUSH_MS = 500;
const MINUTES = 60;
const HOURS = 192;
const WEEK_HOURS = 168;
const BASE_HOURS = 24;
/** Sources measured; a sender that names a new one with every event must not fill the store. */
const MOST_FEEDS = 500;
/** Stands for all sources beyond that number. */
const OTHERS = '~others';

interface Tally {
  minute: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  delaySeconds: number;
  lastAt: number;
  lastReceived: number;
  sample: string;
  /** accepted soon after they happened */
  timely: number;
  lastHeard: number;
  /** accepted by the hour in which they happened */
  readonly hours: Map<number, number>;
}

function emptyTally(minute: number): Tally {
  const counts = { accepted: 0, duplicates: 0, rejected: 0, delaySeconds: 0, timely: 0 };
  return { minute, ...counts, lastAt: 0, lastReceived: 0, lastHeard: 0, sample: '', hours: new Map() };
}

/** Measures the health of sources beside the log: nothing waits for it, and a crash costs the last half second of it. */
export class FeedMeter {
  readonly #redis: Redis;
  readonly #clock: () => number;
  readonly #tallies = new Map<string, Tally>();
  readonly #known = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { readonly redis: Redis; readonly clock: () => number }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
  }

  /** The same log, measured. */
  around(log: EventLog): EventLog {
    return {
      append: async (events) => {
        const fresh = await log.append(events);
        this.#appended(events, fresh);
        return fresh;
      },
      quarantine: async (refused) => {
        await log.quarantine(refused);
        this.#refused(refused);
      },
    };
  }

  async start(): Promise<void> {
    for (const source of await this.#redis.sMembers(keys.feeds())) this.#known.add(source);
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Writes what was counted; what cannot be written is forgotten: it is health, not truth. */
  async flush(): Promise<void> {
    const tallies = [...this.#tallies];
    this.#tallies.clear();
    if (tallies.length === 0) return;
    try {
      await this.#redis.sAdd(
        keys.feeds(),
        tallies.map(([source]) => source),
      );
      await Promise.all(
        tallies.map(([source, t]) =>
          this.#redis.meterFeed(keys.feed(source), [
            t.minute,
            t.accepted,
            t.duplicates,
            t.rejected,
            Math.round(t.delaySeconds),
            t.lastAt,
            t.lastReceived,
            t.sample,
            t.timely,
            t.lastHeard,
            ...[...t.hours].flat(),
          ]),
        ),
      );
    } catch {
      // The store is away; whoever waits for the log itself hears of it.
    }
  }

  #tallyOf(source: string, now: number): Tally {
    const name = this.#known.has(source) || this.#known.size < MOST_FEEDS ? source : OTHERS;
    this.#known.add(name);
    const minute = Math.floor(now / MINUTE);
    let tally = this.#tallies.get(name);
    if (tally === undefined) this.#tallies.set(name, (tally = emptyTally(minute)));
    tally.minute = minute;
    return tally;
  }

  #appended(events: readonly StoredEvent[], fresh: readonly boolean[]): void {
    const now = this.#clock();
    let tally: Tally | undefined;
    let of = '';
    let sampled: StoredEvent | undefined;
    const keepSample = (): void => {
      if (tally !== undefined && sampled !== undefined) tally.sample = `${sampled.under} ${streamId(sampled)}`;
      sampled = undefined;
    };
    events.forEach((event, i) => {
      if (tally === undefined || of !== event.source) {
        keepSample();
        tally = this.#tallyOf(event.source, now);
        of = event.source;
      }
      if (fresh[i] !== true) {
        tally.duplicates++;
        return;
      }
      tally.accepted++;
      tally.delaySeconds += Math.max(0, event.received - event.at) / 1000;
      if (event.at > tally.lastAt) tally.lastAt = event.at;
      if (event.received > tally.lastReceived) tally.lastReceived = event.received;
      if (isTimely(event)) tally.timely++;
      tally.lastHeard = Math.max(tally.lastHeard, heardAt(event));
      const hour = Math.floor(event.at / HOUR);
      if (hour > now / HOUR - HOURS) tally.hours.set(hour, (tally.hours.get(hour) ?? 0) + 1);
      sampled = event;
    });
    keepSample();
  }

  #refused(refused: readonly Refused[]): void {
    const now = this.#clock();
    for (const { source } of refused) this.#tallyOf(source, now).rejected++;
  }
}

/** Where the last accepted event of a source lies: the node it came under, and its place in the customer's stream. */
export interface SamplePlace {
  readonly under: string;
  readonly entry: string;
}

/** Where the last accepted event of a source lies; undefined: none is known. */
export async function samplePlace(redis: Redis, source: string): Promise<SamplePlace | undefined> {
  const [under = '', entry = ''] = ((await redis.hGet(keys.feed(source), 'sample')) ?? '').split(' ');
  return under === '' || entry === '' ? undefined : { under, entry };
}

const numbers = (text: string | undefined): readonly number[] => (text ?? '').split(' ').map(Number);

function viewOf(
  source: string,
  fields: Readonly<Record<string, string>>,
  at: { readonly now: number; readonly quarantined: number; readonly silentAfter: StandardTime | undefined },
): SourceView {
  const minute = Math.floor(at.now / MINUTE);
  const slots = Array.from({ length: MINUTES }, (_, i) => {
    const wanted = minute - MINUTES + 1 + i;
    const slot = numbers(fields[`m${wanted % MINUTES}`]);
    return slot[0] === wanted ? slot : [];
  });
  const hour = Math.floor(minute / 60);
  const hourOf = (wanted: number): number | undefined => {
    const slot = numbers(fields[`h${wanted % HOURS}`]);
    return slot[0] === wanted ? slot[1] : undefined;
  };
  const sum = (index: number): number => slots.reduce((total, slot) => total + (slot[index] ?? 0), 0);
  const [accepted, duplicates, rejected, delaySeconds] = [sum(1), sum(2), sum(3), sum(4)];
  const minutes = slots.map((slot) => slot[1] ?? 0);
  const lastReceived = Number(fields['lastReceived'] ?? 0);
  const lastAt = Number(fields['lastAt'] ?? 0);
  const hours = Array.from({ length: BASE_HOURS }, (_, i) => hourOf(hour - 1 - i)).filter((count) => count !== undefined);
  const lastHeard = Number(fields['lastHeard'] ?? lastReceived);
  const health = feedHealth(
    {
      minutes: slots.map((slot) => slot[5] ?? 0),
      lastWeek: hourOf(hour - WEEK_HOURS),
      hours,
      lastAt: lastAt === 0 ? null : lastAt,
      lastHeard: lastHeard === 0 ? null : lastHeard,
      silentAfter: at.silentAfter,
    },
    at.now,
  );
  return {
    source,
    lastAt: lastAt === 0 ? null : lastAt,
    lastReceived: lastReceived === 0 ? null : lastReceived,
    lastHeard: lastHeard === 0 ? null : lastHeard,
    minutes,
    acceptedHour: accepted,
    duplicatesHour: duplicates,
    rejectedHour: rejected,
    delayMs: accepted === 0 ? null : Math.round((delaySeconds * 1000) / accepted),
    ...health,
    quarantined: at.quarantined,
  };
}

/** What is known of sources besides their events. */
export interface KnownOfFeeds {
  /** ms */
  readonly now: number;
  /** refused events kept, by source */
  readonly quarantined: ReadonlyMap<string, number>;
  /** how long journeys let a source be still */
  readonly silentAfter: ReadonlyMap<string, StandardTime>;
}

/** Reads the health of all sources measured, those heard last first. */
export async function readFeeds(redis: Redis, { now, quarantined, silentAfter }: KnownOfFeeds): Promise<readonly SourceView[]> {
  const sources = [...new Set([...(await redis.sMembers(keys.feeds())), ...quarantined.keys()])];
  const hashes = await Promise.all(sources.map((source) => redis.hGetAll(keys.feed(source))));
  return sources
    .map((source, i) =>
      viewOf(source, hashes[i] ?? {}, { now, quarantined: quarantined.get(source) ?? 0, silentAfter: silentAfter.get(source) }),
    )
    .sort((a, b) => (b.lastReceived ?? 0) - (a.lastReceived ?? 0));
}
