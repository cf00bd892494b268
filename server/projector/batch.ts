import type { StoredEvent } from '#server/domain/event/event.ts';
import { isRetraction } from '#server/domain/event/event.ts';
import type { IdentityNode, NodeWrite } from '#server/identity/node.ts';
import { nodeWrites, rootOf } from '#server/identity/node.ts';
import { partitionOf } from '#server/redis/keys.ts';
import type { Annotations } from './annotations.ts';
import type { Message } from './messages.ts';
import { MESSAGE_EVENTS } from './messages.ts';

/** What happens to one person in one batch. */
export interface PersonWork {
  readonly person: string;
  /** events that come, unsorted */
  readonly adds: StoredEvent[];
  /** identifiers whose stored events are given back */
  readonly recalls: Set<string>;
}

/**
 * The identity side of one batch: takes in events and messages in order, decides whose they are, and gathers what has to be written and told.
 * Pure bookkeeping on nodes that were loaded before; no I/O.
 */
export class Batch {
  readonly #partition: number;
  readonly #partitions: number;
  readonly #nodes: (id: string) => IdentityNode;
  readonly #annotations: Annotations;
  readonly people = new Map<string, PersonWork>();
  readonly nodeChanges = new Map<string, Map<string, string | null>>();
  readonly outbox = new Map<number, Message[]>();

  constructor(
    place: { readonly partition: number; readonly partitions: number },
    loaded: { readonly nodes: (id: string) => IdentityNode; readonly annotations: Annotations },
  ) {
    this.#partition = place.partition;
    this.#partitions = place.partitions;
    this.#nodes = loaded.nodes;
    this.#annotations = loaded.annotations;
  }

  /** An event from the log: links its identifiers, then goes to the person of the strongest. What speaks of another event goes where that one is. */
  accept(event: StoredEvent): void {
    if (event.about !== undefined) return this.#announce(event.about, event);
    const node = this.#nodes(event.under);
    this.#own(node);
    if (!isRetraction(event)) for (const [, , child] of event.who) if (child !== event.under) this.#count(node, child, 1);
    this.#deliver(node, [event, ...this.#annotations.of(event.key).map((one) => ({ ...one, under: event.under }))]);
  }

  /** A message from another partition, or from this one's last batch. */
  receive(message: Message): void {
    switch (message.kind) {
      case 'events':
        this.#person(message.person).adds.push(...message.events);
        return;
      case 'link':
      case 'reroot':
        return this.#setParent(message);
      case 'unlink':
        return this.#dropParent(message.child, message.parent);
      case 'recall':
        return this.#recall(message.node, message.person);
      case 'returned':
        return this.#deliver(this.#nodes(message.node), message.events);
      case 'annotation':
        return this.#annotate(message.about, message.event);
      case 'unlinked':
        return this.#uncount(message.node, message.children);
    }
  }

  /** Sends a message; large ones in pieces. */
  send(to: string, message: Message): void {
    this.#queue(partitionOf(to, this.#partitions)).push(message);
  }

  /** Gives events back to the partition of the identifier they came under. */
  giveBack(node: string, events: readonly StoredEvent[]): void {
    for (let i = 0; i < events.length; i += MESSAGE_EVENTS)
      this.send(node, { kind: 'returned', node, events: events.slice(i, i + MESSAGE_EVENTS) });
  }

  /** Says that an event's links no longer count. */
  unlink(event: StoredEvent): void {
    const children = event.who.map((w) => w[2]).filter((child) => child !== event.under);
    if (children.length > 0) this.send(event.under, { kind: 'unlinked', node: event.under, children });
  }

  /** Tells all partitions of an annotation: the event it speaks of may have come under any identifier, or not yet at all. */
  #announce(about: string, event: StoredEvent): void {
    for (let partition = 0; partition < this.#partitions; partition++)
      if (partition === this.#partition) this.#annotate(about, event);
      else this.#queue(partition).push({ kind: 'annotation', about, event });
  }

  /** Keeps an annotation for the event it speaks of and, where that has come here, lays it beside it: from now on it comes under the same identifier. */
  #annotate(about: string, event: StoredEvent): void {
    this.#annotations.add(about, event);
    const under = this.#annotations.placeOf(about);
    if (under === undefined) return;
    const node = this.#nodes(under);
    this.#own(node);
    this.#deliver(node, [{ ...event, under }]);
  }

