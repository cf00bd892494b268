import { CUSTOMER_ID } from '#lib/contract/customer-id.ts';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#lib/contract/index.ts';
import type { Contexts } from '#server/definitions/contexts.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState, encodeState } from '#server/domain/customer/state.ts';
import type { Findable } from '#server/domain/find/terms.ts';
import { findableOf } from '#server/domain/find/terms.ts';
import { originalOf, settle } from '#server/domain/event/annotation.ts';
import { compareEvents, formed, isCorrection, readEvent, streamId } from '#server/domain/event/event.ts';
import { Deltas, readBookings } from '#server/domain/kernel/counters.ts';
import { addRow } from '#server/domain/kernel/row.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import { decodeNode } from '#server/identity/node.ts';
import type { Limits } from '#server/identity/node.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { COMMIT } from '#server/redis/scripts.ts';
import type { Command } from '#server/redis/scripts.ts';
import { Backfill } from '../backfill.ts';
import { FindCheck } from './find.ts';
import { IdentityCheck } from './identity.ts';
import { unread } from './unread.ts';
import { memberOf } from '../people.ts';
import { readSums } from '../sums-checkpoint.ts';

/** Customers taken at a time, and of these read at once. */
const CUSTOMERS = 1000;
const READ_AT_ONCE = 50;
/** Entries of one page of a stream, a list or a scan. */
const PAGE = 500;
/** A hold nobody renews ends by itself: a verifier that was killed stops nothing for longer. */
const HOLD_MS = 30_000;
/** Tries to get ahead of a projector whose commits keep coming. */
const FENCE_TRIES = 200;
const FENCE_PAUSE_MS = 5;
/** Readings of the sums while the process that projects writes its checkpoint. */
const SUM_TRIES = 5;
/** Differences told in words; the others are only counted. */
const MOST_DIFFERENCES = 20;

/** What can be wrong. */
export type DifferenceKind = 'stream' | 'state' | 'list' | 'sum' | 'identity' | 'find';

/** Something stored that does not follow from the events. Names customers, entries and cells only by ids without meaning. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly words: string;
}

/** What one partition holds, and whether it is what its events make. */
export interface PartitionReport {
  readonly partition: number;
  readonly customers: number;
  readonly events: number;
  /** rows on the lists behind the numbers */
  readonly rows: number;
  /** places of the counters with a sum other than zero */
  readonly sums: number;
  /** how many things differ */
  readonly differing: number;
  /** the first of them */
  readonly differences: readonly Difference[];
  /** somebody else wrote while the partition was held: the comparison says nothing */
  readonly disturbed: boolean;
}

/** How to verify. */
export interface VerifyOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly contexts: Contexts;
  /** how identifiers become people; default: the shipped rules */
  readonly rules?: Limits;
  /** reads what was published lately, so that `contexts` knows what the partition is folded under */
  readonly refresh?: () => Promise<unknown>;
  /** told after every thousand customers */
  readonly onProgress?: (done: { readonly partition: number; readonly customers: number; readonly of: number }) => void;
  /** gives up and lets go */
  readonly signal?: AbortSignal;
}

/**
 * Law 5, rebuild equals live, for one partition of the running product: holds it (its projector waits, the door keeps accepting), folds every
 * customer again from the first event, compares streams, states, lists, sums, identities and the index with what is stored, and lets go.
 * @throws Fault `not_ready` where another verifier holds the partition or its projector cannot be stopped
 */
export async function verifyPartition(options: VerifyOptions, partition: number): Promise<PartitionReport> {
  const hold = await takeHold(options.redis, partition);
  let undisturbed = true;
  const renewing = setInterval(() => {
    hold.renew().then(
      (kept) => (undisturbed &&= kept),
      () => undefined,
    );
  }, HOLD_MS / 3);
  try {
    const comparison = new Comparison(options, partition);
    await comparison.run();
    clearInterval(renewing);
    undisturbed = (await hold.release()) && undisturbed;
    return { ...comparison.report(), disturbed: !undisturbed };
  } finally {
    clearInterval(renewing);
    await hold.drop();
  }
}

