import type { Factor, TimelineItem, TimelinePage } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { WaitingCurve } from '#server/domain/silence/overdue.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { itemOf } from '#server/domain/timeline/item.ts';
import { decodeNode } from '#server/identity/node.ts';
import type { IdentityNode } from '#server/identity/node.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { readNewest } from './saved-states.ts';
import type { StateReading } from './saved-states.ts';

/** Events of one customer that a look over many takes in. */
const EVENTS_LOOKED_AT = 2000;

/** Reads people: by identifier, and page by page. */
export interface CustomerReading extends StateReading {
  readonly blueprints: Blueprints;
  /** `off`: emotions are not read here */
  readonly emotion?: (() => 'off' | undefined) | undefined;
  /** outside our control, as known now */
  readonly factors: () => readonly Factor[];
  /** how others waited for a kind of promise */
  readonly curveOf?: ((blueprint: Blueprint, kind: string) => WaitingCurve | undefined) | undefined;
}

async function nodeOf(reading: CustomerReading, node: string): Promise<IdentityNode> {
  return decodeNode(node, await reading.redis.hGetAll(keys.node(partitionOf(node, reading.partitions), node)));
}

/** Everybody behind one identifier: its person, and those who share it where it belongs to several. */
export async function peopleBehind(reading: CustomerReading, node: string): Promise<string[]> {
  const { root, parents } = await nodeOf(reading, node);
  return [...new Set([root, ...(root === node ? [...parents.values()].map((parent) => parent.root) : [])])];
}

export interface TimelineRequest {
  readonly customer: string;
  /** cursor of the page before: stream id and earliest arrival seen so far */
  readonly before: string | undefined;
  readonly limit: number;
  readonly now: number;
}

function readCursor(before: string | undefined): { readonly from: string; readonly laterReceived: number } {
  if (before === undefined) return { from: '+', laterReceived: Infinity };
  const [id = '', received = ''] = before.split('~');
  return { from: `(${id}`, laterReceived: received === '' ? Infinity : Number(received) };
}

/** One page of a customer's timeline, newest first, straight from the customer's stream. */
export async function timelinePage(reading: CustomerReading, request: TimelineRequest): Promise<TimelinePage> {
  const { redis, partitions, blueprints } = reading;
  const { customer, limit, now } = request;
  const position = { at: now, live: true };
  const partition = partitionOf(customer, partitions);
  const { from, laterReceived } = readCursor(request.before);
  const isFirst = request.before === undefined;
  const [{ state, newest }, further] = await Promise.all([
    readNewest(reading, customer, isFirst ? limit + 1 : 0),
    isFirst ? null : redis.xRevRange(keys.customer(partition, customer), from, '-', { COUNT: limit + 1 }),
  ]);
  const entries = isFirst ? newest : further;
  if (state === null) {
    const { root } = await nodeOf(reading, customer);
    return { customer, movedTo: root === customer ? null : root, header: null, items: [], next: null, position };
  }
  const page = (entries ?? []).slice(0, limit);
  let earliest = laterReceived;
  const items = page.map((entry): TimelineItem => {
    const event = readEvent(entry.message['e'] ?? '{}');
    const item = itemOf(event, { state, blueprints, laterReceived: earliest, emotion: reading.emotion?.() });
    earliest = Math.min(earliest, event.received);
    return { ...item, id: entry.id };
  });
  const more = (entries ?? []).length > limit;
  const last = items.at(-1);
  const next = more && last !== undefined ? `${last.id}~${earliest === Infinity ? '' : earliest}` : null;
  return {
    customer,
    movedTo: null,
    header: headerOf(customer, state, { ...reading.context(), factors: reading.factors(), curveOf: reading.curveOf, now }),
    items,
    next,
    position,
  };
}

/** Events of the customers heard of last, customer by customer. @param most customers, over all partitions */
export async function* latestCustomers(
  reading: Pick<CustomerReading, 'redis' | 'partitions'>,
  most: number,
): AsyncGenerator<readonly StoredEvent[]> {
  const each = Math.ceil(most / reading.partitions);
  for (let partition = 0; partition < reading.partitions; partition++)
    for (const person of await reading.redis.zRange(keys.customers(partition), 0, each - 1, { REV: true })) {
      const entries = (await reading.redis.xRange(keys.customer(partition, person), '-', '+', { COUNT: EVENTS_LOOKED_AT })) ?? [];
      yield entries.map((entry) => readEvent(entry.message['e'] ?? '{}'));
    }
}
