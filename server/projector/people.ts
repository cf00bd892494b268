import type { FoldContext } from '#server/domain/customer/applying.ts';
import type { Places } from '#server/domain/customer/fold.ts';
import type { Scored } from '#server/domain/event/annotation.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { Row, Touched } from '#server/domain/kernel/row.ts';
import type { Booking, Deltas } from '#server/domain/kernel/counters.ts';
import type { Command } from '#server/redis/scripts.ts';
import { SAVED_EVERY, foldOnto, inOrder, reachesBack } from '#server/domain/customer/fold.ts';
import { decodeState, emptyState, encodeState } from '#server/domain/customer/state.ts';
import { NOBODY, findableOf } from '#server/domain/find/terms.ts';
import { isAnnotation, isSpokenOf, originalOf, settle } from '#server/domain/event/annotation.ts';
import { withoutEmotion } from '#server/domain/emotion/annotations.ts';
import { compareEvents, isRetraction, nameOf, retractedName, streamId, tied } from '#server/domain/event/event.ts';
import { KeptRow, NOWHERE_ELSE, diffRows } from '#server/domain/kernel/row.ts';
import { keys } from '#server/redis/keys.ts';
import { findCommands } from './find-index.ts';

/** A "person" with more events than this is an identifier gone wrong: further events are put aside. */
const EVENTS_PER_PERSON = 20_000;
/** Stream ids of one XDEL. */
const IDS_PER_CALL = 1000;

/** A person as stored, loaded as far as this change needs it. */
export interface StoredPerson {
  readonly person: string;
  /** null: nobody yet */
  readonly state: CustomerState | null;
  /** rows made of this very state before, by key; kept up to date with it */
  readonly rows: KeptRows;
}

/** Bookings beside the rows that are kept of one person: people with more events are compared by folding again. */
const MOST_BOOKINGS = 64;

/** A person's rows as they were last made: what the next change compares with. */
export class KeptRows {
  #byKey = new Map<string, KeptRow>();
  #bookings: Booking[] | null;

  /** @param complete there is nothing of this person that is not here: true for somebody without events */
  constructor(complete: boolean) {
    this.#bookings = complete ? [] : null;
  }

  /** What the person's events booked beside the rows, where these rows are all that there ever were; null: not known. */
  get bookings(): readonly Booking[] | null {
    return this.#bookings;
  }

  get byKey(): Map<string, KeptRow> {
    return this.#byKey;
  }

