import type { StoredEvent } from '#server/domain/event/event.ts';
import type { Redis } from '#server/redis/client.ts';
import { unpack } from '#server/log/redis-log.ts';
import { keys } from '#server/redis/keys.ts';

/** Entries of the log read at once, at most. */
const READ_ENTRIES = 1000;

/** How many events a step takes, and how far ahead it looks. */
export interface LogReach {
  /** events that are linked and delivered by one commit, at most: where more have come, and link anything, they are delivered by a later one */
  readonly together: number;
  /** events delivered in one commit, at most: the store serves nobody else while it writes one, some 70 ms where there are as many */
  readonly deliver: number;
  /** events linked in one commit, at most */
  readonly link: number;
  /** events linked and not yet delivered, at most */
  readonly ahead: number;
}

const REACH: LogReach = { together: 250, deliver: 2000, link: 4000, ahead: 8000 };

/** Cursors of the log: up to where events were delivered and, only where that is further, up to where they were linked. */
const [DELIVERED, LINKED] = ['log', 'linked'] as const;
const BEGINNING = '0-0';

/** What one step takes from the log. */
export interface LogTaken {
  /** events whose identifiers are linked */
  readonly links: readonly StoredEvent[];
  /** events that are delivered, all of which are linked by then */
  readonly events: readonly StoredEvent[];
  /** events are linked here that a later step delivers */
  readonly ahead: boolean;
  /** id of the last entry delivered, and linked, after this step */
  readonly delivered: string;
  readonly linked: string;
}

interface Entries {
  readonly events: StoredEvent[];
  /** id of the last entry taken; null: there was none */
  readonly last: string | null;
  /** there are no further ones in what was asked for */
  readonly ended: boolean;
}

const NO_ENTRIES: Entries = { events: [], last: null, ended: true };

/**
 * Reads the log of one partition. Where more waits in it than one commit takes, events are linked well before they are delivered: by then it is
 * known who somebody is, and what would have been folded for a stranger, given back and folded again goes to the right person at once.
 */
export class LogReader {
  readonly #redis: Redis;
  readonly #partition: number;
  readonly #note: (event: StoredEvent, text: string) => void;
  readonly #reach: LogReach;
  /** as last seen: so that no more is read than a commit takes */
  #eventsPerEntry = 4;
  /** events linked here and not yet delivered; none known after a start */
  #ahead = 0;

  /** @param note told the text of each event that is read */
  constructor(
    at: { readonly redis: Redis; readonly partition: number; readonly reach?: LogReach | undefined },
    note: (event: StoredEvent, text: string) => void,
  ) {
    this.#redis = at.redis;
    this.#partition = at.partition;
    this.#reach = at.reach ?? REACH;
    this.#note = note;
  }

  /** Reads what is next. @param cursors of the partition, as stored */
  async read(cursors: ReadonlyMap<string, string>): Promise<LogTaken> {
    const delivered = cursors.get(DELIVERED) ?? BEGINNING;
    const linked = cursors.get(LINKED) ?? delivered;
    const isAhead = linked !== delivered;
    const { together, deliver, link, ahead } = this.#reach;
    const [due, next] = await Promise.all([
      isAhead ? this.#entries({ after: delivered, to: linked, most: deliver }) : NO_ENTRIES,
      this.#entries({ after: linked, to: '+', most: !isAhead ? deliver : this.#ahead < ahead ? link : 0 }),
    ]);
    const links = next.events;
    const isLittle = due.ended && next.ended && due.events.length + links.length <= together;
    // Events of known customers who are called by one name find nobody out: there is nothing to wait for.
    const isPlain = !isAhead && links.every(({ who }) => who.length < 2);
    if (!isLittle && !isPlain)
      return { links, events: due.events, ahead: true, delivered: due.last ?? delivered, linked: next.last ?? linked };
    const last = next.last ?? linked;
    return { links, events: isAhead ? [...due.events, ...links] : links, ahead: false, delivered: last, linked: last };
  }

  /** Notes that what was taken is committed. */
  committed({ links, events, ahead }: LogTaken): void {
    this.#ahead = ahead ? Math.max(0, this.#ahead + links.length - events.length) : 0;
  }

  async #entries(wanted: { readonly after: string; readonly to: string; readonly most: number }): Promise<Entries> {
    const { after, to, most } = wanted;
    if (most === 0) return { events: [], last: null, ended: false };
    const COUNT = Math.min(READ_ENTRIES, Math.ceil(most / this.#eventsPerEntry));
    const found = (await this.#redis.xRange(keys.log(this.#partition), `(${after}`, to, { COUNT })) ?? [];
    const events: StoredEvent[] = [];
    let taken = 0;
    for (const entry of found) {
      if (events.length >= most) break;
      events.push(...unpack(entry.message['e'] ?? '', this.#note));
      taken++;
    }
    if (taken > 0) this.#eventsPerEntry = Math.max(1, events.length / taken);
    return { events, last: found[taken - 1]?.id ?? null, ended: found.length < COUNT && taken === found.length };
  }
}

/** The stored cursors after a step: values of `null` go. */
export function logCursors({ delivered, linked }: LogTaken): readonly (readonly [name: string, id: string | null])[] {
  return [
    [DELIVERED, delivered],
    [LINKED, linked === delivered ? null : linked],
  ];
}

/** Events of a partition that were linked and are not delivered yet, so that what they link counts already. */
export class LinkedAhead {
  readonly #redis: Redis;
  readonly #partition: number;
  /** cursors between which the nodes were read */
  #between = '';
  #nodes: ReadonlySet<string> = new Set();

  constructor(redis: Redis, partition: number) {
    this.#redis = redis;
    this.#partition = partition;
  }

  /** The nodes of the identifiers that they carry; read anew only where one of the cursors has moved. */
  async nodes(): Promise<ReadonlySet<string>> {
    const { [DELIVERED]: delivered = BEGINNING, [LINKED]: linked } = await this.#redis.hGetAll(keys.cursors(this.#partition));
    const between = linked === undefined ? '' : `${delivered} ${linked}`;
    if (between === this.#between) return this.#nodes;
    const nodes = new Set<string>();
    if (linked !== undefined)
      for await (const event of this.#events(delivered, linked)) for (const [, , node] of event.who) nodes.add(node);
    [this.#between, this.#nodes] = [between, nodes];
    return nodes;
  }

  async *#events(delivered: string, linked: string): AsyncGenerator<StoredEvent> {
    for (let start = `(${delivered}`; ;) {
      const page = (await this.#redis.xRange(keys.log(this.#partition), start, linked, { COUNT: READ_ENTRIES })) ?? [];
      for (const { message } of page) yield* unpack(message['e'] ?? '');
      const last = page.at(-1);
      if (page.length < READ_ENTRIES || last === undefined) return;
      start = `(${last.id}`;
    }
  }
}
