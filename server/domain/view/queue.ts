import { CLAIM_MS, MOST_WAITING, QUEUE_REASONS } from '#lib/contract/index.ts';
import type { Factor, Money, QueueIncident, QueueItem, QueueParams, QueueReason, QueueView } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import type { QueueMember } from '../case/waits.ts';
import { HOUR } from '../kernel/time.ts';

/** From so many customers on, one cause is one incident. */
const INCIDENT_CUSTOMERS = 3;
/** What begins within this time of one another can have one cause. */
const INCIDENT_MS = 4 * HOUR;
/** A promise that is no longer open, a complaint or a bad moment is worse than what is only late. */
const WATCHED: ReadonlySet<QueueReason> = new Set(['stuck', 'dead_end']);

/** One line of the lists of what waits, with its customer. */
export type Waiting = readonly [customer: string, ...member: QueueMember];

export interface QueueContext {
  readonly blueprints: Blueprints;
  /** all that are known */
  readonly factors: readonly Factor[];
  readonly now: number;
}

/** Something that waits, and what groups it with others. */
interface Entry {
  readonly item: QueueItem;
  readonly area: string;
}

/** Of the factors at work while something went on, those that had begun when it came to need somebody: no cause comes after its effect. */
function causesAmong(ids: readonly string[], from: number, { factors, now }: QueueContext): readonly string[] {
  const begun = Math.min(from, now);
  return ids.filter((id) => factors.some((factor) => factor.id === id && factor.from <= begun));
}

/** An incident, and what it is made of. */
interface Incident {
  readonly incident: QueueIncident;
  readonly entries: readonly Entry[];
}

/** Names something that waits: whose, in which case, what. */
function idOf([customer, item, , , , , , caseId]: Waiting): string {
  return `${customer} ${caseId} ${item}`;
}

function entryOf(waiting: Waiting, context: QueueContext): Entry {
  const [
    customer,
    item,
    reasonIndex,
    from,
    ,
    journey,
    version,
    caseId,
    stage,
    kind,
    owner,
    segment,
    area,
    channel,
    factors,
    by,
    since,
    ,
    value,
  ] = waiting;
  const blueprint = context.blueprints.get(journey, version);
  const reason = QUEUE_REASONS[reasonIndex] ?? 'stuck';
  const claimed = by !== '' && context.now - since < CLAIM_MS;
  const ownerOfStage = blueprint?.touchpoints.find((touchpoint) => touchpoint.stage === stage)?.owner;
  return {
    area,
    item: {
      id: idOf(waiting),
      customer,
      name: null,
      number: null,
      item,
      reason,
      from,
      severity: from > context.now || WATCHED.has(reason) ? 'watch' : 'breach',
      journey,
      caseId,
      stage: blueprint?.stages[stage]?.id ?? '',
      kind: kind === '' ? null : kind,
      owner: owner === '' ? (ownerOfStage ?? null) : owner,
      segment,
      channel,
      factors: causesAmong(factors, from, context),
      value: value === undefined ? null : { amount: value[0], currency: value[1] },
      by: claimed ? by : null,
      since: claimed ? since : null,
    },
  };
}

/**
 * The order of who to help next at an instant: first what can still be prevented, the soonest first; then what went wrong, then what is only late,
 * each beginning with what happened last. The fresher it is, the more can be made good, and what nobody took up for weeks hides nothing new.
 */
function inOrder(now: number): (a: QueueItem, b: QueueItem) => number {
  const rank = (one: QueueItem): number => (one.from > now ? 0 : one.severity === 'breach' ? 1 : 2);
  return (a, b) => {
    const [ahead, behind] = [rank(a), rank(b)];
    return ahead - behind || (ahead === 0 ? a.from - b.from : b.from - a.from) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  };
}

/** What could have one cause with others: the factor at work, else the same failure at the same place in the same area. */
function causeOf({ item, area }: Entry): string {
  const [factor] = item.factors;
  if (factor !== undefined) return JSON.stringify(['f', factor, item.reason, item.journey]);
  return JSON.stringify(['s', item.reason, item.journey, item.stage, item.kind ?? '', area]);
}

/** Splits entries of one cause, sorted by beginning, wherever more time lies between two than one cause would explain. */
function bursts(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of [...entries].sort((a, b) => a.item.from - b.item.from)) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && entry.item.from - before.item.from <= INCIDENT_MS) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** What the cases of an incident are worth together. Several things may wait for one case: it counts once. */
function worthOf(group: readonly Entry[]): Pick<QueueIncident, 'cases' | 'valued' | 'values'> {
  const cases = new Map(group.map(({ item }) => [`${item.customer} ${item.caseId}`, item.value]));
  const known = [...cases.values()].filter((value) => value !== null);
  const sums = new Map<string, number>();
  for (const { amount, currency } of known) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const values = [...sums]
    .map(([currency, amount]): Money => ({ currency, amount }))
    .sort((a, b) => b.amount - a.amount || (a.currency < b.currency ? -1 : 1));
  return { cases: cases.size, valued: known.length, values };
}