  /** Takes in what a run booked and forgot, once its rows are here. */
  note(run: Touched): void {
    for (const key of run.settled) this.#byKey.delete(key);
    if (this.#bookings === null || run.settled.size > 0 || this.#bookings.length + run.bookings.length > MOST_BOOKINGS)
      this.#bookings = null;
    else this.#bookings.push(...run.bookings);
  }

  /** Begins anew. @param complete as for the constructor; @returns the rows that were here */
  clear(complete: boolean): Map<string, KeptRow> {
    const were = this.#byKey;
    this.#byKey = new Map();
    this.#bookings = complete ? [] : null;
    return were;
  }
}

/** What the slow path needs besides: a point to start from, and the events behind it. */
export interface Tail {
  /** state at the starting point, encoded; null: from the beginning */
  readonly from: string | null;
  /** stored events behind the starting point, in order */
  readonly events: readonly StoredEvent[];
  /** checkpoints behind the starting point: they no longer hold */
  readonly stale: readonly string[];
}

/** What a person's change comes to. */
export interface PersonChange {
  readonly state: CustomerState;
  readonly commands: Command[];
  readonly refused: { readonly event: StoredEvent; readonly reason: string }[];
  /** events whose links must no longer count */
  readonly unlinked: StoredEvent[];
  /** events given back, by identifier */
  readonly returned: ReadonlyMap<string, readonly StoredEvent[]>;
}

/** A row as it stands on a list: the customer, then the row's own fields. */
export function memberOf(person: string, row: Pick<Row, 'member'>): string {
  return `["${person}",${JSON.stringify(row.member).slice(1)}`;
}

interface Place {
  readonly partition: number;
  readonly person: string;
  readonly deltas: Deltas;
}

/** Writes what became of a row's places on other lists. */
function diffAlso(place: Place, commands: Command[], before = NOWHERE_ELSE, after = NOWHERE_ELSE): void {
  if (before.length === 0 && after.length === 0) return;
  const stood = before.map((one) => ({ list: one.list, score: one.score, text: memberOf(place.person, one) }));
  for (const one of after) {
    const text = memberOf(place.person, one);
    const at = stood.findIndex((other) => other.list === one.list && other.text === text);
    const [was] = at < 0 ? [] : stood.splice(at, 1);
    if (was?.score !== one.score) commands.push(['ZADD', keys.list(place.partition, one.list), String(one.score), text]);
  }
  for (const { list, text } of stood) commands.push(['ZREM', keys.list(place.partition, list), text]);
}

/** Writes what became of one row: sums, and its place on the list. @returns the row to compare with the next time */
function diffRow(place: Place, commands: Command[], rows: { readonly before: KeptRow | null; readonly after: Row | null }): KeptRow | null {
  const { before, after } = rows;
  const is = after === null ? null : memberOf(place.person, after);
  // Most rows of a person who is folded again come out as they were: what is kept stays where it is.
  if (before !== null && after !== null && is !== null && before.isAs(after, is)) return before;
  diffRows(place.deltas, before, after);
  diffAlso(place, commands, before?.also, after?.also);
  const stands = is !== null && before !== null && is === before.text && before.list === after?.list;
  if (before !== null && !stands) commands.push(['ZREM', keys.list(place.partition, before.list), before.text]);
  if (after !== null && is !== null && !(stands && before.score === after.score))
    commands.push(['ZADD', keys.list(place.partition, after.list), String(after.score), is]);
  return after === null || is === null ? null : new KeptRow(after, is);
}

function kept(place: Place, row: Row | null): KeptRow | null {
  return row === null || row instanceof KeptRow ? row : new KeptRow(row, memberOf(place.person, row));
}

/** Lists and sums of the fast path: what was touched, before and after. */
function diffTouched(place: Place, commands: Command[], run: { readonly touched: Touched; readonly rows: KeptRows }): void {
  const { touched, rows } = run;
  for (const booking of touched.bookings) place.deltas.add(booking, 1);
  touched.forEach((key, before, after) => {
    const made = diffRow(place, commands, { before: kept(place, before), after });
    if (made !== null) rows.byKey.set(key, made);
    else rows.byKey.delete(key);
  });
  rows.note(touched);
}

/** Lists and sums where everything the person ever contributed is known: against what all events come to now. */
function diffWhole(
  place: Place,
  commands: Command[],
  run: { readonly before: readonly Booking[]; readonly fresh: Touched; readonly rows: KeptRows },
): void {
  const { before, fresh, rows } = run;
  for (const booking of before) place.deltas.add(booking, -1);
  for (const booking of fresh.bookings) place.deltas.add(booking, 1);
  const was = rows.clear(true);
  fresh.forEach((key, _, after) => {
    const made = diffRow(place, commands, { before: was.get(key) ?? null, after });
    was.delete(key);
    if (made !== null) rows.byKey.set(key, made);
  });
  for (const row of was.values()) diffRow(place, commands, { before: row, after: null });
  rows.note(fresh);
}

/** Lists and sums of the slow path: what the same starting point came to with the old events, and comes to with the new ones. */
function diffRuns(
  place: Place,
  commands: Command[],
  runs: {
    readonly old: Touched;
    readonly fresh: Touched;
    readonly rows: KeptRows;
    /** both began at the beginning */ readonly whole: boolean;
  },
): void {
  for (const booking of runs.old.bookings) place.deltas.add(booking, -1);
  for (const booking of runs.fresh.bookings) place.deltas.add(booking, 1);
  const [old, fresh] = [runs.old.changes(), runs.fresh.changes()];
  runs.rows.clear(runs.whole);
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    const before = old.has(key) ? (old.get(key)?.after ?? null) : (fresh.get(key)?.before ?? null);
    const after = fresh.has(key) ? (fresh.get(key)?.after ?? null) : (old.get(key)?.before ?? null);
    const made = diffRow(place, commands, { before: kept(place, before), after });
    if (made !== null) runs.rows.byKey.set(key, made);
  }
  runs.rows.note(runs.fresh);
}

