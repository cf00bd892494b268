import { Fault } from '#lib/contract/index.ts';
import type { FindAnswer } from '#lib/contract/index.ts';
import { streamId } from '#server/domain/event/event.ts';
import { shardOf, termsOf } from '#server/domain/find/terms.ts';
import { entryOf, shardKey } from '#server/projector/find-index.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { openStore } from '#server/redis/store.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import type { NodeHasher } from '#server/security/node-hash.ts';
import { startProduct } from './children.ts';
import { ask } from './latency.ts';
import { eventOf, inhabitant } from './population.ts';
import type { Inhabitant } from './population.ts';
import { serverUse, writeDown } from './store.ts';
import type { Bench } from './throughput.ts';

/** Words written at a time, calls on their way at a time, and words of one command: the server takes no more apart. */
const WORDS_AT_ONCE = 20_000;
const IN_FLIGHT = 3;
const WORDS_OF_A_COMMAND = 4000;
/** Stream, entry, event, customers, time, person, and three identifiers. */
const WORDS_OF_A_PERSON = 9;
/** People after whom is looked whether enough are gathered. */
const LOOK_EVERY = 100;
/** Between the events of two people, ms. */
const MS_APART = 10;
/** People whose entries are gathered, so that those of one shard go together. */
const GATHERED = 100_000;
/** People who search at the same time. */
const LANES = 4;

/** What was measured. */
export interface FindRun {
  readonly customers: number;
  /** filling the store took so long, ms */
  readonly fillMs: number;
  /** memory of the index per customer, bytes */
  readonly indexBytes: number;
  /** of everything else a customer with one event needs, bytes */
  readonly otherBytes: number;
  /** kind of search -> how long each took, ms */
  readonly took: ReadonlyMap<string, readonly number[]>;
  /** how long a request that does no work took meanwhile, ms: the machine and the thread */
  readonly pings: readonly number[];
}

/** Ways to look for somebody, and whether the answer must hold them: a list of many shows twenty. */
const SEARCHES: readonly (readonly [kind: string, words: (one: Inhabitant) => string, holds: boolean])[] = [
  ['customer number', (one) => one.customerId, true],
  ['whole e-mail address', (one) => one.email.toUpperCase(), true],
  ['telephone number, national notation', (one) => `0${one.phone.slice(3, 6)} / ${one.phone.slice(6)}`, true],
  ['last six digits', (one) => one.phone.slice(-6), true],
  ['last four digits', (one) => one.phone.slice(-4), false],
  ['beginning of the e-mail address', (one) => one.email.split('@')[0] ?? '', true],
  ['last name', (one) => one.name.split(' ')[1] ?? '', false],
  ['three letters of a name', (one) => one.name.slice(0, 3), false],
  ['first and last name', (one) => one.name, false],
  ['beginnings of both names', (one) => `${one.name.split(' ')[1]?.slice(0, 4) ?? ''} ${one.name.slice(0, 3)}`, false],
  ['nobody', (one) => `Xyz${one.customerId}`, false],
];

/** Writes the people and their index straight into the emptied store, then asks the API for some of them. Empties the store again. */
export async function measureFind(bench: Bench, options: { readonly customers: number; readonly readings: number }): Promise<FindRun> {
  const { redis } = bench;
  await redis.flushAll();
  // The fill is not what is measured: it need not survive.
  await writeDown(redis, false);
  try {
    const begun = performance.now();
    const filled = await fill(bench, options.customers);
    const fillMs = performance.now() - begun;
    const product = await startProduct(bench.nursery, 'web');
    try {
      return { customers: options.customers, fillMs, ...filled, ...(await search(product.address, options)) };
    } finally {
      await product.end();
    }
  } finally {
    // Letting go of so much at once would keep the server busy for longer than it is given to end.
    if (redis.isOpen) {
      await redis.flushAll('ASYNC');
      await writeDown(redis, true);
    }
  }
}

/** Scripts that write many in one call: as commands of their own a million people would take the client a minute. */
const PEOPLE = `for at = 1, #ARGV, ${WORDS_OF_A_PERSON} do
  local root = ARGV[at + 5]
  redis.call('XADD', ARGV[at], ARGV[at + 1], 'e', ARGV[at + 2])
  redis.call('ZADD', ARGV[at + 3], ARGV[at + 4], root)
  for place, kind in ipairs({'customerId', 'email', 'phone'}) do redis.call('HSET', ARGV[at + 5 + place], 'root', root, 'kind', kind) end
end`;
const ENTRIES = `local at = 1
while at <= #ARGV do
  local last = at + 1 + tonumber(ARGV[at + 1])
  redis.call('ZADD', ARGV[at], unpack(ARGV, at + 2, last))
  at = last + 1
end`;

/** Gathers the words of a script and sends them in pieces, a few on their way at a time. */
class Bulk {
  readonly #redis: Redis;
  readonly #script: string;
  #words: string[] = [];
  readonly #running: Promise<unknown>[] = [];

