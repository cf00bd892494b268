import type { FunnelDefinition, FunnelMatch } from '#lib/contract/index.ts';
import type { CarriedIdentifier, StoredEvent } from '../event/event.ts';

/** What a funnel sees of an event: the event, what it is in the journeys, and how the customer stood at that time. */
export interface FunnelEvent {
  readonly event: StoredEvent;
  /** touchpoints it is, by journey */
  readonly touchpoints: readonly { readonly journey: string; readonly touchpoint: string }[];
  /** the case it belongs to; empty where it belongs to none */
  readonly caseId: string;
  readonly journey: string;
  readonly segment: string;
  readonly area: string;
  /** the event's own channel, else its touchpoint's */
  readonly channel: string;
}

/** Whether two definitions count the same under one key: names are only how a funnel and its steps are called. Pure. */
export function countsTheSame(one: FunnelDefinition, other: FunnelDefinition): boolean {
  const nameless = ({ steps, ...rest }: FunnelDefinition): string =>
    JSON.stringify({ ...rest, name: '', steps: steps.map((step) => ({ ...step, name: '' })) });
  return nameless(one) === nameless(other);
}

/** A funnel made ready for folding. */
export interface Funnel {
  readonly definition: FunnelDefinition;
  /** its rows and sums go by this: `<id>:<version>` */
  readonly key: string;
  /** index of the next step that must be done, by the index of the step reached (-1 before the first); the number of steps where none is left */
  readonly required: readonly number[];
  /** ms after reaching a step within which some next step must come, by index of the step reached */
  readonly patience: readonly number[];
  /** bit k: step k takes the event */
  steps(event: FunnelEvent): number;
  /** bit k: exclusion k speaks of the event */
  exclusions(event: FunnelEvent): number;
}

/** Value of a field of an event as text; undefined where it has none. */
export function fieldOf(one: FunnelEvent, field: string): string | undefined {
  const { event } = one;
  switch (field) {
    case 'channel':
      return one.channel === '' ? undefined : one.channel;
    case 'segment':
      return one.segment === '' ? undefined : one.segment;
    case 'area':
      return one.area === '' ? undefined : one.area;
    case 'topic':
      return event.topic;
    case 'outcome':
      return event.outcome;
  }
  return ownField(event, field);
}

/** Value of `identifier.<kind>` or `attributes.<name>` of an event as text; undefined where it has none. */
function ownField(event: StoredEvent, field: string): string | undefined {
  if (field.startsWith('identifier.')) {
    const isOfKind = ([kind]: CarriedIdentifier): boolean => kind === field.slice('identifier.'.length);
    return (event.who.find(isOfKind) ?? event.groups?.find(isOfKind))?.[1];
  }
  const value = event.attributes?.[field.slice('attributes.'.length)];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Whether an event carries what all steps have to share: an identifier or an attribute may be misspelt, the other fields are known. */
export function carries(event: StoredEvent, hold: string | undefined): boolean {
  return hold === undefined || !hold.includes('.') || ownField(event, hold) !== undefined;
}

/** A text as a number; what is empty is none. */
function numberIn(value: string): number {
  return value.trim() === '' ? NaN : Number(value);
}

function conditionHolds(one: FunnelEvent, condition: FunnelMatch['where'][number]): boolean {
  const value = fieldOf(one, condition.field);
  if (value === undefined) return false;
  switch (condition.op) {
    case 'is':
      return value === condition.value;
    case 'isNot':
      return value !== condition.value;
    case 'atLeast':
      return numberIn(value) >= Number(condition.value);
    case 'atMost':
      return numberIn(value) <= Number(condition.value);
  }
}

function matchHolds(one: FunnelEvent, match: FunnelMatch, journey: string | undefined): boolean {
  const { type, touchpoint } = match;
  if (type !== undefined) {
    const own = one.event.type ?? '';
    if (type.endsWith('*') ? !own.startsWith(type.slice(0, -1)) : own !== type) return false;
  }
  if (
    touchpoint !== undefined &&
    one.event.touchpoint !== touchpoint &&
    !one.touchpoints.some((t) => t.touchpoint === touchpoint && (journey === undefined || t.journey === journey))
  )
    return false;
  return match.where.every((condition) => conditionHolds(one, condition));
}

function maskOf(groups: readonly { readonly any: readonly FunnelMatch[] }[], journey: string | undefined): (one: FunnelEvent) => number {
  return (one) => groups.reduce((mask, { any }, k) => (any.some((match) => matchHolds(one, match, journey)) ? mask | (1 << k) : mask), 0);
}

/** Compiles a checked definition. Pure. */
function compileFunnel(definition: FunnelDefinition): Funnel {
  const { steps, journey } = definition;
  const nextRequired = (after: number): number => {
    for (let k = after + 1; k < steps.length; k++) if (steps[k]?.optional !== true) return k;
    return steps.length;
  };
  const required = steps.map((_, k) => nextRequired(k));
  const patience = steps.map((_, k) => Math.max(0, ...steps.slice(k + 1, (required[k] ?? 0) + 1).map((step) => step.maxMs ?? Infinity)));
  return {
    definition,
    key: `${definition.id}:${definition.version}`,
    required,
    patience,
    steps: maskOf(steps, journey),
    exclusions: maskOf(definition.exclusions, journey),
  };
}

/** What an event may be found by: a match names a type, else a touchpoint, else it has to be held against every event. */
function signs(match: FunnelMatch): string {
  if (match.type !== undefined && !match.type.endsWith('*')) return `type ${match.type}`;
  return match.touchpoint === undefined ? '' : `touchpoint ${match.touchpoint}`;
}

/** Funnels by what they look for, so that an event is held against few of them. */
export interface Funnels {
  readonly all: readonly Funnel[];
  get(id: string): Funnel | undefined;
  byKey(key: string): Funnel | undefined;
  /** the funnels some step or exclusion of which may take the event */
  concerning(event: FunnelEvent): ReadonlySet<Funnel>;
}

const NOBODY: ReadonlySet<Funnel> = new Set();

/** Gathers definitions. Pure. */
export function funnelsOf(definitions: readonly FunnelDefinition[]): Funnels {
  const all = definitions.map(compileFunnel).sort((a, b) => (a.key < b.key ? -1 : 1));
  const bySign = new Map<string, Set<Funnel>>();
  for (const funnel of all)
    for (const match of [...funnel.definition.steps, ...funnel.definition.exclusions].flatMap(({ any }) => any)) {
      const sign = signs(match);
      bySign.set(sign, (bySign.get(sign) ?? new Set()).add(funnel));
    }
  const ids = new Map(all.map((funnel) => [funnel.definition.id, funnel]));
  const byKey = new Map(all.map((funnel) => [funnel.key, funnel]));
  const loose = bySign.get('') ?? NOBODY;
  return {
    all,
    get: (id) => ids.get(id),
    byKey: (key) => byKey.get(key),
    concerning(one) {
      const found = [
        bySign.get(`type ${one.event.type ?? ''}`),
        one.event.touchpoint === undefined ? undefined : bySign.get(`touchpoint ${one.event.touchpoint}`),
        ...one.touchpoints.map((t) => bySign.get(`touchpoint ${t.touchpoint}`)),
      ].filter((set) => set !== undefined);
      if (found.length === 0) return loose;
      if (found.length === 1 && loose.size === 0) return found[0] ?? loose;
      return new Set([...loose, ...found.flatMap((set) => [...set])]);
    },
  };
}
