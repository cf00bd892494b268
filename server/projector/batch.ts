import type { StoredEvent } from '#server/domain/event/event.ts';
import { nameIn } from '#server/domain/event/key.ts';
import { isAnnotation } from '#server/domain/event/annotation.ts';
import { isAct, isIdentityUndo, isStatement, statedKey, undoOf } from '#server/domain/identity/acts.ts';
import type { IdentityNode, Limits, LinkChange, LinkEvent, NodeWrite } from '#server/identity/node.ts';
import { changeLinks, countLink, isFirst, nodeWrites, noteFirst, rootOf, uncountLink } from '#server/identity/node.ts';
import { partitionOf } from '#server/redis/keys.ts';
import type { Annotations } from './annotations.ts';
import type { Message } from './messages.ts';
import { MESSAGE_EVENTS } from './messages.ts';

/** Stands for the kind of an identifier under which nothing but an annotation has come yet. */
const UNKNOWN_KIND = '?';

/** The links an event makes: its strongest identifier with every weaker one. */
function linksOf(event: StoredEvent): LinkEvent[] {
  const links: LinkEvent[] = [];
  for (const [kind, , child] of event.who) if (child !== event.under) links.push({ child, kind, instant: [event.at, event.key] });
  return links;
}

/** Whether an event's own identifiers link one another. */
const isLinking = (event: StoredEvent): boolean => event.about === undefined && !isAct(event) && !isAnnotation(event);

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
  readonly #limits: Limits;
  readonly people = new Map<string, PersonWork>();
  readonly nodeChanges = new Map<string, Map<string, string | null>>();
  readonly outbox = new Map<number, Message[]>();

  constructor(
    place: { readonly partition: number; readonly partitions: number },
    loaded: { readonly nodes: (id: string) => IdentityNode; readonly annotations: Annotations; readonly limits: Limits },
  ) {
    this.#partition = place.partition;
    this.#partitions = place.partitions;
    this.#nodes = loaded.nodes;
    this.#annotations = loaded.annotations;
    this.#limits = loaded.limits;
  }

  /**
   * An event from the log says which identifiers belong together. What speaks of another event, and what decides about identities, has its say
   * when it is delivered.
   * @param ahead it is delivered by a later batch
   */
  link(event: StoredEvent, ahead: boolean): void {
    if (!isLinking(event)) return;
    const node = this.#nodes(event.under);
    const isNew = node.kind === '';
    this.#own(node, event.who[0]?.[0] ?? UNKNOWN_KIND);
    if (isNew && ahead) this.#await(node, true);
    for (const link of linksOf(event)) {
      if (isStatement(event)) this.#state(node, event, link);
      else this.#count(node, link);
    }
  }

  /** An event from the log, linked before, goes to the person of its strongest identifier. What speaks of another event goes where that one is. */
  accept(event: StoredEvent): void {
    if (event.about !== undefined) return this.#announce(event.about, event);
    if (isAct(event)) return this.#decide(event);
    const node = this.#nodes(event.under);
    this.#own(node, event.who[0]?.[0] ?? UNKNOWN_KIND);
    this.#noteFirsts(node, event);
    const said = this.#annotations.allOf(nameIn(event.key)).filter((one) => !isIdentityUndo(one));
    this.#deliver(node, [event, ...said.map((one) => ({ ...one, under: event.under }))]);
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
        return this.#takeIn(this.#nodes(message.node), message.events);
      case 'annotation':
        return this.#annotate(message.about, message.event);
      case 'unlinked':
        return this.#uncount(this.#nodes(message.node), message);
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
    const children = linksOf(event).map(({ child }) => child);
    if (children.length > 0) this.send(event.under, { kind: 'unlinked', node: event.under, key: event.key, children });
  }

  /** Tells all partitions of an annotation: the event it speaks of may have come under any identifier, or not yet at all. */
  #announce(about: string, event: StoredEvent): void {
    for (let partition = 0; partition < this.#partitions; partition++)
      if (partition === this.#partition) this.#annotate(about, event);
      else this.#queue(partition).push({ kind: 'annotation', about, event });
  }

  /**
   * Keeps an annotation for the event it speaks of and, where that has come here, lays it beside it: from now on it comes under the same
   * identifier. What was said about the annotation itself comes along. What speaks of a decision about identities, or of what took it back, lies nowhere.
   */
  #annotate(about: string, event: StoredEvent): void {
    this.#annotations.add(about, event);
    const end = this.#annotations.endOf(about);
    const said = [event, ...this.#annotations.allOf(event.key)].filter((one) => !isIdentityUndo(one));
    for (const { act: isDecision, under } of this.#annotations.placesOf(end)) {
      const act = isDecision ? this.#annotations.actOf(end) : undefined;
      if (act !== undefined) this.#follow(act);
      if (!isDecision && said.length > 0) this.#layBeside(under, said);
    }
  }

  #layBeside(under: string, said: readonly StoredEvent[]): void {
    const node = this.#nodes(under);
    this.#own(node, UNKNOWN_KIND);
    this.#deliver(
      node,
      said.map((one) => ({ ...one, under })),
    );
  }

  /** Somebody's decision about identities: kept where its strongest identifier is at home. */
  #decide(act: StoredEvent): void {
    this.#annotations.addAct(act);
    this.#follow(act);
  }

  /** Does as a decision says as long as it holds, and as if it had never been made where it was taken back. */
  #follow(act: StoredEvent): void {
    const node = this.#nodes(act.under);
    const isHeld = undoOf(act.key, (key) => this.#annotations.of(key)) === undefined;
    if (act.type !== 'identity.merged') return this.#cut(node, act.key, isHeld ? act.at : undefined);
    for (const link of linksOf(act))
      if (isHeld) this.#state(node, act, link);
      else this.#unstate(node, act.key, link.child);
  }

  #cut(node: IdentityNode, key: string, at: number | undefined): void {
    if (at === undefined) node.cuts.delete(key);
    else node.cuts.set(key, at);
    this.#write(node, nodeWrites.cut(node, key));
    this.#settle(node);
  }

  #own(node: IdentityNode, kind: string): void {
    if (node.kind !== '' && (node.kind === kind || kind === UNKNOWN_KIND)) return;
    node.kind = kind;
    this.#write(node, nodeWrites.own(node));
  }

  /** Notes whether all that came under an identifier still waits in the log to be delivered. */
  #await(node: IdentityNode, awaited: boolean): void {
    if (node.awaited === awaited) return;
    node.awaited = awaited;
    this.#write(node, nodeWrites.awaited(node));
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

  #count(node: IdentityNode, link: LinkEvent): void {
    const known = node.children.get(link.child);
    if (known !== undefined && !isFirst(node, link, this.#limits)) known.count++;
    else
      this.#tell(
        node,
        changeLinks(node, link, this.#limits, () => countLink(node, link, this.#limits)),
      );
    this.#write(node, nodeWrites.child(node, link.child));
  }

  /** An event was taken back. Where it was the first of a link that goes on, the node's events are called back: one of them is the first now. */
  #uncount(node: IdentityNode, from: { readonly key: string; readonly children: readonly string[] }): void {
    let lost = false;
    for (const child of from.children) {
      if (node.stated.has(statedKey(from.key, child))) {
        this.#unstate(node, from.key, child);
        continue;
      }
      const about = { child, kind: node.children.get(child)?.kind ?? '' };
      const changes = changeLinks(node, about, this.#limits, () => {
        lost = uncountLink(node, { child, key: from.key }) || lost;
      });
      this.#tell(node, changes);
      this.#write(node, nodeWrites.child(node, child));
    }
    if (lost) this.#callBack(node, node.root);
  }

  #state(node: IdentityNode, event: StoredEvent, { child, kind }: LinkEvent): void {
    const key = statedKey(event.key, child);
    this.#tell(
      node,
      changeLinks(node, { child, kind }, this.#limits, () => void node.stated.set(key, { child, at: event.at })),
    );
    this.#write(node, nodeWrites.stated(node, key));
  }

  #unstate(node: IdentityNode, eventKey: string, child: string): void {
    const key = statedKey(eventKey, child);
    const kind = node.children.get(child)?.kind ?? '';
    this.#tell(
      node,
      changeLinks(node, { child, kind }, this.#limits, () => void node.stated.delete(key)),
    );
    this.#write(node, nodeWrites.stated(node, key));
  }

  /**
   * Tells children of links that begin, change or end to stand. Always by message, also where the child is at home here too: its node may not be
   * loaded now, and what is told of one link must arrive in the order in which it was said.
   */
  #tell(parent: IdentityNode, changes: readonly LinkChange[]): void {
    for (const { child, hand } of changes)
      this.send(
        child,
        hand === undefined
          ? { kind: 'unlink', child, parent: parent.id }
          : { kind: 'link', child, parent: parent.id, root: parent.root, hand },
      );
  }

  /** Events that come back to their identifier: they say anew which was the first of each link, and go to the person of today. */
  #takeIn(node: IdentityNode, events: readonly StoredEvent[]): void {
    for (const event of events) this.#noteFirsts(node, event);
    this.#deliver(node, events);
  }

  /** An event that was linked before says again whether it was the first of its links: meanwhile the one that was may have been taken back. */
  #noteFirsts(node: IdentityNode, event: StoredEvent): void {
    if (event.unlinked === true || isAnnotation(event) || isStatement(event)) return;
    for (const link of linksOf(event)) {
      if (!isFirst(node, link, this.#limits)) continue;
      this.#tell(
        node,
        changeLinks(node, link, this.#limits, () => void noteFirst(node, link, this.#limits)),
      );
      this.#write(node, nodeWrites.child(node, link.child));
    }
  }

  #isHome(node: string): boolean {
    return partitionOf(node, this.#partitions) === this.#partition;
  }

  #deliver(node: IdentityNode, events: readonly StoredEvent[]): void {
    this.#await(node, false);
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

  #setParent(message: Extract<Message, { readonly kind: 'link' | 'reroot' }>): void {
    const node = this.#nodes(message.child);
    const known = node.parents.get(message.parent);
    if (message.kind === 'link') node.parents.set(message.parent, { root: message.root, hand: message.hand });
    else if (known === undefined) return;
    else known.root = message.root;
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
    if (node.kind !== '' && !node.awaited) this.#callBack(node, former);
    const children = new Set([...node.children.keys(), ...[...node.stated.values()].map(({ child }) => child)]);
    for (const child of children) this.send(child, { kind: 'reroot', child, parent: node.id, root });
  }

  /** Calls the events that came under a node back from a person. */
  #callBack(node: IdentityNode, person: string): void {
    if (this.#isHome(person)) this.#recall(node.id, person);
    else this.send(person, { kind: 'recall', node: node.id, person });
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