/** What all have in common; null: they differ, or none has it. */
function shared<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

/** Whether these are enough customers for one incident. */
function isMany(entries: readonly Entry[]): boolean {
  return new Set(entries.map(({ item }) => item.customer)).size >= INCIDENT_CUSTOMERS;
}

/** Many customers of one cause as one incident, however often the cause came back. Its id is its cause: it stays while customers come and go. */
function incidentOf(cause: string, entries: readonly Entry[], context: QueueContext): Incident | null {
  const times = bursts(entries).filter(isMany);
  const group = times.flat();
  const [first] = group;
  if (first === undefined) return null;
  const { item, area } = first;
  const [factor] = item.factors;
  const incident: QueueIncident = {
    id: cause,
    reason: item.reason,
    factor: context.factors.find(({ id }) => id === factor)?.name ?? null,
    journey: item.journey,
    stage: shared(group.map((one) => one.item.stage)),
    kind: shared(group.map((one) => one.item.kind)),
    area: factor === undefined && area !== '' ? area : null,
    customers: new Set(group.map((one) => one.item.customer)).size,
    items: group.length,
    times: times.length,
    from: item.from,
    until: group.at(-1)?.item.from ?? item.from,
    claimed: group.filter((one) => one.item.by !== null).length,
    ...worthOf(group),
  };
  return { incident, entries: group };
}

/** What could have one cause, by that cause. */
function byCauseOf(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const byCause = new Map<string, Entry[]>();
  for (const entry of entries) {
    const cause = causeOf(entry);
    const known = byCause.get(cause);
    if (known === undefined) byCause.set(cause, [entry]);
    else known.push(entry);
  }
  return byCause;
}

/** Groups many customers of one cause into one incident. */
function incidentsOf(byCause: ReadonlyMap<string, readonly Entry[]>, context: QueueContext): readonly Incident[] {
  const found = [...byCause].flatMap(([cause, all]) => incidentOf(cause, all, context) ?? []);
  return found.sort((a, b) => b.incident.customers - a.incident.customers || a.incident.from - b.incident.from);
}

function fits({ item }: Entry, params: QueueParams): boolean {
  const { reason, journey, owner, segment, who } = params;
  return (
    (reason === undefined || item.reason === reason) &&
    (journey === undefined || item.journey === journey) &&
    (owner === undefined || item.owner === owner) &&
    (segment === undefined || item.segment === segment) &&
    (who === undefined || (who === 'nobody' ? item.by === null : item.by === who))
  );
}

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

const asideUntil = ([, , , , , , , , , , , , , , , , , until]: Waiting): number => until;

/** What needs somebody at an instant, out of everything that waits. Pure. @param waiting from the lists of now, put aside or not */
export function queueView(waiting: readonly Waiting[], params: QueueParams, context: QueueContext): QueueView {
  const current = waiting.filter(([, , , , until]) => until > context.now);
  const [aside, now] = [current.filter((one) => asideUntil(one) > context.now), current.filter((one) => asideUntil(one) <= context.now)];
  const all = now.map((one) => entryOf(one, context));
  const byReason = Object.fromEntries(QUEUE_REASONS.map((reason) => [reason, 0])) as Record<QueueReason, number>;
  const others = { ...params, reason: undefined };
  for (const { item } of all.filter((entry) => fits(entry, others))) byReason[item.reason]++;
  const fitting = all.filter((entry) => fits(entry, params));
  const byCause = byCauseOf(fitting);
  const incidents = incidentsOf(byCause, context);
  const opened = incidents.find(({ incident }) => incident.id === params.incident);
  // The last of an incident still wait when they are too few to be one.
  const shown = params.incident === undefined ? fitting : (opened?.entries ?? byCause.get(params.incident) ?? []);
  const items = shown.map(({ item }) => item).sort(inOrder(context.now));
  return {
    position: { at: context.now, live: true },
    count: items.length,
    items: items.slice(0, params.most ?? MOST_WAITING.unasked),
    incidents: incidents.map(({ incident }) => incident),
    aside: Object.fromEntries(aside.map((one) => [idOf(one), asideUntil(one)])),
    byReason,
    owners: sorted(all.flatMap(({ item }) => item.owner ?? [])),
    segments: sorted(all.map(({ item }) => item.segment)),
  };
}
