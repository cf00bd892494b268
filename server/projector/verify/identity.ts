import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { isAnnotation, originalOf } from '#server/domain/event/annotation.ts';
import { isStatement, statedKey, undoOf } from '#server/domain/identity/acts.ts';
import { countLink, decodeNode, newNode, rootOf, standing } from '#server/identity/node.ts';
import type { IdentityNode, Limits } from '#server/identity/node.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { annotationsOn } from '../annotations.ts';
import { LinkedAhead } from '../log-reader.ts';
import type { Message } from '../messages.ts';
import { unread } from './unread.ts';

/** Entries of one page of a stream or a scan. */
const PAGE = 500;
/** Readings of what two partitions tell each other while both go on, before a difference is believed. */
const TRIES = 3;

/** What is verified, and whom to tell. */
export interface IdentityCheckOptions {
  readonly redis: Redis;
  /** held by the verifier: its projector waits */
  readonly partition: number;
  readonly partitions: number;
  readonly rules: Limits;
  /** @param node without meaning, names the identifier */
  readonly differs: (words: string) => void;
}

/**
 * Proves that identities follow from the events: what each identifier counts is what its events carry, what stands is what both ends say, every
 * person is the one the links come to, and every decision by hand that was not taken back is followed. Other partitions go on meanwhile, so
 * what is on its way between them is no difference.
 */
export class IdentityCheck {
  readonly #o: IdentityCheckOptions;
  #refused: readonly StoredEvent[] | undefined;
  readonly #ahead = new Map<number, LinkedAhead>();

  constructor(options: IdentityCheckOptions) {
    this.#o = options;
  }

