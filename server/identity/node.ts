import type { IdentityLimit, IdentityRules } from '#server/domain/identity/rules.ts';
import { SparseMap } from '#server/domain/kernel/sparse-map.ts';

/** The rules a node needs: how many children of a kind stand. */
export type Limits = Pick<IdentityRules, 'limitOf'>;

/** When an event linked two identifiers: the order in which limits are used up. */
export type LinkInstant = readonly [at: number, key: string];

/** What events say about a weaker identifier that they carry. */
export interface ChildLink {
  readonly kind: string;
  /** events that carry both */
  count: number;
  /** the first of them, kept for kinds with a limit; null: to be found again, because the first was taken back */
  first: LinkInstant | null;
}

/** A stronger identifier this one was seen with. */
export interface ParentLink {
  /** the person the parent belongs to */
  root: string;
  /** instant at which somebody said that the two are one person, ms; 0 where only events say so */
  hand: number;
}

/**
 * An identifier as a node. Each event links its strongest identifier (parent) with every weaker one it carries (child), so links always
 * point from weak to strong and cannot run in circles. A node's root is the person:
 * - itself, where somebody took it out by hand and nobody put it elsewhere since;
 * - the root of the parent with which somebody said last that it is one person;
 * - the root of its parents, where all parents have the same one;
 * - itself, where it has no parents, or where they disagree: an identifier that several people carry (a shared tablet, a switchboard
 *   number) glues nobody together.
 * A child stands only within the limit of its kind: the first come, in the order in which things happened.
 * A pure function of the set of links: order, lateness and duplicates do not matter, and taking a link away undoes it.
 */
export interface IdentityNode {
  readonly id: string;
  root: string;
  /** kind of the identifier, once events have come under it; empty before */
  kind: string;
  /** events have come under it, and all of them still wait in the log: so far they only say what is linked */
  awaited: boolean;
  readonly parents: SparseMap<string, ParentLink>;
  readonly children: SparseMap<string, ChildLink>;
  /** how many children of a kind there are */
  readonly kinds: SparseMap<string, number>;
  /** links that stand without limit because somebody said so: event key -> child and instant */
  readonly stated: SparseMap<string, { readonly child: string; readonly at: number }>;
  /** taken out by hand: event key -> instant */
  readonly cuts: SparseMap<string, number>;
}

/** A node nobody has heard of. */
export function newNode(id: string): IdentityNode {
  return {
    id,
    root: id,
    kind: '',
    awaited: false,
    parents: new SparseMap(),
    children: new SparseMap(),
    kinds: new SparseMap(),
    stated: new SparseMap(),
    cuts: new SparseMap(),
  };
}

/** The root that follows from the parents, and from what was said by hand. */
export function rootOf(node: {
  readonly id: string;
  readonly parents: Iterable<readonly [string, ParentLink]>;
  readonly cuts: Pick<IdentityNode['cuts'], 'values'>;
}): string {
  const cut = Math.max(0, ...node.cuts.values());
  let told: { readonly root: string; readonly hand: number; readonly id: string } | undefined;
  let found: string | undefined;
  let agree = true;
  for (const [id, { root, hand }] of node.parents) {
    if (hand > cut && (told === undefined || hand > told.hand || (hand === told.hand && id < told.id))) told = { root, hand, id };
    if (found === undefined) found = root;
    else if (found !== root) agree = false;
  }
  if (told !== undefined) return told.root;
  return cut === 0 && agree ? (found ?? node.id) : node.id;
}

/** Whether somebody said that a child is this person, and when last; 0: nobody did. */
function statedAt(node: IdentityNode, child: string): number {
  let last = 0;
  for (const link of node.stated.values()) if (link.child === child && link.at > last) last = link.at;
  return last;
}