interface Hold {
  /** @returns whether nobody else has written since */
  renew(): Promise<boolean>;
  /** lets go @returns whether nobody else has written since the hold was taken */
  release(): Promise<boolean>;
  /** lets go in any case, without asking what happened meanwhile */
  drop(): Promise<void>;
}

/** Takes the hold, then raises the version, so that a commit that was computed before it fails its comparison. */
async function takeHold(redis: Redis, partition: number): Promise<Hold> {
  const token = randomBytes(8).toString('hex');
  const [versionKey, holdKey] = [keys.version(partition), keys.hold(partition)];
  const taken = await redis.set(holdKey, token, { condition: 'NX', expiration: { type: 'PX', value: HOLD_MS } });
  if (taken === null) throw new Fault('not_ready', `Partition ${partition} is being verified by somebody else. Try again in a minute.`);
  const commit = async (from: string, to: string, commands: readonly Command[]): Promise<boolean> =>
    (await redis.commitPartition({ versionKey, holdKey, from, to, holder: token }, commands)) === COMMIT.written;
  const drop = async (): Promise<void> => {
    if ((await redis.get(holdKey)) === token) await redis.del(holdKey);
  };
  for (let tries = 0; tries < FENCE_TRIES; tries++) {
    const from = (await redis.get(versionKey)) ?? '';
    const mine = `${Number(from.split(':')[0] ?? 0) + 1}:${token}`;
    if (await commit(from, mine, []))
      return {
        renew: () => commit(mine, mine, [['SET', holdKey, token, 'PX', String(HOLD_MS)]]),
        release: () => commit(mine, mine, [['DEL', holdKey]]),
        drop,
      };
    await pause(FENCE_PAUSE_MS);
  }
  await drop();
  throw new Fault('not_ready', `Partition ${partition} could not be held: others keep writing to it. Try again.`);
}

/** A row of a list, as the refold made it. */
interface ExpectedRow {
  readonly member: string;
  readonly score: number;
}

/** What a customer's events come to. */
interface Refold {
  readonly events: readonly StoredEvent[];
  /** at the newest sixteenth event; null: there are fewer */
  readonly state: string | null;
  readonly findable: Findable;
  /** event count -> state at that point */
  readonly checkpoints: ReadonlyMap<string, string>;
  /** list -> rows */
  readonly rows: ReadonlyMap<string, readonly ExpectedRow[]>;
}

/** One partition's comparison. Memory: a thousand customers at a time, and the counters. */
class Comparison {
  readonly #o: VerifyOptions;
  readonly #p: number;
  readonly #differences: Difference[] = [];
  /** list -> rows that must be on it */
  readonly #expected = new Map<string, number>();
  /** lists on which a row is missing */
  readonly #suspect = new Set<string>();
  /** what the refold booked, minus what is stored */
  readonly #sums = new Deltas();
  /** which definitions each customer is folded under */
  readonly #backfill: Backfill;
  readonly #identity: IdentityCheck;
  readonly #find: FindCheck;
  readonly #count = { customers: 0, events: 0, rows: 0, sums: 0, differing: 0 };