  /** The links that a person's events make, against what their identifiers count. */
  async person(person: string, events: readonly StoredEvent[]): Promise<void> {
    const own = events.filter((event) => event.about === undefined && !isAnnotation(event)).map(originalOf);
    for (const under of new Set(own.map((event) => event.under))) {
      const mine = own.filter((event) => event.under === under);
      await this.#believe([under], async () => {
        const node = await this.#node(under);
        if (node.root !== person) return undefined;
        const same = this.#sameLinks(node, mine) || this.#sameLinks(node, [...mine, ...(await this.#refusedUnder(under))]);
        return same ? undefined : `${under} counts other links than its ${mine.length} events make`;
      });
    }
  }

  /** All identifiers at home in the partition: their person, both ends of their links, and the decisions about them. */
  async nodes(): Promise<void> {
    const { redis, partition } = this.#o;
    const prefix = keys.node(partition, '');
    for await (const page of redis.scanIterator({ MATCH: `${prefix}*`, COUNT: PAGE }))
      for (const key of page) await this.#oneNode(key.slice(prefix.length));
  }

  async #oneNode(id: string): Promise<void> {
    const node = await this.#node(id);
    if (rootOf(node) !== node.root) this.#o.differs(`${id} belongs to ${node.root}, but its links come to ${rootOf(node)}`);
    for (const [parent, { root, hand }] of node.parents)
      await this.#believe([id, parent], async () => {
        const stronger = await this.#node(parent);
        const stands = standing(stronger, id, this.#o.rules);
        return stands === hand && stronger.root === root ? undefined : `${id} hangs on ${parent} in another way than that one says`;
      });
    const children = new Set([...node.children.keys(), ...[...node.stated.values()].map(({ child }) => child)]);
    for (const child of children) {
      if (standing(node, child, this.#o.rules) === undefined) continue;
      await this.#believe([id, child], async () =>
        (await this.#node(child)).parents.has(id) ? undefined : `${child} does not know of its link with ${id}`,
      );
    }
    await this.#decisions(node);
  }

  /** Decisions are followed where nobody took them back, and only then. */
  async #decisions(node: IdentityNode): Promise<void> {
    const { redis, partition, differs } = this.#o;
    const stored = Object.values(await redis.hGetAll(keys.acts(partition, node.id))).map((text) => readEvent(text));
    const followed = new Set<string>();
    for (const act of stored) {
      const said = await annotationsOn({ redis, partition }, [act.key]);
      if (undoOf(act.key, (key) => said.get(key) ?? []) !== undefined) continue;
      if (act.type === 'identity.split') followed.add(act.key);
      else for (const [, , child] of act.who) if (child !== act.under) followed.add(statedKey(act.key, child));
    }
    for (const name of followed)
      if (!node.stated.has(name) && !node.cuts.has(name)) differs(`${node.id} does not follow a decision by hand about it`);
    for (const cut of node.cuts.keys())
      if (!followed.has(cut)) differs(`${node.id} is taken out by a decision that was taken back or never made`);
  }

  #sameLinks(node: IdentityNode, events: readonly StoredEvent[]): boolean {
    const made = newNode(node.id);
    made.kind = node.kind;
    for (const event of events) {
      if (event.unlinked === true || isStatement(event)) continue;
      for (const [kind, , child] of event.who)
        if (child !== node.id) countLink(made, { child, kind, instant: [event.at, event.key] }, this.#o.rules);
    }
    return (
      made.children.size === node.children.size &&
      [...made.children].every(([child, { count, first }]) => {
        const stored = node.children.get(child);
        return stored?.count === count && stored.first?.[0] === first?.[0] && stored.first?.[1] === first?.[1];
      })
    );
  }

  /** Tells a difference that stays while nothing about these identifiers is on its way. */
  async #believe(nodes: readonly string[], look: () => Promise<string | undefined>): Promise<void> {
    let words = await look();
    for (let tries = 0; words !== undefined && tries < TRIES; tries++) {
      const moving = await this.#isMoving(nodes);
      words = await look();
      if (moving || (await this.#isMoving(nodes))) return;
    }
    if (words !== undefined) this.#o.differs(words);
  }

  /**
   * Whether something about one of the identifiers waits to be taken in, by this partition or by one of their own: a message, or an event whose links
   * count before it is delivered.
   */
  async #isMoving(nodes: readonly string[]): Promise<boolean> {
    const { partition, partitions } = this.#o;
    const asked = new Set(nodes);
    const receivers = new Set([partition, ...nodes.map((node) => partitionOf(node, partitions))]);
    for (const to of receivers) {
      const waiting = await this.#aheadOf(to).nodes();
      if (nodes.some((node) => waiting.has(node))) return true;
    }
    for (const to of receivers)
      for (let from = 0; from < partitions; from++)
        for await (const message of unread(this.#o.redis, from, to)) if (nodesIn(message).some((node) => asked.has(node))) return true;
    return false;
  }

  #aheadOf(partition: number): LinkedAhead {
    let its = this.#ahead.get(partition);
    if (its === undefined) this.#ahead.set(partition, (its = new LinkedAhead(this.#o.redis, partition)));
    return its;
  }

  async #node(id: string): Promise<IdentityNode> {
    return decodeNode(id, await this.#o.redis.hGetAll(keys.node(partitionOf(id, this.#o.partitions), id)));
  }

  /** Events that were put aside still link: they came. */
  async #refusedUnder(node: string): Promise<readonly StoredEvent[]> {
    const { redis, partition } = this.#o;
    this.#refused ??= ((await redis.xRange(keys.refused(partition), '-', '+')) ?? []).map(({ message }) => readEvent(message['e'] ?? '{}'));
    return this.#refused.filter((event) => event.under === node);
  }
}

/** The identifiers a message speaks of. */
function nodesIn(message: Message): readonly string[] {
  switch (message.kind) {
    case 'events':
      return message.events.map((event) => event.under);
    case 'link':
    case 'unlink':
    case 'reroot':
      return [message.child, message.parent];
    case 'recall':
    case 'returned':
    case 'unlinked':
      return [message.node];
    case 'annotation':
      return [];
  }
}
