import { Fault } from '#lib/contract/index.ts';
import type {
  IdentifierReason,
  IdentityDecision,
  IdentityView,
  MergePreview,
  MergeSide,
  NamedIdentifier,
  SharedIdentifier,
} from '#lib/contract/index.ts';
import { knownSince } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { isOpen } from '#server/domain/case/case.ts';
import { originalOf } from '#server/domain/event/annotation.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { undoOf } from '#server/domain/identity/acts.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import { decodeNode, rootOf } from '#server/identity/node.ts';
import type { IdentityNode } from '#server/identity/node.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { annotationsOn } from './annotations.ts';
import type { CustomerReading } from './customers.ts';
import { readState } from './saved-states.ts';

/** Identifiers explained at once, strongest first. */
const MOST_EXPLAINED = 200;
/** Entries of one page of a customer's stream. */
const PAGE = 500;

/** What is needed to say who is who. */
export interface IdentityReading extends CustomerReading {
  readonly rules: IdentityRules;
}

/** What a person's events say about one identifier. */
interface Sighting {
  readonly kind: string;
  readonly value: string;
  readonly node: string;
  events: number;
  carried: number;
  /** stronger identifier -> the first event that carries both */
  readonly seenWith: Map<string, StoredEvent>;
}

/** An identifier with all that decides whose it is. */
interface Subject {
  readonly sighting: Sighting;
  readonly node: IdentityNode;
  /** decisions that came under it */
  readonly acts: readonly StoredEvent[];
}

function order(a: NamedIdentifier, b: NamedIdentifier, rules: IdentityRules): number {
  return (
    rules.rankOf(a.kind) - rules.rankOf(b.kind) ||
    (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.value < b.value ? -1 : a.value > b.value ? 1 : 0)
  );
}

/** Goes through a person's stream once: which identifiers it carries, how often, and what first carried each pair. */
async function sightings(reading: IdentityReading, person: string): Promise<Sighting[]> {
  const { redis, partitions } = reading;
  const found = new Map<string, Sighting>();
  for (let from = '-'; ;) {
    const page = (await redis.xRange(keys.customer(partitionOf(person, partitions), person), from, '+', { COUNT: PAGE })) ?? [];
    for (const { message } of page) note(originalOf(readEvent(message['e'] ?? '{}')), found);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    from = `(${last.id}`;
  }
  return [...found.values()].sort((a, b) => order(a, b, reading.rules));
}

function note(event: StoredEvent, found: Map<string, Sighting>): void {
  if (event.about !== undefined) return;
  for (const [kind, value, node] of event.who) {
    let one = found.get(node);
    if (one === undefined) found.set(node, (one = { kind, value, node, events: 0, carried: 0, seenWith: new Map() }));
    // What was taken back says nothing any more, but decisions may still lie with what it came under.
    if (event.unlinked === true) continue;
    one.carried++;
    if (node === event.under) one.events++;
    else if (!one.seenWith.has(event.under)) one.seenWith.set(event.under, event);
  }
}

async function nodeOf(reading: IdentityReading, node: string): Promise<IdentityNode> {
  return decodeNode(node, await reading.redis.hGetAll(keys.node(partitionOf(node, reading.partitions), node)));
}

async function actsOf(reading: IdentityReading, node: string): Promise<StoredEvent[]> {
  const stored = await reading.redis.hGetAll(keys.acts(partitionOf(node, reading.partitions), node));
  return Object.values(stored).map((text) => readEvent(text));
}

function textOf(event: StoredEvent | undefined, attribute: string): string | null {
  const value = event?.attributes?.[attribute];
  return typeof value === 'string' && value !== '' ? value : null;
}

const named = ({ kind, value }: NamedIdentifier): NamedIdentifier => ({ kind, value });

