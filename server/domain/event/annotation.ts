import type { Correctable, StoredEvent } from './event.ts';
import { EARLIEST_MS, AHEAD_MS } from '#lib/contract/index.ts';
import { compareEvents, formed, isCorrection, isEmotionCorrection, isRetraction, nameOf, retractedName } from './event.ts';

/** Gives an event the score of its text, where it has a text of the customer's and no score yet. */
export type Scored = (event: StoredEvent) => StoredEvent;

/** Whether an event speaks about another one and is no experience of its own. */
export function isAnnotation(event: StoredEvent): boolean {
  return isRetraction(event) || isCorrection(event) || isEmotionCorrection(event);
}

/** The event as its source first sent it, whatever was said about it since. */
export function originalOf(event: StoredEvent): StoredEvent {
  const { was, unlinked } = event;
  if (was === undefined) return event;
  return unlinked === undefined ? was : { ...was, unlinked };
}

/** Whether what is known about a customer already says something about this event, which comes only now. */
export function isSpokenOf(
  known: { readonly retracted: readonly string[]; readonly corrected: readonly string[] },
  event: StoredEvent,
): boolean {
  if (known.retracted.length === 0 && known.corrected.length === 0) return false;
  const name = nameOf(event);
  return known.retracted.includes(name) || known.corrected.includes(name);
}

/** The name of the event that a correction is about in the end: a correction of a correction is about what that one is about. */
function aboutOf(correction: StoredEvent, byName: ReadonlyMap<string, StoredEvent>, takenBack: ReadonlySet<string>): string | undefined {
  const seen = new Set<string>();
  for (let here: StoredEvent | undefined = correction; here !== undefined;) {
    const name: string = nameOf(here);
    const about: string | undefined = retractedName(here);
    if (about === undefined || takenBack.has(name) || seen.has(name)) return undefined;
    seen.add(name);
    here = byName.get(about);
    if (here === undefined) return about;
  }
  return undefined;
}

/** Corrections by the event they are about, in the order in which they count: the later one wins, field by field. */
function correctionsOf(events: readonly StoredEvent[]): ReadonlyMap<string, readonly StoredEvent[]> {
  const corrections = events.filter(isCorrection).sort(compareEvents);
  if (corrections.length === 0) return new Map();
  const takenBack = new Set(events.flatMap((event) => (isRetraction(event) ? (retractedName(event) ?? []) : [])));
  const byName = new Map(corrections.map((correction) => [nameOf(correction), correction]));
  const about = new Map<string, StoredEvent[]>();
  for (const correction of corrections) {
    const name = aboutOf(correction, byName, takenBack);
    if (name !== undefined) about.set(name, [...(about.get(name) ?? []), correction]);
  }
  return about;
}

/** The place in time of a corrected event, by the rule the door would have followed had it come like this at first. */
function placed(event: StoredEvent, at: number | undefined): StoredEvent {
  const { suspect: _, ...rest } = event;
  if (at === undefined) return { ...rest, at: event.received };
  const believed = at >= EARLIEST_MS && at <= event.received + AHEAD_MS;
  return believed ? { ...rest, at } : { ...rest, at: event.received, suspect: true };
}

function corrected(original: StoredEvent, corrections: readonly StoredEvent[]): StoredEvent {
  const fields = new Map<keyof Correctable, unknown>();
  for (const { correction } of corrections) {
    for (const name of correction?.unset ?? []) fields.set(name, undefined);
    for (const [name, value] of Object.entries(correction?.set ?? {})) fields.set(name as keyof Correctable, value);
  }
  if (fields.size === 0) return original;
  const { emotion, ...rest } = original;
  // That it was taken back is no part of how it came: it may have been before or after it was corrected.
  const { unlinked: _, ...was } = original;
  const kept = Object.entries(rest).filter(([name]) => !fields.has(name as keyof Correctable) || name === 'at');
  const replaced = [...fields].filter(([name, value]) => value !== undefined && name !== 'at');
  const event = { ...Object.fromEntries(kept), ...Object.fromEntries(replaced), was: formed(was) } as unknown as StoredEvent;
  const said = fields.has('text') || fields.has('lang') || fields.has('type') || emotion === undefined ? event : { ...event, emotion };
  return formed(fields.has('at') ? placed(said, fields.get('at') as number | undefined) : said);
}

function saysTheSame(a: StoredEvent, b: StoredEvent | undefined): b is StoredEvent {
  return b?.was !== undefined && a.text === b.text && a.lang === b.lang && a.type === b.type;
}

/**
 * What a customer's events come to after everything that was said about them: corrected events carry the corrected fields and, in `was`, the
 * event as it came. A pure function of the set of events; the result is sorted.
 * @param came events as they came, annotations among them, in any order
 * @param before the same events as they stood until now: a text that did not change keeps the score it was once given
 */
export function settle(came: readonly StoredEvent[], scored: Scored, before: readonly StoredEvent[] = []): StoredEvent[] {
  const about = correctionsOf(came);
  if (about.size === 0) return [...came].sort(compareEvents);
  const stood = new Map(before.map((event) => [event.key, event]));
  return came
    .map((event) => {
      const corrections = isAnnotation(event) ? undefined : about.get(nameOf(event));
      if (corrections === undefined) return event;
      const now = corrected(event, corrections);
      const then = stood.get(event.key);
      if (now.emotion === undefined && saysTheSame(now, then)) return then.emotion === undefined ? now : { ...now, emotion: then.emotion };
      return scored(now);
    })
    .sort(compareEvents);
}