  constructor(options: VerifyOptions, partition: number) {
    this.#o = options;
    this.#p = partition;
    this.#backfill = new Backfill(options.contexts, partition);
    this.#identity = new IdentityCheck({
      redis: options.redis,
      partition,
      partitions: options.partitions,
      rules: options.rules ?? DEFAULT_RULES,
      differs: (words) => this.#differs('identity', words),
    });
    this.#find = new FindCheck({
      redis: options.redis,
      partition,
      findable: async (person) => (await this.#refold(person, false)).findable,
      differs: (words) => this.#differs('find', words),
    });
  }

  report(): Omit<PartitionReport, 'disturbed'> {
    return { partition: this.#p, ...this.#count, differences: this.#differences };
  }

  async run(): Promise<void> {
    const { redis } = this.#o;
    await this.#o.refresh?.();
    const cursors = new Map(Object.entries(await redis.hGetAll(keys.cursors(this.#p))));
    if (!(await this.#backfill.load(redis, cursors)))
      throw new Fault('not_ready', 'Definitions were published a moment ago. Verify again.');
    const lists = await this.#scanKeys();
    const of = await this.#o.redis.zCard(keys.customers(this.#p));
    for (let from = 0; ; from += CUSTOMERS) {
      this.#o.signal?.throwIfAborted();
      const people = await this.#o.redis.zRange(keys.customers(this.#p), from, from + CUSTOMERS - 1);
      for (let i = 0; i < people.length; i += READ_AT_ONCE)
        await Promise.all(people.slice(i, i + READ_AT_ONCE).map((person) => this.#customer(person)));
      this.#count.customers += people.length;
      this.#o.onProgress?.({ partition: this.#p, customers: this.#count.customers, of });
      if (people.length < CUSTOMERS) break;
    }
    await this.#identity.nodes();
    await this.#find.surplus();
    await this.#surplusRows(lists);
    await this.#compareSums();
  }

  #differs(kind: DifferenceKind, words: string): void {
    this.#count.differing++;
    if (this.#differences.length < MOST_DIFFERENCES) this.#differences.push({ kind, words });
  }

  /** Looks for streams and states of nobody; gathers the names of the lists. */
  async #scanKeys(): Promise<Set<string>> {
    const { redis } = this.#o;
    const [stream, state, list] = [keys.customer(this.#p, ''), keys.savedState(this.#p, ''), keys.list(this.#p, '')];
    const lists = new Set<string>();
    const seen = new Set<string>();
    for await (const page of redis.scanIterator({ MATCH: `${keys.log(this.#p).slice(0, -'log'.length)}*`, COUNT: PAGE })) {
      const owned = page.filter((key) => key.startsWith(stream) || key.startsWith(state));
      for (const key of page) if (key.startsWith(list)) lists.add(key.slice(list.length));
      if (owned.length === 0) continue;
      const people = owned.map((key) => key.slice(key.startsWith(stream) ? stream.length : state.length));
      const known = await redis.zmScore(keys.customers(this.#p), people);
      for (const [i, key] of owned.entries()) {
        if (known[i] !== null || seen.has(key)) continue;
        seen.add(key);
        this.#differs(
          key.startsWith(stream) ? 'stream' : 'state',
          `${people[i] ?? ''} has a ${key.startsWith(stream) ? 'stream' : 'state'}, but is not among the customers`,
        );
      }
    }
    return lists;
  }

  async #customer(person: string): Promise<void> {
    const { redis } = this.#o;
    const refold = await this.#refold(person, true);
    this.#count.events += refold.events.length;
    const [state, score, checkpoints] = await Promise.all([
      redis.get(keys.savedState(this.#p, person)),
      redis.zScore(keys.customers(this.#p), person),
      redis.hGetAll(keys.checkpoints(this.#p, person)),
    ]);
    if (refold.events.length === 0) this.#differs('stream', `${person} is among the customers, but has no events`);
    if (state !== refold.state)
      this.#differs(
        'state',
        refold.state === null
          ? `${person}: a state is saved, but ${refold.events.length} events are too few for one`
          : `${person}: the saved state is not what ${refold.events.length} events come to${firstDifference(state ?? '', refold.state)}`,
      );
    if (score !== (refold.events.at(-1)?.at ?? 0))
      this.#differs('state', `${person}: the time of the last event is not that of the stream`);
    for (const count of new Set([...refold.checkpoints.keys(), ...Object.keys(checkpoints)]))
      if (refold.checkpoints.get(count) !== checkpoints[count])
        this.#differs('state', `${person}: the state kept at event ${count} is not what these events come to`);
    await this.#compareRows(person, refold);
    await this.#compareNodes(person, refold.events);
    await this.#identity.person(person, refold.events);
    await this.#find.person(person, refold.findable);
  }

  /** Folds a customer from the first event on; with `book`, its bookings count and its stream is looked through. */
  async #refold(person: string, book: boolean): Promise<Refold> {
    const events = await this.#readStream(person, book);
    if (book && !isSettled(events)) this.#differs('stream', `${person}: a corrected event is not what its corrections come to`);
    const state = emptyState();
    const checkpoints = new Map<string, string>();
    let saved: string | null = null;
    const touched = foldOnto(state, events, this.#backfill.contextFor(person), {
      checkpoint: (at) => void checkpoints.set(String(at.events), encodeState(at)),
      saved: (at) => (saved = encodeState(at)),
    });
    const rows = new Map<string, ExpectedRow[]>();
    if (book) for (const booking of touched.bookings) this.#sums.add(booking, 1);
    for (const { after } of touched.rows().values()) {
      if (book) addRow(this.#sums, after, 1);
      for (const listed of [after, ...after.also]) {
        const list = rows.get(listed.list);
        const row = { member: memberOf(person, listed), score: listed.score };
        if (list === undefined) rows.set(listed.list, [row]);
        else list.push(row);
      }
    }
    return { events, state: saved, findable: findableOf(state), checkpoints, rows };
  }

  /** The events of a customer as they should be: in order, each once. What is not so is told where `tell` is set. */
  async #readStream(person: string, tell: boolean): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    const seen = new Set<string>();
    let sound = true;
    const wrong = (words: string): void => {
      sound = false;
      if (tell) this.#differs('stream', words);
    };
    let last: StoredEvent | undefined;
    for (let from = '-'; ;) {
      const page = (await this.#o.redis.xRange(keys.customer(this.#p, person), from, '+', { COUNT: PAGE })) ?? [];
      for (const { id, message } of page) {
        const event = parseEvent(message['e']);
        if (event === undefined) {
          wrong(`${person}: entry ${id} cannot be read`);
          continue;
        }
        if (seen.has(event.key)) wrong(`${person}: entry ${id} is the second of one event`);
        else {
          if (id !== streamId(event)) wrong(`${person}: entry ${id} does not stand where its time says (${streamId(event)})`);
          if (last !== undefined && compareEvents(last, event) >= 0) wrong(`${person}: entry ${id} is out of order`);
          seen.add(event.key);
          events.push(event);
          last = event;
        }
      }
      const end = page.at(-1);
      if (page.length < PAGE || end === undefined) break;
      from = `(${end.id}`;
    }
    return sound ? events : events.sort(compareEvents);
  }

  async #compareRows(person: string, { rows }: Refold): Promise<void> {
    for (const [list, wanted] of rows) {
      this.#expected.set(list, (this.#expected.get(list) ?? 0) + new Set(wanted.map((row) => row.member)).size);
      this.#count.rows += wanted.length;
      for (let i = 0; i < wanted.length; i += PAGE) {
        const some = wanted.slice(i, i + PAGE);
        const scores = await this.#o.redis.zmScore(
          keys.list(this.#p, list),
          some.map((row) => row.member),
        );
        for (const [k, row] of some.entries()) {
          const score = scores[k] ?? null;
          if (score === null) {
            this.#suspect.add(list);
            this.#differs('list', `${person}: a row that its events make is not on the list ${list}`);
          } else if (score !== row.score)
            this.#differs('list', `${person}: a row of the list ${list} stands at ${score}, but belongs at ${row.score}`);
        }
      }
    }
  }

  /** Rows that no events make. Where a list has as many rows as it should, and every row that should be there is, there are none. */
  async #surplusRows(lists: ReadonlySet<string>): Promise<void> {
    for (const list of lists) {
      if (!this.#suspect.has(list) && (await this.#o.redis.zCard(keys.list(this.#p, list))) === (this.#expected.get(list) ?? 0)) continue;
      await this.#searchList(list);
    }
  }

  async #searchList(list: string): Promise<void> {
    for await (const page of this.#o.redis.zScanIterator(keys.list(this.#p, list), { COUNT: PAGE })) {
      const byPerson = new Map<string, string[]>();
      for (const { value } of [page].flat()) {
        const person = personOf(value);
        byPerson.set(person, [...(byPerson.get(person) ?? []), value]);
      }
      for (const [person, members] of byPerson) {
        const made = new Set((await this.#refold(person, false)).rows.get(list)?.map((row) => row.member));
        for (const member of members)
          if (!made.has(member)) this.#differs('list', `${person}: the list ${list} holds a row that its events do not make`);
      }
    }
  }

  /** Every event lies with the person of the identifier it came under, or has been called away and waits for this partition to send it. */
  async #compareNodes(person: string, events: readonly StoredEvent[]): Promise<void> {
    for (const node of new Set(events.map((event) => event.under))) {
      const home = partitionOf(node, this.#o.partitions);
      const root = await this.#o.redis.hGet(keys.node(home, node), 'root');
      if (decodeNode(node, root === null || root === undefined ? {} : { root }).root === person) continue;
      if (!(await this.#isCalledAway(home, { node, person })))
        this.#differs('identity', `${person} holds events that came under ${node}, which belongs to ${root ?? node}`);
    }
  }

  async #isCalledAway(from: number, what: { readonly node: string; readonly person: string }): Promise<boolean> {
    for await (const one of unread(this.#o.redis, from, this.#p))
      if (one.kind === 'recall' && one.node === what.node && one.person === what.person) return true;
    return false;
  }

  /** Takes what is stored off what the refold booked: nothing may be left. */
  async #compareSums(): Promise<void> {
    this.#count.sums = this.#sums.size;
    await this.#takeStoredOff();
    for (const [cell, measure, anchor, booked, delta] of this.#sums)
      this.#differs(
        'sum',
        `${cell}, measure ${measure}, minute ${anchor}, from minute ${booked} on: the stored sum is ${delta > 0 ? `${delta} too small` : `${-delta} too large`}`,
      );
  }

  async #takeStoredOff(): Promise<void> {
    const { redis } = this.#o;
    for (let tries = 0; tries < SUM_TRIES; tries++) {
      const stored = await readSums(redis, this.#p);
      const texts = [...stored.chunks];
      for (let from = `(${stored.at}`; ;) {
        const page = (await redis.xRange(keys.changes(this.#p), from, '+', { COUNT: PAGE })) ?? [];
        for (const { message } of page) texts.push(message['d'] ?? '');
        const last = page.at(-1);
        if (page.length < PAGE || last === undefined) break;
        from = `(${last.id}`;
      }
      // A checkpoint written meanwhile may have trimmed what was about to be read.
      if (((await redis.hGet(keys.sums(this.#p), 'at')) ?? '0-0') !== stored.at) continue;
      for (const text of texts) takeOff(text, this.#sums);
      return;
    }
    throw new Fault('not_ready', `The sums of partition ${this.#p} keep being rewritten. Try again.`);
  }
}

/** Takes bookings off, as the feed and the stored sums hold them. */
function takeOff(text: string, sums: Deltas): void {
  let index = 0;
  readBookings(text, {
    cell: (name) => (index = sums.cell(name)),
    book: (measure, anchor, booked, delta) => sums.book(index, measure, anchor, booked, -delta),
  });
}

function parseEvent(text: string | undefined): StoredEvent | undefined {
  try {
    return text === undefined ? undefined : readEvent(text);
  } catch {
    return undefined;
  }
}

function personOf(member: string): string {
  try {
    const [person] = JSON.parse(member) as unknown[];
    return typeof person === 'string' && CUSTOMER_ID.test(person) ? person : 'somebody';
  } catch {
    return 'somebody';
  }
}

/** Where two encoded states part, without showing what they hold. */
function firstDifference(stored: string, made: string): string {
  if (stored === '') return ': there is none';
  let at = 0;
  while (at < stored.length && stored[at] === made[at]) at++;
  return ` (from character ${at} on)`;
}

/** Whether the corrected events among a customer's are what the events as they came, and what was said about them, come to. */
function isSettled(events: readonly StoredEvent[]): boolean {
  if (!events.some((event) => event.was !== undefined || isCorrection(event))) return true;
  const again = settle(events.map(originalOf), (event) => event, events);
  return again.every((event, i) => event.key === events[i]?.key && isSameCorrected(event, events[i]));
}

/** `unlinked` is not part of what was said: `verify` compares the links themselves. */
function isSameCorrected(a: StoredEvent, b: StoredEvent | undefined): boolean {
  const bare = ({ unlinked: _, was, ...rest }: StoredEvent): string =>
    JSON.stringify([formed(rest), was === undefined ? null : { ...was, unlinked: undefined }]);
  return b !== undefined && bare(a) === bare(b);
}