  constructor(redis: Redis, script: string) {
    this.#redis = redis;
    this.#script = script;
  }

  add(...words: readonly string[]): void {
    for (const word of words) this.#words.push(word);
  }

  /** Sends what is gathered, once it is enough. */
  async flow(): Promise<void> {
    if (this.#words.length < WORDS_AT_ONCE) return;
    this.#send();
    if (this.#running.length > IN_FLIGHT) await this.#running.shift();
  }

  async end(): Promise<void> {
    if (this.#words.length > 0) this.#send();
    await Promise.all(this.#running);
  }

  #send(): void {
    this.#running.push(this.#redis.eval(this.#script, { arguments: this.#words }));
    this.#words = [];
  }
}

/** Writes people and their index as the projector leaves them behind, as far as a search reads them. @returns memory of either per customer, bytes */
export async function fill(
  { redis, partitions }: Pick<Bench, 'redis' | 'partitions'>,
  customers: number,
): Promise<{ readonly indexBytes: number; readonly otherBytes: number }> {
  const { pepper } = await openStore(redis, { partitions });
  const nodeOf = createNodeHasher(pepper);
  const empty = (await serverUse(redis)).memory;
  await fillPeople({ redis, partitions, nodeOf }, customers);
  const without = (await serverUse(redis)).memory;
  for (let from = 0; from < customers; from += GATHERED)
    await fillIndex({ redis, partitions, nodeOf }, { from, to: Math.min(customers, from + GATHERED) });
  const whole = (await serverUse(redis)).memory;
  return { indexBytes: (whole - without) / customers, otherBytes: (without - empty) / customers };
}

interface Into {
  readonly redis: Redis;
  readonly partitions: number;
  readonly nodeOf: NodeHasher;
}

/** Streams, identifiers and the list of customers. */
async function fillPeople({ redis, partitions, nodeOf }: Into, customers: number): Promise<void> {
  const bulk = new Bulk(redis, PEOPLE);
  const since = Date.now() - customers * MS_APART;
  for (let place = 0; place < customers; place++) {
    const event = eventOf(inhabitant(place), since + place * MS_APART, nodeOf);
    const home = partitionOf(event.under, partitions);
    bulk.add(keys.customer(home, event.under), streamId(event), JSON.stringify(event), keys.customers(home), String(event.at), event.under);
    for (const [, , node] of event.who) bulk.add(keys.node(partitionOf(node, partitions), node));
    if (place % LOOK_EVERY === 0) await bulk.flow();
  }
  await bulk.end();
}

async function fillIndex({ redis, partitions, nodeOf }: Into, places: { readonly from: number; readonly to: number }): Promise<void> {
  const shards = new Map<string, string[]>();
  for (let place = places.from; place < places.to; place++) {
    const one = inhabitant(place);
    const person = nodeOf('customerId', one.customerId);
    const home = partitionOf(person, partitions);
    const identifiers = [['email', one.email, 0] as const, ['phone', one.phone, 0] as const];
    for (const term of termsOf({ name: one.name, identifiers })) {
      const key = shardKey(home, term.kind, shardOf(term.kind, term.text));
      const entries = shards.get(key);
      if (entries === undefined) shards.set(key, ['0', entryOf(person, term)]);
      else entries.push('0', entryOf(person, term));
    }
  }
  const bulk = new Bulk(redis, ENTRIES);
  for (const [key, entries] of shards) {
    for (let i = 0; i < entries.length; i += WORDS_OF_A_COMMAND) {
      const some = entries.slice(i, i + WORDS_OF_A_COMMAND);
      bulk.add(key, String(some.length), ...some);
    }
    await bulk.flow();
  }
  await bulk.end();
}

async function search(
  address: string,
  options: { readonly customers: number; readonly readings: number },
): Promise<Pick<FindRun, 'took' | 'pings'>> {
  const pings: number[] = [];
  const took = new Map<string, number[]>(SEARCHES.map(([kind]) => [kind, []]));
  let turn = -SEARCHES.length * LANES;
  const lane = async (): Promise<void> => {
    for (let mine = turn++; mine < options.readings; mine = turn++) {
      const [kind, words, holds] = SEARCHES[Math.abs(mine) % SEARCHES.length] ?? SEARCHES[0] ?? [];
      if (kind === undefined || words === undefined) return;
      const one = inhabitant(Math.abs(Math.imul(mine, 0x9e3779b1)) % options.customers);
      const begun = performance.now();
      const { hits } = await ask<FindAnswer>(address, 'customers.find', { q: words(one) });
      // The first round of each compiles it.
      const answered = performance.now();
      await (await fetch(`${address}/healthz`)).text();
      if (mine >= 0) {
        took.get(kind)?.push(answered - begun);
        pings.push(performance.now() - answered);
      }
      if (kind === 'nobody' ? hits.length > 0 : holds ? !hits.some((hit) => hit.name === one.name) : hits.length === 0)
        throw new Fault('internal', `A search by ${kind} did not come to what is in the store.`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { took, pings };
}