const addCommand = (key: string, event: StoredEvent, textOf: (event: StoredEvent) => string): Command => [
  'XADD',
  key,
  streamId(event),
  'e',
  textOf(event),
];

/** Whether the adds can be applied onto the state as it is. */
export function isFast(stored: StoredPerson, adds: readonly StoredEvent[], recalls: ReadonlySet<string>): boolean {
  const first = adds[0];
  if (first === undefined || isResettling(stored, adds, recalls)) return false;
  return stored.state === null || inOrder(stored.state, first);
}

/** Whether the change may alter what earlier events come to: then everything is read from the first event on. */
export function isResettling(stored: StoredPerson, adds: readonly StoredEvent[], recalls: ReadonlySet<string>): boolean {
  const { state } = stored;
  return recalls.size > 0 || adds.some((event) => reachesBack(event) || (state !== null && isSpokenOf(state, event)));
}

/** Removes events that are there already (same key), sorts; refuses what cannot have a place of its own. */
function arrange(events: readonly StoredEvent[], refused: PersonChange['refused']): StoredEvent[] {
  const sorted = events.every((event, i) => compareEvents(events[i - 1] ?? event, event) <= 0)
    ? [...events]
    : [...events].sort(compareEvents);
  // Only events of one instant can be one event, or have one place.
  if (!sorted.some((event, i) => i > 0 && tied(sorted[i - 1] ?? event, event))) return sorted;
  const byPlace = new Map<string, StoredEvent>();
  for (const event of events) {
    const id = streamId(event);
    const there = byPlace.get(id);
    if (there === undefined) byPlace.set(id, event);
    else if (there.key !== event.key) refused.push({ event, reason: 'another event has the very same place in time' });
  }
  return [...byPlace.values()].sort(compareEvents);
}

function capped(held: number, adds: StoredEvent[], refused: PersonChange['refused']): StoredEvent[] {
  const room = Math.max(0, EVENTS_PER_PERSON - held);
  for (const event of adds.slice(room))
    refused.push({ event, reason: `this identifier already has ${EVENTS_PER_PERSON} events; it cannot be one person` });
  return adds.slice(0, room);
}

export interface ChangeInput {
  readonly stored: StoredPerson;
  readonly adds: readonly StoredEvent[];
  readonly recalls: ReadonlySet<string>;
  readonly tail: Tail | null;
  /** scores the text of an event whose text was corrected */
  readonly scored: Scored;
  /** an event as JSON: as it was read, where it is still the same */
  readonly textOf: (event: StoredEvent) => string;
}

/** Computes the change of one person: the fast path onto the saved state, or the refold of the tail behind the earliest change. Pure. */
export function changePerson(input: ChangeInput, place: Place, context: FoldContext): PersonChange {
  return input.tail === null ? fastChange(input, place, context) : slowChange(input, input.tail, { place, old: context, fresh: context });
}

/** Computes what other definitions make of one person's events. Pure. @param input `tail` from the beginning */
export function refoldPerson(
  input: ChangeInput & { readonly tail: Tail },
  place: Place,
  contexts: { readonly old: FoldContext; readonly fresh: FoldContext },
): PersonChange {
  return slowChange(input, input.tail, { place, ...contexts });
}

/** Whether what was read in this customer's texts may be kept. */
function mayRead(state: CustomerState, context: FoldContext): boolean {
  return !state.noEmotion && context.emotion !== 'off';
}