/** Which of the rules decides, and the stronger identifier it decides by. */
function ruleOf(subject: Subject, person: string): { readonly rule: IdentifierReason['rule']; readonly parent?: string } {
  const { node, sighting } = subject;
  if (node.id === person && node.root === person) return { rule: 'strongest' };
  const cut = Math.max(0, ...node.cuts.values());
  const told = [...node.parents].filter(([, { hand }]) => hand > cut).sort((a, b) => b[1].hand - a[1].hand || (a[0] < b[0] ? -1 : 1))[0];
  if (told !== undefined) return { rule: node.root === person ? 'merged' : 'elsewhere', parent: told[0] };
  if (cut > 0) return { rule: 'split' };
  const [seen] = sighting.seenWith.keys();
  if (node.root === person) return { rule: 'together', ...(seen === undefined ? {} : { parent: seen }) };
  if (node.root === node.id && node.parents.size > 1) return { rule: 'shared', ...(seen === undefined ? {} : { parent: seen }) };
  if (seen !== undefined && !node.parents.has(seen)) return { rule: 'limit', parent: seen };
  return { rule: 'elsewhere', ...(seen === undefined ? {} : { parent: seen }) };
}

function reasonOf(subject: Subject, person: string, known: ReadonlyMap<string, Subject>): IdentifierReason {
  const { sighting, node } = subject;
  const { rule, parent } = ruleOf(subject, person);
  const stronger = parent === undefined ? undefined : known.get(parent);
  const event =
    rule === 'split'
      ? subject.acts.filter((act) => node.cuts.has(act.key)).sort((a, b) => b.at - a.at)[0]
      : rule === 'merged'
        ? stronger?.acts.filter((act) => act.who.some(([, , child]) => child === node.id)).sort((a, b) => b.at - a.at)[0]
        : parent === undefined
          ? undefined
          : sighting.seenWith.get(parent);
  return {
    ...named(sighting),
    node: node.id,
    belongs: node.root === person,
    rule,
    with: stronger === undefined ? null : named(stronger.sighting),
    at: event?.at ?? null,
    source: event?.source ?? null,
    event: event?.id ?? null,
    by: rule === 'split' || rule === 'merged' ? textOf(event, 'by') : null,
    reason: rule === 'split' || rule === 'merged' ? textOf(event, 'reason') : null,
    events: sighting.events,
    carried: sighting.carried,
  };
}

async function decisionOf(reading: IdentityReading, act: StoredEvent): Promise<IdentityDecision> {
  const said = await annotationsOn({ redis: reading.redis, partition: partitionOf(act.under, reading.partitions) }, [act.key]);
  const undo = undoOf(act.key, (key) => said.get(key) ?? []);
  return {
    what: act.type === 'identity.split' ? 'split' : 'merged',
    source: act.source,
    event: act.id,
    at: act.at,
    by: textOf(act, 'by'),
    reason: textOf(act, 'reason'),
    identifiers: act.who.map(([kind, value]) => ({ kind, value })),
    undone: undo === undefined ? null : { at: undo.at, by: textOf(undo, 'by'), reason: textOf(undo, 'reason') },
  };
}

/** Everything known about who a person is: each identifier with the rule, the event, the time and the person that say so. */
export async function explainIdentity(reading: IdentityReading, person: string): Promise<IdentityView> {
  const all = await sightings(reading, person);
  if (all.length === 0) {
    const { root } = await nodeOf(reading, person);
    return { customer: person, movedTo: root === person ? null : root, identifiers: [], decisions: [], more: 0 };
  }
  const subjects = await Promise.all(
    all.slice(0, MOST_EXPLAINED).map(async (sighting): Promise<Subject> => {
      const [node, acts] = await Promise.all([nodeOf(reading, sighting.node), actsOf(reading, sighting.node)]);
      return { sighting, node, acts };
    }),
  );
  const known = new Map(subjects.map((subject) => [subject.node.id, subject]));
  const identifiers = subjects
    .map((subject) => reasonOf(subject, person, known))
    .filter(({ belongs, carried, rule }) => belongs || carried > 0 || rule === 'merged' || rule === 'split');
  const decisions = await Promise.all(subjects.flatMap(({ acts }) => acts).map((act) => decisionOf(reading, act)));
  return {
    customer: person,
    movedTo: null,
    identifiers: identifiers.toSorted((a, b) => Number(b.belongs) - Number(a.belongs)),
    decisions: decisions.toSorted((a, b) => b.at - a.at),
    more: all.length - subjects.length,
  };
}

