import { CHANNELS, EMOTIONS, EMOTION_SOURCES } from '#lib/contract/index.ts';
import type { Factor, StoryLanes, StoryStrip, StripFelt, StripMark, StripPromise } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import { SURE } from '../emotion/wave.ts';
import { DAY } from '../kernel/time.ts';
import { isDated, promiseStateAt } from '../promise/dates.ts';
import type { StoryEntry } from './entry.ts';
import { quietTimes } from './silences.ts';

/** Columns of the strip: a life is told in so many steps, however long it was. */
export const STRIP_COLUMNS = 240;
/** Promises and silences drawn; of more, the newest promises and the longest silences. */
const MOST_PROMISES = 40;
const MOST_SILENCES = 40;
/** A silence may break the strip where it is at least so long; what has at most such a share of the strip is squeezed. */
const BREAKING_MS = 365 * DAY;
const SQUEEZED_SHARE = 1 / 8;
/** A broken strip still shows so much: the end of that silence too, where what came after it is young. */
const LEAST_DRAWN_MS = 30 * DAY;
/** Sources of feelings in which a person said or noted it; the others infer it. */
const MEASURED: readonly string[] = ['survey', 'agent'];

export interface StripContext {
  readonly state: Pick<CustomerState, 'promises'>;
  readonly factors: readonly Factor[];
  readonly by: StoryLanes;
  readonly now: number;
}

interface Time {
  readonly from: number;
  readonly to: number;
}

/** The column in which an instant lies, 0 to columns - 1. */
function columnOf(at: number, { from, to }: Time): number {
  const share = (at - from) / Math.max(1, to - from);
  return Math.min(STRIP_COLUMNS - 1, Math.max(0, Math.floor(share * STRIP_COLUMNS)));
}

/** Place of the entry with which the strip begins: the first, or the one behind the last silence that would squeeze most of what happened into lines. */
function beginOf(entries: readonly StoryEntry[], to: number): number {
  const oldest = entries[0]?.at ?? to;
  const breaking = entries.findLastIndex((entry, place) => {
    const next = entries[place + 1];
    if (next === undefined || next.at - entry.at < BREAKING_MS || to - next.at > (to - entry.at) * SQUEEZED_SHARE) return false;
    const [before, after] = [place + 1, entries.length - place - 1];
    return after >= before || entry.at - oldest <= (to - oldest) * SQUEEZED_SHARE;
  });
  return breaking + 1;
}

/** What can be drawn: experiences that were not taken back. */
function experiences(entries: readonly StoryEntry[]): readonly StoryEntry[] {
  return entries.filter((entry) => !entry.retracted && !entry.annotation);
}

function laneOf(entry: StoryEntry, by: StoryLanes): string {
  return (by === 'channel' ? entry.channel : entry.owner) ?? 'none';
}

function lanesOf(entries: readonly StoryEntry[], by: StoryLanes, time: Time): StoryStrip['lanes'] {
  const lanes = new Map<string, Map<number, [column: number, count: number, problems: number]>>();
  for (const entry of entries) {
    const lane = laneOf(entry, by);
    const marks = lanes.get(lane) ?? new Map<number, [column: number, count: number, problems: number]>();
    lanes.set(lane, marks);
    const column = columnOf(entry.at, time);
    const mark = marks.get(column) ?? [column, 0, 0];
    marks.set(column, mark);
    mark[1]++;
    if (entry.problems > 0) mark[2]++;
  }
  const order = (lane: string): number => {
    const known = (CHANNELS as readonly string[]).indexOf(lane);
    return lane === 'none' ? 1000 : known < 0 ? CHANNELS.length : known;
  };
  return [...lanes]
    .map(([lane, marks]) => {
      const sorted: StripMark[] = [...marks.values()].sort((a, b) => a[0] - b[0]);
      return { lane, events: sorted.reduce((sum, [, count]) => sum + count, 0), marks: sorted };
    })
    .sort((a, b) => order(a.lane) - order(b.lane) || (a.lane < b.lane ? -1 : 1));
}

type Felt = StoryEntry & { readonly feeling: NonNullable<StoryEntry['feeling']> };

const isFelt = (entry: StoryEntry): entry is Felt => entry.feeling !== null;

/** What was felt in one column: the mean weighed by confidence, with the worst event to look at. */
function feltIn(column: number, felt: readonly Felt[]): StripFelt | null {
  const [first] = felt;
  if (first === undefined) return null;
  const worst = felt.reduce((a, b) => (b.feeling.valence < a.feeling.valence ? b : a));
  const weight = felt.reduce((sum, { feeling }) => sum + feeling.confidence, 0);
  const sum = felt.reduce((all, { feeling }) => all + feeling.confidence * feeling.valence, 0);
  const measured = felt.some(({ feeling }) => MEASURED.includes(EMOTION_SOURCES[feeling.rank] ?? ''));
  return [
    column,
    Math.round(weight > 0 ? sum / weight : first.feeling.valence) / 1000,
    Math.round(weight / felt.length) / 1000,
    measured ? 1 : 0,
    felt.length,
    EMOTIONS[worst.feeling.emotion] === undefined ? -1 : worst.feeling.emotion,
    worst.id,
  ];
}

