import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '#lib/contract/fault.ts';
import type { EventInput, FactorInput, IngestAnswer } from '#lib/contract/index.ts';
import { DAY } from '#lib/contract/time.ts';
import { FEEDS } from './catalogue.ts';
import type { Feed } from './catalogue.ts';
import { stillToCome, tellHistory } from './history.ts';
import type { SimulatedEvent, Unfinished } from './history.ts';
import { liveTraffic } from './live.ts';
import { factorOf, stormsOf } from './weather.ts';

/** Events that are on their way together: about a day, so that a customer's events arrive nearly in order. */
const CHUNK = 2_500;
/** Events of one request; the door takes at most 1 MB. */
const BATCH = 500;
const IN_FLIGHT = 4;
const TICK_MS = 500;
const SECOND = 1000;
/** How often the place of live traffic is kept; what came since is sent twice by the next start, which the door finds out. */
const KEEP_MS = 10 * SECOND;
/** Of what happened while the demo was off, at most this much is sent by the next start. */
const MOST_CAUGHT_UP = 28 * DAY;
/** Waiting after a refusal without `Retry-After`, and after a lost connection. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** How far the demo of a store has come. Keep the last one, and hand it back on the next start. */
export interface DemoMark {
  readonly seed: number;
  /** last instant of the history, ms since 1970: with the seed it makes the history again, bit by bit */
  readonly endsAt: number;
  /** events of the history that are in for certain */
  readonly sent: number;
  readonly total: number;
  /** the history is in: it is not sent again */
  readonly done: boolean;
  /** live traffic that arrived up to here is in, ms since 1970; absent: none is */
  readonly until?: number;
}

/** What the demo needs. */
export interface DemoOptions {
  /** of the public door, e.g. `http://127.0.0.1:4070` */
  readonly address: string;
  readonly writeKey: string;
  /** 0 to 4,294,967,295; a mark's seed wins */
  readonly seed: number;
  /** time now, ms since 1970 */
  readonly clock: () => number;
  /** stops the demo; what is in flight is given up, and is sent again by the next start */
  readonly signal: AbortSignal;
  /** how much of the history is in */
  readonly onProgress?: (loaded: number, total: number) => void;
  /** called before the first event, after every chunk, when the history is in, and now and then after that: resolves when the mark is kept */
  readonly onMark?: (mark: DemoMark) => void | Promise<void>;
  /** told once the history is in */
  readonly onHistoryDone?: (mark: DemoMark) => void | Promise<void>;
  /** the door refused events that it never should: for the log */
  readonly onRejected?: (rejected: IngestAnswer['rejected']) => void;
  /** the last mark of this store; null or absent: it is empty */
  readonly resumeFrom?: DemoMark | null;
  /** size of the history, default nine weeks of the usual number of customers */
  readonly weeks?: number;
  readonly customers?: number;
  /** false: the history only */
  readonly live?: boolean;
}

/**
 * Fills an empty store with the example's history through the public door, then sends what comes after it as it happens, until stopped.
 * A later start goes on where the last one stopped and makes up for what happened meanwhile; what was sent twice is a duplicate to the door.
 * @throws Fault `unauthorised` or `bad_request` where the door refuses the demo as a whole
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { clock, signal, resumeFrom } = options;
  try {
    const door = new Door(options);
    const { mark, unfinished } = resumeFrom?.done === true ? goOn(options, resumeFrom) : await sendHistory(door, options, clock());
    if (options.live === false) return;
    await goLive(door, options, mark, unfinished);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How far the demo is, and what is still to come of the stories that have begun. */
interface Place {
  readonly mark: DemoMark;
  readonly unfinished: readonly Unfinished[];
}

function sizeOf({ weeks, customers }: DemoOptions): { readonly weeks?: number; readonly customers?: number } {
  return { ...(weeks !== undefined && { weeks }), ...(customers !== undefined && { customers }) };
}

function goOn(options: DemoOptions, mark: DemoMark): Place {
  return { mark, unfinished: stillToCome({ seed: mark.seed, endsAt: mark.endsAt, ...sizeOf(options) }) };
}