/** Children of a kind that stand within its limit: first come, first served, in a window that slides. */
function admitted(node: IdentityNode, kind: string, limit: IdentityLimit): Set<string> {
  const itself = node.kind === kind ? 1 : 0;
  const inOrder = [...node.children]
    .filter(([, link]) => link.kind === kind)
    .map(([child, { first }]) => ({ child, at: first?.[0] ?? Infinity, key: first?.[1] ?? '' }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at) || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.child < b.child ? -1 : 1));
  const standing: { readonly child: string; readonly at: number }[] = [];
  for (const one of inOrder) if (itself + standing.filter(({ at }) => at > one.at - limit.windowMs).length < limit.most) standing.push(one);
  return new Set(standing.map(({ child }) => child));
}

/** Whether a link stands: the instant at which it was said by hand, 0 where events alone hold it, undefined where it does not stand. */
export function standing(node: IdentityNode, child: string, limits: Limits): number | undefined {
  const hand = node.stated.size === 0 ? 0 : statedAt(node, child);
  if (hand > 0) return hand;
  const link = node.children.get(child);
  if (link === undefined) return undefined;
  const limit = limits.limitOf(link.kind);
  if (limit === undefined || !isCrowded(node, link.kind, limit)) return 0;
  return admitted(node, link.kind, limit).has(child) ? 0 : undefined;
}

function isCrowded(node: IdentityNode, kind: string, limit: IdentityLimit, more = 0): boolean {
  return (node.kind === kind ? 1 : 0) + (node.kinds.get(kind) ?? 0) + more > limit.most;
}

/** The children whose standing a change to one child of a kind may alter. */
function affected(node: IdentityNode, child: string, kind: string, limits: Limits): readonly string[] {
  const limit = limits.limitOf(kind);
  if (limit === undefined || !isCrowded(node, kind, limit, 1)) return [child];
  const all = [...node.children].filter(([, link]) => link.kind === kind).map(([id]) => id);
  return all.includes(child) ? all : [...all, child];
}

/** A link that begins, changes or ends to stand. */
export interface LinkChange {
  readonly child: string;
  /** as `standing`; undefined: it stands no longer */
  readonly hand: number | undefined;
}

/** Makes a change that concerns one child, and says which links stand differently afterwards. */
export function changeLinks(
  node: IdentityNode,
  about: { readonly child: string; readonly kind: string },
  limits: Limits,
  change: () => void,
): readonly LinkChange[] {
  const children = affected(node, about.child, about.kind, limits);
  const before = children.map((child) => standing(node, child, limits));
  change();
  return children.map((child) => ({ child, hand: standing(node, child, limits) })).filter(({ hand }, i) => hand !== before[i]);
}

