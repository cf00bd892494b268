/**
 * Every key of the store. No template string with a colon stands anywhere else.
 * All keys of partition p carry the hash tag `{p}`, so that one script or one cluster node holds them together.
 */
export const keys = {
  /** hash: partitions, pepper, format; made once */
  store: () => 'throughline:store',
  /** stream: everything ever published: journeys, saved funnels, factors outside our control, ... */
  definitions: () => 'throughline:{definitions}',
  /** hash: kind and id of a definition -> digest of the body in force */
  definitionDigests: () => 'throughline:{definitions}:digests',
  /** stream of refused events with their reasons */
  quarantine: () => 'throughline:quarantine',
  /** hash: bytes kept, refused again, dropped */
  quarantineStat: () => '{throughline:quarantine}:stat',
  /** hash: digest of a refused event -> its stream id */
  quarantineSeen: () => '{throughline:quarantine}:seen',
  /** hash: source, field and code -> number of refused events */
  quarantineGroups: () => '{throughline:quarantine}:groups',
  /** hash: source -> JSON {lastAt} ; health of feeds */
  sources: () => 'throughline:sources',
  /** set: sources whose health is measured */
  feeds: () => 'throughline:feeds',
  /** hash: health of one source; see the script `meter` */
  feed: (source: string) => `throughline:feed:${source}`,
  /** stream for producers of the house: they write, we take in */
  inbox: () => 'throughline:in',
  /** string: last entry of that stream taken in */
  inboxCursor: () => '{throughline:in}:cursor',
  /** hash: id of a write key -> JSON, with the digest of the key */
  writeKeys: () => 'throughline:keys',
  /** hash: id of a write key -> when it was last used, ms */
  writeKeysUsed: () => 'throughline:keys:used',
  /** channel: addresses of customers at whom other people look now than before */
  presence: () => 'throughline:presence',
  /** hash: progress of the demo */
  demo: () => 'throughline:demo',
  /** hash: progress of imports, by file digest */
  imports: () => 'throughline:imports',

  /** stream: accepted events, packed */
  log: (p: number) => `{${p}}:log`,
  /** hash of counts: accepted, duplicates, projected, customers */
  stat: (p: number) => `{${p}}:stat`,
  /** hash: (source, id) key already accepted -> node it came under, one of many shards */
  dedupe: (p: number, shard: string) => `{${p}}:d:${shard}`,
  /** hash: key of an event -> JSON of the annotations that speak of it, whether it has come or not */
  annotations: (p: number) => `{${p}}:a`,
  /** hash: decisions about identities that came under a node: event key -> the event; they are never removed */
  acts: (p: number, node: string) => `{${p}}:i:${node}`,
  /** string: raised by every commit; the fence */
  version: (p: number) => `{${p}}:version`,
  /** string with expiry: a verifier holds the partition */
  hold: (p: number) => `{${p}}:hold`,
  /** string with expiry: the process that projects */
  owner: (p: number) => `{${p}}:owner`,
  /** hash: `log` and one field per sender -> last stream id applied; `context` -> revision of the definitions folded under, `target` -> on the way to */
  cursors: (p: number) => `{${p}}:cursors`,
  /** stream: messages from partition p to partition q */
  outbox: (p: number, q: number) => `{${p}}:out:${q}`,
  /** hash: one identifier: root, parents (`p:`), children (`e:`), links (`m:`) and cuts (`x:`) by hand; see server/identity/node.ts */
  node: (p: number, node: string) => `{${p}}:n:${node}`,
  /** stream: one customer's events in the order in which they happened */
  customer: (p: number, customer: string) => `{${p}}:c:${customer}`,
  /** string: the customer's folded state at the newest sixteenth event; read states with server/projector/saved-states.ts */
  savedState: (p: number, customer: string) => `{${p}}:s:${customer}`,
  /** hash: event count -> state at that point of the stream */
  checkpoints: (p: number, customer: string) => `{${p}}:k:${customer}`,
  /** stream: events that could not be placed, with the reason */
  refused: (p: number) => `{${p}}:refused`,
  /** zset: everybody with events here, by last event */
  customers: (p: number) => `{${p}}:customers`,
  /** zset: customers still to be folded again under newer definitions, by last event */
  pending: (p: number) => `{${p}}:pending`,
  /** zset: rows behind the numbers */
  list: (p: number, list: string) => `{${p}}:x:${list}`,
  /** zset in the order of letters: entries by which people are found, `text NUL customer`; see server/domain/find. `shard` is a kind and a number */
  find: (p: number, shard: string) => `{${p}}:f:${shard}`,
  /** zset: people in contact of whom nobody knows who they are, by last contact */
  unknown: (p: number) => `{${p}}:unknown`,
  /** string with expiry: who has just claimed something that waits, until the event that says so is followed */
  claim: (p: number, customer: string, item: string) => `{${p}}:claim:${customer}:${item}`,
  /** zset with expiry: who looks at a customer now, JSON of process, connection and name, by when they are gone if nothing more is heard, ms */
  present: (p: number, customer: string) => `{${p}}:present:${customer}`,
  /** stream: what each commit changed in the sums, and whom */
  changes: (p: number) => `{${p}}:changes`,
  /** hash: `at` -> changes id, `<cube>:<day>` -> binary sums */
  sums: (p: number) => `{${p}}:sums`,
} as const;

/** Partition of an identifier node (20 hex digits). */
export function partitionOf(node: string, partitions: number): number {
  return Number.parseInt(node.slice(0, 8), 16) % partitions;
}
