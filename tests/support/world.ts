import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import { fixedContexts } from '#server/definitions/contexts.ts';
import type { Contexts } from '#server/definitions/contexts.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import { blueprintsOf, checkJourney, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { decodeDeltas } from '#server/domain/kernel/counters.ts';
import { createLog } from '#server/log/redis-log.ts';
import { createLog as createLogger } from '#server/platform/log.ts';
import { encodeState } from '#server/domain/customer/state.ts';
import type { LogReach } from '#server/projector/log-reader.ts';
import { PartitionProjector } from '#server/projector/projector.ts';
import { readState } from '#server/projector/saved-states.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

/** A small journey that has everything the laws speak of: steps, steps back, waits, promises, dwell, an exclusion, a closing. */
export const TEST_JOURNEY = `
journey: test
name: {customer: Getting it, internal: Test}
goal: {}
window: 2d
idle: 5d
quiet: 30m
wait: 120s
correlation: orderId
stages:
  - {id: look, name: {customer: Looking, internal: Look}, standard: 6h, next: [order]}
  - {id: order, name: {customer: Ordering, internal: Order}, standard: 12h, dwell: {median: 4h, mad: 0.5}}
  - {id: deliver, name: {customer: Waiting for it, internal: Deliver}, standard: 1d, dwell: {median: 6h, mad: 0.5}}
  - {id: happy, name: {customer: Using it, internal: Use}}
  - {id: help, name: {customer: Getting help, internal: Help}, after: true, next: [look, order, deliver, happy]}
touchpoints:
  - {id: web.look, name: Page, stage: look, owner: Marketing, channel: web, match: [{type: page.viewed}]}
  - {id: order, name: Order, stage: order, owner: Sales, channel: web, channels: [store], required: true, match: [{type: order.placed}]}
  - {id: ship, name: Parcel, stage: deliver, owner: Logistics, channel: partner, controller: partner, required: true, most: 1, match: [{type: delivery.started}]}
  - {id: use, name: Using, stage: happy, owner: Product, channel: app, match: [{type: delivery.arrived}]}
  - {id: cancel, name: Cancel, owner: Sales, channel: web, excludes: true, closes: true, match: [{type: order.cancelled}]}
  - {id: help, name: Help, stage: help, owner: Care, channel: chat, exclusive: asking, match: [{type: case.opened}]}
  - {id: call, name: Call, owner: Care, channel: phone, exclusive: asking, most: 2, match: [{type: contact.*}, {type: message.*}, {type: promise.*}, {type: selfservice.*}, {type: error.shown}]}
  - {id: survey, name: Survey, owner: Care, channel: email, match: [{type: survey.answered}]}
`.replace('goal: {}', 'goal: It works');

/** Compiles journey texts as the product does. */
export function blueprintsFrom(...texts: readonly string[]): Blueprints {
  return blueprintsOf(
    texts.map((text) => {
      const file = journeySchema.parse(parse(text));
      const problems = checkJourney(file);
      if (problems.length > 0) throw new Error(problems.map((p) => `${p.path.join('.')}: ${p.message}`).join('\n'));
      return { blueprint: compileJourney(file), publishedAt: 0 };
    }),
  );
}

/** Everything that must not depend on how the events came. */
export interface Dump {
  readonly streams: Readonly<Record<string, readonly string[]>>;
  readonly states: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** entries by which people are found, and who is unknown */
  readonly found: readonly string[];
  readonly sums: Readonly<Record<string, number>>;
}