function isEarlier(a: LinkInstant, b: LinkInstant | null): boolean {
  return b === null || a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** What an event says about one child it carries. */
export interface LinkEvent {
  readonly child: string;
  readonly kind: string;
  readonly instant: LinkInstant;
}

/** Notes an event that carries both. @returns whether more than the number of events changed */
export function countLink(node: IdentityNode, { child, kind, instant }: LinkEvent, limits: Limits): boolean {
  const link = node.children.get(child);
  if (link !== undefined) {
    link.count++;
    return noteFirst(node, { child, kind, instant }, limits);
  }
  node.children.set(child, { kind, count: 1, first: limits.limitOf(kind) === undefined ? null : instant });
  node.kinds.set(kind, (node.kinds.get(kind) ?? 0) + 1);
  return true;
}

/** Whether the event would be the first known one of its link. */
export function isFirst(node: IdentityNode, { child, kind, instant }: LinkEvent, limits: Limits): boolean {
  const link = node.children.get(child);
  return link !== undefined && limits.limitOf(kind) !== undefined && isEarlier(instant, link.first);
}

/** Notes an event as the first of its link where it is. @returns whether it is */
export function noteFirst(node: IdentityNode, event: LinkEvent, limits: Limits): boolean {
  const link = node.children.get(event.child);
  if (link === undefined || !isFirst(node, event, limits)) return false;
  link.first = event.instant;
  return true;
}

/** Takes an event off. @returns whether it was the first of a link that goes on: then the first has to be looked for among the others */
export function uncountLink(node: IdentityNode, { child, key }: { readonly child: string; readonly key: string }): boolean {
  const link = node.children.get(child);
  if (link === undefined) return false;
  link.count--;
  if (link.count <= 0) {
    node.children.delete(child);
    const left = (node.kinds.get(link.kind) ?? 1) - 1;
    if (left === 0) node.kinds.delete(link.kind);
    else node.kinds.set(link.kind, left);
    return false;
  }
  if (link.first?.[1] !== key) return false;
  link.first = null;
  return true;
}

const FIELDS = { root: 'root', own: 'own', awaited: 'awaited', parent: 'p:', child: 'e:', stated: 'm:', cut: 'x:' } as const;
const ABSENT = '-';

function decodeChild(text: string): ChildLink {
  const [count, at = ABSENT, key = '', kind = ''] = text.split(' ');
  return { kind, count: Number(count), first: at === ABSENT ? null : [Number(at), key] };
}

function encodeChild({ kind, count, first }: ChildLink): string {
  return first === null ? `${count} ${ABSENT} ${ABSENT} ${kind}` : `${count} ${first[0]} ${first[1]} ${kind}`;
}

function decodeField(node: IdentityNode, field: string, value: string): void {
  const name = field.slice(2);
  if (field === FIELDS.root) node.root = value;
  else if (field === FIELDS.own) node.kind = value;
  else if (field === FIELDS.awaited) node.awaited = true;
  else if (field.startsWith(FIELDS.parent)) {
    const [root = '', hand = '0'] = value.split(' ');
    node.parents.set(name, { root, hand: Number(hand) });
  } else if (field.startsWith(FIELDS.child)) {
    const link = decodeChild(value);
    node.children.set(name, link);
    node.kinds.set(link.kind, (node.kinds.get(link.kind) ?? 0) + 1);
  } else if (field.startsWith(FIELDS.stated)) {
    const [child = '', at = '0'] = value.split(' ');
    node.stated.set(name, { child, at: Number(at) });
  } else if (field.startsWith(FIELDS.cut)) node.cuts.set(name, Number(value));
}

/** Reads a node from its hash. */
export function decodeNode(id: string, hash: Readonly<Record<string, string>>): IdentityNode {
  const node = newNode(id);
  for (const [field, value] of Object.entries(hash)) decodeField(node, field, value);
  return node;
}

/** One field of a node's hash that changes; value null: the field goes. */
export interface NodeWrite {
  readonly field: string;
  readonly value: string | null;
}

/** The writes that store parts of a node. */
export const nodeWrites = {
  root: (node: IdentityNode): NodeWrite => ({ field: FIELDS.root, value: node.root === node.id ? null : node.root }),
  own: (node: IdentityNode): NodeWrite => ({ field: FIELDS.own, value: node.kind }),
  awaited: (node: IdentityNode): NodeWrite => ({ field: FIELDS.awaited, value: node.awaited ? '1' : null }),
  parent: (node: IdentityNode, parent: string): NodeWrite => {
    const link = node.parents.get(parent);
    return {
      field: FIELDS.parent + parent,
      value: link === undefined ? null : link.hand === 0 ? link.root : `${link.root} ${link.hand}`,
    };
  },
  child: (node: IdentityNode, child: string): NodeWrite => {
    const link = node.children.get(child);
    return { field: FIELDS.child + child, value: link === undefined ? null : encodeChild(link) };
  },
  stated: (node: IdentityNode, key: string): NodeWrite => {
    const link = node.stated.get(key);
    return { field: FIELDS.stated + key, value: link === undefined ? null : `${link.child} ${link.at}` };
  },
  cut: (node: IdentityNode, key: string): NodeWrite => {
    const at = node.cuts.get(key);
    return { field: FIELDS.cut + key, value: at === undefined ? null : String(at) };
  },
} as const;