type Side = MergeSide & Pick<CustomerState, 'noEmotion'>;

async function sideOf(reading: IdentityReading, person: string, now: number): Promise<Side> {
  const [view, state] = await Promise.all([explainIdentity(reading, person), readState(reading, person)]);
  if (state === null || view.movedTo !== null)
    throw new Fault('not_found', 'This person is no longer there: they were merged or moved meanwhile. Search again.');
  const strongest = view.identifiers.find(({ rule }) => rule === 'strongest');
  if (strongest === undefined)
    throw new Fault('conflict', 'No event of this person carries their strongest identifier any more, so they cannot be merged by hand.');
  return {
    customer: person,
    name: state.name === '' ? null : state.name,
    segment: state.segment === '' ? null : state.segment,
    strongest: named(strongest),
    identifiers: view.identifiers.filter(({ belongs }) => belongs).map(named),
    events: state.events,
    firstAt: knownSince(state),
    lastAt: state.lastAt,
    openCases: state.cases.filter((one) => {
      const blueprint = reading.blueprints.get(one.journey, one.version);
      return blueprint !== undefined && isOpen(one, blueprint, now);
    }).length,
    promises: state.promises.length,
    noEmotion: state.noEmotion,
  };
}

/** What both share and nobody else: no longer shared once they are one, it becomes theirs, and may leave others shared by nobody else. */
async function comingAlong(reading: IdentityReading, people: readonly [string, string]): Promise<SharedIdentifier[]> {
  const [one] = people;
  const theirs = new Set<string>(people);
  const shared = new Map<string, { readonly name: NamedIdentifier; readonly node: IdentityNode }>();
  const lookAt = async (person: string): Promise<void> => {
    for (const known of (await explainIdentity(reading, person)).identifiers)
      if (!known.belongs && !theirs.has(known.node))
        shared.set(known.node, { name: named(known), node: await nodeOf(reading, known.node) });
  };
  const wouldJoin = (node: IdentityNode): boolean => {
    const parents = new Map([...node.parents].map(([id, link]) => [id, theirs.has(link.root) ? { ...link, root: one } : link]));
    return rootOf({ ...node, parents }) === one;
  };
  for (const person of people) await lookAt(person);
  const along: SharedIdentifier[] = [];
  for (;;) {
    const next = [...shared.values()].find(({ node }) => wouldJoin(node));
    if (next === undefined) return along;
    shared.delete(next.node.id);
    theirs.add(next.node.id);
    const events = (await readState(reading, next.node.id))?.events ?? 0;
    along.push({ ...next.name, events });
    if (events > 0) await lookAt(next.node.id);
  }
}

/**
 * What a merge of two people would do. The stronger identifier stays.
 * @throws Fault `not_found` where one of them is not there, `conflict` where they cannot be merged
 */
export async function previewMerge(reading: IdentityReading, people: readonly [string, string], now: number): Promise<MergePreview> {
  if (people[0] === people[1]) throw new Fault('conflict', 'These two are one person already.');
  const [one, two] = await Promise.all([sideOf(reading, people[0], now), sideOf(reading, people[1], now)]);
  const [{ noEmotion: staysUnread, ...stays }, { noEmotion: movesUnread, ...moves }] =
    order(one.strongest, two.strongest, reading.rules) < 0 ? [one, two] : [two, one];
  const unread = staysUnread === movesUnread ? null : staysUnread ? 'moves' : 'stays';
  const { kind } = stays.strongest;
  const twoNumbers = kind === moves.strongest.kind && reading.rules.limitOf(kind)?.most === 1 ? kind : null;
  const along = await comingAlong(reading, people);
  const events = along.reduce((sum, { events: more }) => sum + more, stays.events + moves.events);
  return { stays, moves, along, events, twoNumbers, unread };
}