function fastChange(input: ChangeInput, place: Place, context: FoldContext): PersonChange {
  const refused: PersonChange['refused'] = [];
  const { rows } = input.stored;
  const state = input.stored.state ?? emptyState();
  const found = findableOf(state);
  const adds = capped(state.events, arrange(input.adds, refused), refused);
  const stream = keys.customer(place.partition, place.person);
  const commands: Command[] = adds.map((event) =>
    addCommand(stream, mayRead(state, context) ? event : withoutEmotion(event), input.textOf),
  );
  const places: Places = {
    checkpoint: (at) => void commands.push(checkpoint(place, at)),
    saved: (at) => void commands.push(['SET', keys.savedState(place.partition, place.person), encodeState(at)]),
  };
  const touched = foldOnto(state, adds, context, places, (key) => rows.byKey.get(key));
  diffTouched(place, commands, { touched, rows });
  if (adds.length > 0) commands.push(customerCommand(place, state), ...findCommands(place, found, findableOf(state)));
  return { state, commands, refused, unlinked: [], returned: new Map() };
}

function checkpoint(place: Place, state: CustomerState): Command {
  return ['HSET', keys.checkpoints(place.partition, place.person), String(state.events), encodeState(state)];
}

function customerCommand(place: Place, state: CustomerState): Command {
  return ['ZADD', keys.customers(place.partition), String(state.lastAt), place.person];
}

/** What is saved of a person whose stream was written anew: the state at the newest sixteenth event, where there are that many. */
function saveCommands(
  place: Place,
  tail: Tail,
  run: { readonly held: number; readonly events: number; readonly saved: string | null },
): Command[] {
  const key = keys.savedState(place.partition, place.person);
  if (run.events < SAVED_EVERY) return run.held < SAVED_EVERY ? [] : [['DEL', key]];
  const text = run.saved ?? tail.from;
  return text === null ? [] : [['SET', key, text]];
}

/** Events that a retraction among them takes back lose their links, once. */
function unlinkTakenBack(events: StoredEvent[], unlinked: StoredEvent[]): StoredEvent[] {
  const names = new Set(events.filter(isRetraction).map(retractedName));
  if (names.size === 0) return events;
  return events.map((event) => {
    if (event.unlinked === true || isAnnotation(event) || !names.has(nameOf(event))) return event;
    unlinked.push(event);
    return { ...event, unlinked: true as const };
  });
}

/** How a slow change is made: under which definitions the events were folded, and are to be. */
interface SlowChange {
  readonly place: Place;
  readonly old: FoldContext;
  readonly fresh: FoldContext;
}

function slowChange(input: ChangeInput, tail: Tail, at: SlowChange): PersonChange {
  const { place } = at;
  const refused: PersonChange['refused'] = [];
  const unlinked: StoredEvent[] = [];
  const returned = new Map<string, StoredEvent[]>();
  for (const event of tail.events)
    if (input.recalls.has(event.under)) returned.set(event.under, [...(returned.get(event.under) ?? []), originalOf(event)]);
  const kept = tail.events.filter((e) => !input.recalls.has(e.under));
  const resettling = isResettling(input.stored, input.adds, input.recalls);
  const base = (): CustomerState => (tail.from === null ? emptyState() : decodeState(tail.from));
  const adds = capped(base().events + kept.length, arrange(input.adds, refused), refused);
  const came = arrange([...(resettling ? kept.map(originalOf) : kept), ...adds], refused);
  const events = unlinkTakenBack(resettling ? arrange(settle(came, input.scored, kept), refused) : came, unlinked);
  const commands: Command[] = [];
  const checkpoints: Command[] = [];
  let saved: string | null = null;
  const keep: Places = {
    checkpoint: (now) => void checkpoints.push(checkpoint(place, now)),
    saved: (now) => (saved = encodeState(now)),
  };
  const state = base();
  const held = state.events + tail.events.length;
  const { rows } = input.stored;
  const before = tail.from === null && at.old === at.fresh ? rows.bookings : null;
  if (before !== null) diffWhole(place, commands, { before, fresh: foldOnto(state, events, at.fresh, keep), rows });
  else {
    const same = at.old === at.fresh ? sharedStart(tail.events, events) : 0;
    if (same > 0) foldOnto(state, events.slice(0, same), at.fresh, keep);
    const old = foldOnto(same === 0 ? base() : decodeState(encodeState(state)), tail.events.slice(same), at.old);
    const fresh = foldOnto(state, events.slice(same), at.fresh, keep);
    diffRuns(place, commands, { old, fresh, rows, whole: same === 0 && tail.from === null });
  }
  rewriteStream(commands, place, { before: tail, after: mayRead(state, at.fresh) ? events : events.map(withoutEmotion) }, input.textOf);
  rewriteCheckpoints(commands, place, { stale: tail.stale, checkpoints });
  commands.push(...saveCommands(place, tail, { held, events: state.events, saved }));
  if (state.events > 0) commands.push(customerCommand(place, state));
  else if (held > 0) commands.push(['ZREM', keys.customers(place.partition), place.person]);
  // Definitions say nothing about who somebody is: folding again under others changes nothing of how they are found.
  if (at.old === at.fresh) {
    const { state: was } = input.stored;
    commands.push(...findCommands(place, was === null ? NOBODY : findableOf(was), findableOf(state)));
  }
  return { state, commands, refused, unlinked, returned };
}