  #own(node: IdentityNode): void {
    if (node.own) return;
    node.own = true;
    this.#write(node, nodeWrites.own());
  }

  #queue(partition: number): Message[] {
    let queue = this.outbox.get(partition);
    if (queue === undefined) this.outbox.set(partition, (queue = []));
    return queue;
  }

  #person(id: string): PersonWork {
    let work = this.people.get(id);
    if (work === undefined) this.people.set(id, (work = { person: id, adds: [], recalls: new Set() }));
    return work;
  }

  #write(node: IdentityNode, write: NodeWrite): void {
    let fields = this.nodeChanges.get(node.id);
    if (fields === undefined) this.nodeChanges.set(node.id, (fields = new Map<string, string | null>()));
    fields.set(write.field, write.value);
  }

  #count(node: IdentityNode, child: string, by: number): void {
    const before = node.children.get(child) ?? 0;
    const after = before + by;
    if (after <= 0) node.children.delete(child);
    else node.children.set(child, after);
    this.#write(node, nodeWrites.child(node, child));
    if (before <= 0 && after > 0) this.#link(child, node);
    if (before > 0 && after <= 0) this.send(child, { kind: 'unlink', child, parent: node.id });
  }

  /** Tells a child of its parent: at once where it is at home here too. */
  #link(child: string, parent: IdentityNode): void {
    const message = { kind: 'link', child, parent: parent.id, root: parent.root } as const;
    if (this.#isHome(child)) this.#setParent(message);
    else this.send(child, message);
  }

  #isHome(node: string): boolean {
    return partitionOf(node, this.#partitions) === this.#partition;
  }

  #uncount(id: string, children: readonly string[]): void {
    const node = this.#nodes(id);
    for (const child of children) this.#count(node, child, -1);
  }

  #deliver(node: IdentityNode, events: readonly StoredEvent[]): void {
    if (this.#isHome(node.root)) {
      this.#person(node.root).adds.push(...events);
      return;
    }
    const queue = this.outbox.get(partitionOf(node.root, this.#partitions));
    const last = queue?.[queue.length - 1];
    if (last?.kind === 'events' && last.person === node.root && last.events.length + events.length <= MESSAGE_EVENTS) {
      queue?.pop();
      this.send(node.root, { ...last, events: [...last.events, ...events] });
    } else this.send(node.root, { kind: 'events', person: node.root, events });
  }

  #setParent(message: { readonly kind: 'link' | 'reroot'; readonly child: string; readonly parent: string; readonly root: string }): void {
    const node = this.#nodes(message.child);
    if (message.kind === 'reroot' && !node.parents.has(message.parent)) return;
    node.parents.set(message.parent, message.root);
    this.#write(node, nodeWrites.parent(node, message.parent));
    this.#settle(node);
  }

  #dropParent(child: string, parent: string): void {
    const node = this.#nodes(child);
    if (!node.parents.delete(parent)) return;
    this.#write(node, nodeWrites.parent(node, parent));
    this.#settle(node);
  }

  /** Follows a change of parents: where the person changes, the events under this identifier are called back and the children told. */
  #settle(node: IdentityNode): void {
    const root = rootOf(node);
    if (root === node.root) return;
    const former = node.root;
    node.root = root;
    this.#write(node, nodeWrites.root(node));
    if (node.own && this.#isHome(former)) this.#recall(node.id, former);
    else if (node.own) this.send(former, { kind: 'recall', node: node.id, person: former });
    for (const child of node.children.keys()) this.send(child, { kind: 'reroot', child, parent: node.id, root });
  }

  #recall(node: string, person: string): void {
    const work = this.#person(person);
    const mine = work.adds.filter((e) => e.under === node);
    if (mine.length > 0) {
      const rest = work.adds.filter((e) => e.under !== node);
      work.adds.splice(0, work.adds.length, ...rest);
      this.giveBack(node, mine);
    }
    work.recalls.add(node);
  }
}
