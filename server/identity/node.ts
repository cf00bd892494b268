/**
 * An identifier as a node. Each event links its strongest identifier (parent) with every weaker one it carries (child), so links always
 * point from weak to strong and cannot run in circles. A node's root is the person:
 * - the root of its parents, where all parents have the same one;
 * - itself, where it has no parents, or where they disagree: an identifier that several people carry (a shared tablet, a switchboard
 *   number) glues nobody together.
 * A pure function of the set of links: order, lateness and duplicates do not matter, and taking a link away undoes it.
 */
export interface IdentityNode {
  readonly id: string;
  root: string;
  /** events have come under this identifier */
  own: boolean;
  /** parent node -> its root */
  readonly parents: Map<string, string>;
  /** child node -> number of events that link it */
  readonly children: Map<string, number>;
}

/** A node nobody has heard of. */
export function newNode(id: string): IdentityNode {
  return { id, root: id, own: false, parents: new Map(), children: new Map() };
}

/** The root that follows from the parents. */
export function rootOf(node: Pick<IdentityNode, 'id' | 'parents'>): string {
  let found: string | undefined;
  for (const root of node.parents.values()) {
    if (found === undefined) found = root;
    else if (found !== root) return node.id;
  }
  return found ?? node.id;
}

const FIELDS = { root: 'root', own: 'own', parent: 'p:', child: 'e:' } as const;

/** Reads a node from its hash. */
export function decodeNode(id: string, hash: Readonly<Record<string, string>>): IdentityNode {
  const node = newNode(id);
  for (const [field, value] of Object.entries(hash)) {
    if (field === FIELDS.root) node.root = value;
    else if (field === FIELDS.own) node.own = true;
    else if (field.startsWith(FIELDS.parent)) node.parents.set(field.slice(2), value);
    else if (field.startsWith(FIELDS.child)) node.children.set(field.slice(2), Number(value));
  }
  return node;
}

/** One field of a node's hash that changes; value null: the field goes. */
export interface NodeWrite {
  readonly field: string;
  readonly value: string | null;
}

/** The writes that store parts of a node. */
export const nodeWrites = {
  root: (node: IdentityNode): NodeWrite => ({ field: FIELDS.root, value: node.root }),
  own: (): NodeWrite => ({ field: FIELDS.own, value: '1' }),
  parent: (node: IdentityNode, parent: string): NodeWrite => ({ field: FIELDS.parent + parent, value: node.parents.get(parent) ?? null }),
  child: (node: IdentityNode, child: string): NodeWrite => {
    const count = node.children.get(child);
    return { field: FIELDS.child + child, value: count === undefined ? null : String(count) };
  },
} as const;