/** Events with which both runs begin, so that they are folded once: not into a tie, and none where an annotation speaks about earlier ones. */
function sharedStart(old: readonly StoredEvent[], fresh: readonly StoredEvent[]): number {
  let same = 0;
  while (same < old.length && same < fresh.length && isSame(old[same], fresh[same])) same++;
  const splits = (events: readonly StoredEvent[]): boolean => {
    const [last, next] = [events[same - 1], events[same]];
    return last !== undefined && next !== undefined && tied(last, next);
  };
  while (same > 0 && (splits(old) || splits(fresh))) same--;
  return [...old.slice(same), ...fresh.slice(same)].some(reachesBack) ? 0 : same;
}

/** Rewrites the stream behind the first entry that differs. */
function rewriteStream(
  commands: Command[],
  place: Place,
  events: { readonly before: Tail; readonly after: readonly StoredEvent[] },
  textOf: (event: StoredEvent) => string,
): void {
  const key = keys.customer(place.partition, place.person);
  const { before, after } = events;
  let same = 0;
  while (same < after.length && same < before.events.length && isSame(after[same], before.events[same])) same++;
  const gone = before.events.slice(same).map(streamId);
  if (same === 0 && before.from === null) {
    if (gone.length > 0) commands.push(['DEL', key]);
  } else if (gone.length > 0) {
    for (let i = 0; i < gone.length; i += IDS_PER_CALL) commands.push(['XDEL', key, ...gone.slice(i, i + IDS_PER_CALL)]);
    const last = before.events[same - 1];
    commands.push(['XSETID', key, last !== undefined ? streamId(last) : decodeState(before.from ?? '{}').last]);
  }
  for (const event of after.slice(same)) commands.push(addCommand(key, event, textOf));
}

function isSame(a: StoredEvent | undefined, b: StoredEvent | undefined): boolean {
  if (a === undefined || b === undefined || a.key !== b.key || !tied(a, b) || a.unlinked !== b.unlinked) return false;
  if ((a.emotion === undefined) !== (b.emotion === undefined)) return false;
  return (a.was === undefined && b.was === undefined) || JSON.stringify(a) === JSON.stringify(b);
}

/** Replaces the checkpoints behind the starting point by those of the new run. */
function rewriteCheckpoints(
  commands: Command[],
  place: Place,
  run: { readonly stale: readonly string[]; readonly checkpoints: readonly Command[] },
): void {
  if (run.stale.length > 0) commands.push(['HDEL', keys.checkpoints(place.partition, place.person), ...run.stale]);
  commands.push(...run.checkpoints);
}