function lineOf(entries: readonly Felt[], time: Time): readonly StripFelt[] {
  const columns = new Map<number, Felt[]>();
  for (const entry of entries) {
    const column = columnOf(entry.at, time);
    const known = columns.get(column);
    if (known === undefined) columns.set(column, [entry]);
    else known.push(entry);
  }
  return [...columns].map(([column, felt]) => feltIn(column, felt)).filter((one) => one !== null);
}

/** The worst moment of all that is sure enough to be remembered. */
function peakOf(entries: readonly Felt[]): StoryStrip['peak'] {
  const sure = entries.filter(({ feeling }) => feeling.confidence >= SURE && feeling.valence < 0);
  const worst = sure.reduce<Felt | null>((a, b) => (a === null || b.feeling.valence < a.feeling.valence ? b : a), null);
  if (worst === null) return null;
  const { id, at, feeling } = worst;
  return { at, valence: feeling.valence / 1000, label: EMOTIONS[feeling.emotion] ?? 'unknown', event: id };
}

/** Promises that reach beyond an instant: as the state knows them, and from the events those it has let go of. */
function promisesOf(entries: readonly StoryEntry[], from: number, { state, now }: StripContext): readonly StripPromise[] {
  const made = (key: string): string => key.slice(0, key.indexOf(':'));
  const asked = new Set(state.promises.map(({ key }) => made(key)));
  const byKey = new Map(entries.flatMap(({ key, id }) => (asked.has(key) ? [[key, id]] : [])));
  const known = state.promises.filter(isDated).map((p): StripPromise => ({
    key: p.key,
    kind: p.kind,
    wording: p.wording === '' ? null : p.wording,
    madeAt: p.madeAt,
    due: p.due,
    metAt: p.metAt === 0 || p.metAt > now ? null : p.metAt,
    state: promiseStateAt(p, now),
    event: byKey.get(made(p.key)) ?? '',
  }));
  const keys = new Set(known.map(({ key }) => key));
  const past = entries.flatMap((entry): StripPromise[] => {
    const { promise, type, key, at, id } = entry;
    if (promise?.due == null || (type?.startsWith('promise.') === true && type !== 'promise.made')) return [];
    const name = `${key}:${promise.kind}`;
    if (keys.has(name)) return [];
    return [{ key: name, kind: promise.kind, wording: promise.wording, madeAt: at, due: promise.due, metAt: null, state: null, event: id }];
  });
  return [...known.filter(({ event }) => event !== ''), ...past]
    .filter(({ madeAt, due, metAt }) => Math.max(madeAt, due, metAt ?? 0) >= from)
    .sort((a, b) => b.madeAt - a.madeAt || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_PROMISES);
}

/**
 * A whole life in a few kB: what happened where and when, what was felt, what was promised, and when nothing was heard. Of a life with a silence that
 * would squeeze the rest into a line, what came after that. Pure.
 */
export function stripOf(entries: readonly StoryEntry[], context: StripContext): StoryStrip | null {
  const [oldest] = entries;
  const last = entries.at(-1);
  if (oldest === undefined || last === undefined) return null;
  const to = Math.max(context.now, last.at, oldest.at + 1);
  const begin = beginOf(entries, to);
  const [before, first] = [entries[begin - 1], entries[begin] ?? oldest];
  const time = { from: before === undefined ? first.at : Math.min(first.at, to - LEAST_DRAWN_MS), to };
  const drawn = experiences(entries.slice(begin));
  const felt = drawn.filter(isFelt);
  return {
    ...time,
    earlier: before === undefined ? null : { events: begin, from: oldest.at, to: before.at, until: first.at },
    columns: STRIP_COLUMNS,
    by: context.by,
    lanes: lanesOf(drawn, context.by, time),
    line: lineOf(felt, time),
    peak: peakOf(felt),
    promises: promisesOf(experiences(entries), time.from, context),
    factors: context.factors,
    silences: quietTimes(entries, context.now)
      .filter((quiet) => quiet.to > time.from)
      .sort((a, b) => b.to - b.from - (a.to - a.from))
      .slice(0, MOST_SILENCES)
      .map(({ from, to }) => ({ from, to }))
      .sort((a, b) => a.from - b.from),
  };
}
