import type { CustomerHeader, StorySources } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import type { StoryEntry } from './entry.ts';

/** Newest pieces of evidence that are named for how somebody feels now. */
const EVIDENCE_NAMED = 5;

/** Finds the events behind what is derived from them. What was taken back is behind nothing. */
export interface Lookup {
  /** ids of the events at an instant that satisfy the question */
  readonly at: (instant: number, asks?: (entry: StoryEntry) => boolean) => readonly string[];
  /** ids of the events at an instant, or else at the last one before it at which there are any */
  readonly upTo: (instant: number) => readonly string[];
  /** the event with a key; undefined: it is not there, or taken back */
  readonly key: (key: string) => string | undefined;
  readonly has: (id: string) => boolean;
}

/** Makes the look-up over sorted entries. */
export function lookupIn(entries: readonly StoryEntry[]): Lookup {
  const counts = ({ retracted, annotation }: StoryEntry): boolean => !retracted && !annotation;
  const counted = entries.every(counts) ? entries : entries.filter(counts);
  // Made when somebody first asks: most stories are looked at without.
  let byKey: ReadonlyMap<string, string> | undefined;
  let ids: ReadonlySet<string> | undefined;
  const firstAt = (instant: number): number => {
    let [low, high] = [0, counted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((counted[middle]?.at ?? Infinity) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const at: Lookup['at'] = (instant, asks = () => true) => {
    const found: string[] = [];
    for (let i = firstAt(instant); counted[i]?.at === instant; i++) {
      const entry = counted[i];
      if (entry !== undefined && asks(entry)) found.push(entry.id);
    }
    return found;
  };
  return {
    at,
    upTo(instant) {
      const last = counted[firstAt(instant + 1) - 1];
      return last === undefined ? [] : at(last.at);
    },
    key: (key) => (byKey ??= new Map(counted.map((entry) => [entry.key, entry.id]))).get(key),
    has: (id) => (ids ??= new Set(counted.map((entry) => entry.id))).has(id),
  };
}

/** Key of the event that made a promise. @param promise the promise's own key */
export function makingEvent(promise: string): string {
  return promise.slice(0, promise.indexOf(':'));
}

/** Name of a case's values among the sources. */
function caseName(one: { readonly journey: string; readonly caseId: string }): string {
  return `${one.journey} ${one.caseId}`;
}

/** The events that say most for how somebody feels now: of what the clock alone has made worse, the last one before it. */
export function eventsBehind({ source, since }: CustomerHeader['emotion'], lookup: Lookup): readonly string[] {
  if (since === null) return [];
  return source === 'behaviour' ? lookup.upTo(since) : lookup.at(since, ({ feeling }) => feeling !== null);
}

/** The events behind each value of the head: `contact`, `feeling`, and for each case and promise its own. Values without a known event are left out. */
export function sourcesOf(header: CustomerHeader, state: Pick<CustomerState, 'evidence'>, lookup: Lookup): StorySources {
  const found: (readonly [string, readonly string[]])[] = [];
  const felt = (at: number): readonly string[] => lookup.at(at, ({ feeling }) => feeling !== null);
  if (header.lastContact !== null) found.push(['contact', lookup.at(header.lastContact.at)]);
  const evidence = state.evidence.slice(-EVIDENCE_NAMED).reverse();
  const feeling = [...eventsBehind(header.emotion, lookup), ...evidence.flatMap(([at]) => felt(at))];
  if (header.emotion.label !== 'unknown') found.push(['feeling', [...new Set(feeling)]]);
  for (const one of header.cases) {
    const name = caseName(one);
    const ofJourney = lookup.at(one.since, ({ journey }) => journey === one.journey);
    found.push([`stage ${name}`, ofJourney.length > 0 ? ofJourney : lookup.at(one.since)]);
    if (one.wave !== null) found.push([`peak ${name}`, felt(one.wave.peak.at)], [`end ${name}`, felt(one.wave.end.at)]);
  }
  for (const promise of header.promises) {
    const made = lookup.key(makingEvent(promise.key));
    const met = promise.metAt === null ? [] : lookup.at(promise.metAt);
    found.push([`promise ${promise.key}`, [...(made === undefined ? [] : [made]), ...met]]);
  }
  return Object.fromEntries(found.filter(([, events]) => events.length > 0));
}