export interface World {
  readonly redis: Redis;
  readonly partitions: number;
  readonly blueprints: Blueprints;
  ingest(events: readonly StoredEvent[]): Promise<readonly boolean[]>;
  /** projects until nothing is left to do */
  settle(): Promise<void>;
  /** one round of every projector */
  step(): Promise<void>;
  /** other projectors go on from what is stored, as after a crash */
  takeOver(): void;
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

/** Adds bookings up by place. */
export function sumBookings(bookings: Iterable<Booking>, into: Map<string, number> = new Map()): Map<string, number> {
  for (const [cell, measure, anchor, booked, delta] of bookings) {
    const place = `${cell} ${measure} ${anchor} ${booked}`;
    const sum = (into.get(place) ?? 0) + delta;
    if (sum === 0) into.delete(place);
    else into.set(place, sum);
  }
  return into;
}

/** The spine without its doors: a real store, the log, all projectors, driven by hand. Empties the store first. */
export async function openWorld(
  address: { readonly url: string },
  options: {
    readonly partitions?: number;
    readonly blueprints?: Blueprints;
    readonly contexts?: (redis: Redis) => Promise<Contexts>;
    readonly rules?: IdentityRules;
    readonly reach?: LogReach;
  } = {},
): Promise<World> {
  const redis = await connect(address);
  await redis.flushAll();
  const partitions = options.partitions ?? 3;
  const blueprints = options.blueprints ?? blueprintsFrom(TEST_JOURNEY);
  const log = createLog({ redis, partitions, lagLimit: 100_000, clock: () => 0 });
  const logger = createLogger('silent');
  const contexts = (await options.contexts?.(redis)) ?? fixedContexts({ blueprints });
  const everMade: PartitionProjector[] = [];
  const makeProjectors = (): PartitionProjector[] => {
    const made = Array.from(
      { length: partitions },
      (_, partition) =>
        new PartitionProjector({
          redis,
          partition,
          partitions,
          contexts,
          score: () => null,
          log: logger,
          rules: options.rules ?? DEFAULT_RULES,
          reach: options.reach,
        }),
    );
    everMade.push(...made);
    return made;
  };
  let projectors = makeProjectors();

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      let done = 0;
      for (const projector of projectors) {
        const step = await projector.step();
        if (typeof step === 'number') done += step;
      }
      quiet = done === 0 ? quiet + 1 : 0;
    }
  }

  async function step(): Promise<void> {
    for (const projector of projectors) await projector.step();
  }

  async function dump(): Promise<Dump> {
    const streams: Record<string, string[]> = {};
    const states: Record<string, string> = {};
    const lists: Record<string, string[]> = {};
    const found: string[] = [];
    const nodes: Record<string, Record<string, string>> = {};
    const sums = new Map<string, number>();
    for (let p = 0; p < partitions; p++) {
      for (const entry of (await redis.xRange(keys.changes(p), '-', '+')) ?? []) sumBookings(decodeDeltas(entry.message['d'] ?? ''), sums);
      for (const key of (await redis.keys(`{${p}}:*`)).sort()) {
        const rest = key.slice(`{${p}}:`.length);
        if (rest.startsWith('c:'))
          streams[rest.slice(2)] = ((await redis.xRange(key, '-', '+')) ?? []).map((e) => `${e.id} ${e.message['e']}`);
        if (rest.startsWith('s:')) states[rest.slice(2)] = (await redis.get(key)) ?? '';
        if (rest === 'customers')
          for (const customer of await redis.zRange(key, 0, -1)) {
            const state = await readState({ redis, partitions, context: () => contexts.at(contexts.revision) }, customer);
            states[`${customer} now`] = state === null ? '' : encodeState(state);
          }
        if (rest.startsWith('n:')) nodes[rest.slice(2)] = Object.fromEntries(Object.entries(await redis.hGetAll(key)).sort());
        if (rest.startsWith('f:'))
          found.push(...(await redis.zRange(key, 0, -1)).map((entry) => `${rest.slice(2).split(':')[0]} ${entry}`));
        if (rest === 'unknown') found.push(...(await redis.zRangeWithScores(key, 0, -1)).map((e) => `unknown ${e.score} ${e.value}`));
        if (rest.startsWith('x:'))
          lists[rest.slice(2)] = [
            ...(lists[rest.slice(2)] ?? []),
            ...(await redis.zRangeWithScores(key, 0, -1)).map((e) => `${e.score} ${e.value}`),
          ].sort();
      }
    }
    return { streams, states, lists, nodes, found: found.sort(), sums: Object.fromEntries([...sums].sort()) };
  }

  async function close(): Promise<void> {
    await Promise.all(everMade.map((projector) => projector.close()));
    await redis.close();
  }

  return {
    redis,
    partitions,
    blueprints,
    ingest: (events) => log.append(events),
    settle,
    step,
    takeOver: () => (projectors = makeProjectors()),
    dump,
    close,
  };
}

/**
 * Plays events into a world, batch by batch, and closes it. Every other time somebody else goes on, who remembers nobody: what they need, they have
 * to read.
 */
export async function playOut(world: World, batches: readonly (readonly StoredEvent[])[]): Promise<Dump> {
  for (const [turn, batch] of batches.entries()) {
    if (batch.length > 0) await world.ingest(batch);
    await world.settle();
    if (turn % 2 === 1) world.takeOver();
  }
  const dump = await world.dump();
  await world.close();
  return dump;
}