async function sendHistory(door: Door, options: DemoOptions, startsAt: number): Promise<Place> {
  const { resumeFrom, onProgress, onMark, onHistoryDone } = options;
  const endsAt = resumeFrom?.endsAt ?? startsAt;
  const seed = resumeFrom?.seed ?? options.seed;
  const history = tellHistory({ seed, endsAt, ...sizeOf(options) });
  const total = history.events.length;
  const mark = (sent: number, done: boolean): DemoMark => ({ seed, endsAt, sent, total, done });
  let sent = Math.min(resumeFrom?.sent ?? 0, total);
  onProgress?.(sent, total);
  await onMark?.(mark(sent, false));
  for (const factor of history.factors) await door.factor(factor);
  while (sent < total) {
    const chunk = history.events.slice(sent, sent + CHUNK);
    let arrived = sent;
    await door.events(chunk, (count) => onProgress?.((arrived += count), total));
    sent += chunk.length;
    await onMark?.(mark(sent, false));
  }
  const done: DemoMark = { ...mark(sent, true), until: endsAt };
  await onMark?.(done);
  await onHistoryDone?.(done);
  return { mark: done, unfinished: history.unfinished };
}

async function goLive(door: Door, options: DemoOptions, mark: DemoMark, unfinished: readonly Unfinished[]): Promise<void> {
  const { clock, signal, onMark } = options;
  const { seed, endsAt } = mark;
  const arrived = liveTraffic({ seed, endsAt, unfinished, ...sizeOf(options) });
  const storms = stormsOf(endsAt);
  const startsAt = clock();
  const from = Math.max(mark.until ?? startsAt, startsAt - MOST_CAUGHT_UP);
  let [until, kept] = [from, 0];
  while (!signal.aborted) {
    const now = Math.floor(clock() / SECOND) * SECOND;
    for (const storm of storms) if (storm.from > until && storm.from <= now) await door.factor(factorOf(storm));
    const events = arrived(now).filter((sent) => sent.arrivesAt > from);
    for (let first = 0; first < events.length; first += CHUNK) await door.events(events.slice(first, first + CHUNK), () => undefined);
    until = now;
    if (now - kept >= KEEP_MS) {
      await onMark?.({ ...mark, until });
      kept = now;
    }
    await sleep(TICK_MS, undefined, { signal });
  }
}

/** The public door, as any sender sees it. */
class Door {
  readonly #options: DemoOptions;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Sends events, each under the name of its feed; at most `IN_FLIGHT` requests at a time. Resolves when all are in. */
  async events(events: readonly SimulatedEvent[], onSent: (count: number) => void): Promise<void> {
    const batches = batchesOf(events);
    const lane = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        const answer = (await this.#post('/v1/events', batch.events, batch.feed)) as Partial<IngestAnswer> | null;
        if ((answer?.rejected?.length ?? 0) > 0) this.#options.onRejected?.(answer?.rejected ?? []);
        onSent(batch.events.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, batches.length) }, lane));
  }

  async factor(factor: FactorInput): Promise<void> {
    await this.#post('/v1/factors', factor, 'demo');
  }

  /** Posts until the door has taken it; waits as long as the door asks. */
  async #post(path: string, body: unknown, source: Feed | 'demo'): Promise<unknown> {
    const { address, writeKey, signal } = this.#options;
    const request = {
      method: 'POST',
      headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json', 'x-source': source },
      body: JSON.stringify(body),
      signal,
    };
    for (;;) {
      signal.throwIfAborted();
      const answer = await fetch(new URL(path, address), request).catch((error: unknown) => lost(error, signal));
      if (answer?.ok === true) return await answer.json();
      const text = (await answer?.text()) ?? '';
      if (answer !== null && answer.status < 500 && answer.status !== 429) throw refused(answer.status, path, text);
      await sleep(pause(answer?.headers.get('retry-after') ?? null), undefined, { signal });
    }
  }
}

/** A connection that broke is tried again; a stop is a stop. */
function lost(error: unknown, signal: AbortSignal): null {
  if (signal.aborted) throw error;
  return null;
}

function refused(status: number, path: string, text: string): Fault {
  const code = status === 401 || status === 403 ? 'unauthorised' : 'bad_request';
  return new Fault(code, `The demo was refused at ${path} (${status}): ${text.slice(0, 300)}`);
}

/** Milliseconds that a `Retry-After` in seconds asks for. */
function pause(retryAfter: string | null): number {
  const seconds = Number(retryAfter);
  return retryAfter !== null && Number.isFinite(seconds) && seconds >= 0
    ? Math.min(LONGEST_RETRY_MS, Math.max(50, seconds * 1000))
    : RETRY_MS;
}

/** Events by feed, in the order of the feeds: what customers do before what follows from it. */
function batchesOf(events: readonly SimulatedEvent[]): { readonly feed: Feed; readonly events: EventInput[] }[] {
  return FEEDS.flatMap((feed) => {
    const mine = events.filter((sent) => sent.source === feed).map((sent) => sent.event);
    const batches = [];
    for (let from = 0; from < mine.length; from += BATCH) batches.push({ feed, events: mine.slice(from, from + BATCH) });
    return batches;
  });
}
