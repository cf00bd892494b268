import type { EventInput, FactorInput } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { suited } from './calendar.ts';
import { STEPS } from './catalogue.ts';
import type { Feed } from './catalogue.ts';
import { personOf, tellStory } from './passage.ts';
import { Chance } from './random.ts';
import { caseStateAt, promiseStateOf, stepsOf } from './story.ts';
import type { Draft, Story, World } from './story.ts';
import { factorOf, stormsOf } from './weather.ts';

/** How many begin at first, and at last, for each that begins on average: business grows. */
const FIRST_DENSITY = 0.5;
export const LAST_DENSITY = 1.5;
export const USUAL_WEEKS = 9;
/** Customers of these weeks that make about 150,000 events. */
export const USUAL_CUSTOMERS = 12_000;
const LATE_SHARE = 0.03;
const DUPLICATE_SHARE = 0.01;
/** How long the shops' feed has been dead at the end. */
const SHOPS_SILENT_MS = 6 * HOUR;
/** How long nobody has got a check-in mail at the end, although its source is well. */
const CHECK_INS_SILENT_MS = 40 * HOUR;

/** What a history depends on. The same options give the same events, bit by bit. */
export interface HistoryOptions {
  /** 0 to 4,294,967,295 */
  readonly seed: number;
  /** last instant of the history, ms since 1970 */
  readonly endsAt: number;
  readonly weeks?: number;
  /** people who begin within these weeks */
  readonly customers?: number;
}

/** An event ready to be sent, with the feed that sends it and when it arrives there. */
export interface SimulatedEvent {
  readonly source: Feed;
  /** ms since 1970: the order in which events are sent */
  readonly arrivesAt: number;
  readonly event: EventInput;
  /** arrives minutes to days after it happened */
  readonly late: boolean;
  /** the same event was sent before */
  readonly duplicate: boolean;
}

/** What the generator knows because it made it so, counted at one instant over what had happened by then. */
export interface GroundTruth {
  readonly at: number;
  /** events without duplicates */
  readonly events: number;
  readonly duplicates: number;
  readonly late: number;
  /** people with at least one event */
  readonly customers: number;
  /** of these: never said who they are */
  readonly anonymous: number;
  /** people who used a tablet that others used too */
  readonly tabletUsers: number;
  readonly unmapped: number;
  readonly texts: number;
  readonly scores: number;
  readonly cases: number;
  readonly funnel: FunnelTruth;
  /** cases that reached each step in order within the window */
  readonly reached: Readonly<Record<string, number>>;
  readonly bySegment: Readonly<Record<string, FunnelTruth>>;
  readonly promises: Readonly<Record<'made' | 'open' | 'kept' | 'late' | 'broken' | 'withdrawn' | 'moved', number>>;
  readonly byPromiseKind: Readonly<Record<string, number>>;
  readonly byChannel: Readonly<Record<string, number>>;
  readonly byFeed: Readonly<Record<string, number>>;
  readonly byType: Readonly<Record<string, number>>;
  /** texts by the mood they were written in */
  readonly byMood: Readonly<Record<string, number>>;
}

/** entered = converted + inProgress + dropped + excluded */
export interface FunnelTruth {
  readonly entered: number;
  readonly converted: number;
  readonly inProgress: number;
  readonly dropped: number;
  readonly excluded: number;
}

/** A told history: events in order of arrival, the truth about them, and what would come next. */
export interface History {
  readonly events: readonly SimulatedEvent[];
  /** storms up to the end */
  readonly factors: readonly FactorInput[];
  /** stories that go on after the end, for live traffic */
  readonly unfinished: readonly Unfinished[];
  /** @param at ms since 1970, at most the end of the history */
  truthAt(at: number): GroundTruth;
}

/** What a customer's story still holds after the history's end. */
export interface Unfinished {
  /** number and mark of the customer */
  readonly index: number;
  readonly mark: string;
  /** how many of their events lie before */
  readonly told: number;
  readonly drafts: readonly Draft[];
}

interface Told {
  readonly story: Story;
  /** drafts up to the end of the history, in order */
  readonly drafts: readonly Draft[];
  /** drafts after it */
  readonly rest: readonly Draft[];
}

/** Makes an event of a draft. */
export function finish(draft: Draft, id: string): EventInput {
  const promise =
    draft.body.promise === undefined ? {} : { promise: draft.due === 0 ? draft.body.promise : { ...draft.body.promise, due: draft.due } };
  return { id, occurredAt: draft.at, ...draft.body, ...promise };
}

/** How much later than it happened a late event arrives: mostly minutes, sometimes days. */
function lateness(chance: Chance): number {
  const [from, to] = chance.weighted([
    [[5 * MINUTE, 90 * MINUTE], 60],
    [[90 * MINUTE, DAY], 30],
    [[DAY, 4 * DAY], 10],
  ] as const);
  return Math.round(chance.between(from, to));
}

/** Sends one event: now and then late, now and then twice. */
export function sendings(
  made: { readonly source: Feed; readonly event: EventInput; readonly at: number },
  chance: Chance,
  notAfter: number,
): SimulatedEvent[] {
  const { source, event, at } = made;
  const late = chance.happens(LATE_SHARE);
  const arrivesAt = Math.min(notAfter, late ? at + lateness(chance) : at);
  const first: SimulatedEvent = { source, event, arrivesAt, late, duplicate: false };
  if (!chance.happens(DUPLICATE_SHARE)) return [first];
  const again = Math.min(notAfter, arrivesAt + Math.round(chance.wait(20 * MINUTE)));
  return [first, { ...first, arrivesAt: again, duplicate: true }];
}

/** What the stories of a history share, and of those told after it. */
export function worldOf(endsAt: number): World {
  return { storms: stormsOf(endsAt), shopsUntil: endsAt - SHOPS_SILENT_MS, checkInsUntil: endsAt - CHECK_INS_SILENT_MS };
}

/** First visits: a few more each week, by people's days. */
function startOf(chance: Chance, from: number, endsAt: number): number {
  const [first, last] = [FIRST_DENSITY, LAST_DENSITY];
  const place = (Math.sqrt(first ** 2 + (last ** 2 - first ** 2) * chance.next()) - first) / (last - first);
  return suited(from + (endsAt - from) * place, 'digital', chance);
}

function tellAll({ seed, endsAt, weeks = USUAL_WEEKS, customers = USUAL_CUSTOMERS }: HistoryOptions): Told[] {
  const world = worldOf(endsAt);
  const from = endsAt - weeks * 7 * DAY;
  const told: Told[] = [];
  for (let index = 0; index < customers; index++) {
    const { person, chance } = personOf(seed, 'H', index, true);
    const story = tellStory(person, startOf(chance, from, endsAt), chance, world);
    const drafts = story.inOrder();
    told.push({ story, drafts: drafts.filter((draft) => draft.at <= endsAt), rest: drafts.filter((draft) => draft.at > endsAt) });
  }
  return told;
}

function send(told: readonly Told[], seed: number, endsAt: number): SimulatedEvent[] {
  const events: SimulatedEvent[] = [];
  for (const { story, drafts } of told) {
    const chance = new Chance(seed ^ 0x5eed, story.person.index + 1);
    drafts.forEach((draft, n) => {
      const event = finish(draft, `${story.person.mark}-${n}`);
      events.push(...sendings({ source: draft.feed, event, at: draft.at }, chance, endsAt));
    });
  }
  return events.sort((a, b) => a.arrivesAt - b.arrivesAt);
}

function unfinishedOf(told: readonly Told[]): Unfinished[] {
  return told
    .filter(({ rest }) => rest.length > 0)
    .map(({ story: { person }, drafts, rest }) => ({ index: person.index, mark: person.mark, told: drafts.length, drafts: rest }));
}

/** Tells a history. Pure: no clock, no other chance than the seed. */
export function tellHistory(options: HistoryOptions): History {
  const { seed, endsAt } = options;
  const told = tellAll(options);
  const events = send(told, seed, endsAt);
  const factors = stormsOf(endsAt)
    .filter((storm) => storm.from <= endsAt)
    .map(factorOf);
  return { events, factors, unfinished: unfinishedOf(told), truthAt: (at) => countTruth(told, events, at) };
}

/** What is still to come of the stories of a history, for a start after it is in. */
export function stillToCome(options: HistoryOptions): readonly Unfinished[] {
  return unfinishedOf(tellAll(options));
}

type Tally = Record<string, number>;

function add(tally: Tally, key: string): void {
  tally[key] = (tally[key] ?? 0) + 1;
}

function sorted(tally: Tally): Tally {
  return Object.fromEntries(Object.entries(tally).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function countTruth(told: readonly Told[], events: readonly SimulatedEvent[], at: number): GroundTruth {
  const happened = told
    .map((one) => ({ ...one, drafts: one.drafts.filter((draft) => draft.at <= at) }))
    .filter((one) => one.drafts.length > 0);
  const arrived = events.filter((sent) => Number(sent.event.occurredAt) <= at);
  const cases = happened.flatMap(({ story }) => story.cases).filter((one) => caseStateAt(one, at) !== null);
  const segments = [...new Set(cases.map((one) => one.segment))].sort();
  return {
    at,
    ...countEvents(happened, at),
    duplicates: arrived.filter((sent) => sent.duplicate).length,
    late: arrived.filter((sent) => sent.late && !sent.duplicate).length,
    customers: happened.length,
    cases: cases.length,
    funnel: countFunnel(cases, at),
    reached: Object.fromEntries(STEPS.map((step, k) => [step, cases.filter((one) => stepsOf(one, at).length > k).length])),
    bySegment: Object.fromEntries(
      segments.map((segment) => [
        segment,
        countFunnel(
          cases.filter((one) => one.segment === segment),
          at,
        ),
      ]),
    ),
    ...countPromises(happened, at),
  };
}

function countFunnel(cases: readonly Story['cases'][number][], at: number): FunnelTruth {
  const count = { converted: 0, inProgress: 0, dropped: 0, excluded: 0 };
  for (const one of cases) {
    const state = caseStateAt(one, at);
    if (state !== null) count[state] += 1;
  }
  return { entered: cases.length, ...count };
}

function countPromises(happened: readonly Told[], at: number): Pick<GroundTruth, 'promises' | 'byPromiseKind'> {
  const promises = { made: 0, open: 0, kept: 0, late: 0, broken: 0, withdrawn: 0, moved: 0 };
  const byPromiseKind: Tally = {};
  for (const promise of happened.flatMap(({ story }) => story.promises)) {
    const state = promiseStateOf(promise, at);
    if (state === null) continue;
    promises.made += 1;
    promises[state] += 1;
    if (promise.moves.some((move) => move.at <= at)) promises.moved += 1;
    add(byPromiseKind, promise.kind);
  }
  return { promises, byPromiseKind: sorted(byPromiseKind) };
}

function countEvents(
  happened: readonly Told[],
  at: number,
): Pick<
  GroundTruth,
  'events' | 'anonymous' | 'tabletUsers' | 'unmapped' | 'texts' | 'scores' | 'byChannel' | 'byFeed' | 'byType' | 'byMood'
> {
  const [byChannel, byFeed, byType, byMood]: [Tally, Tally, Tally, Tally] = [{}, {}, {}, {}];
  const count = { events: 0, anonymous: 0, tabletUsers: 0, unmapped: 0, texts: 0, scores: 0 };
  for (const { story, drafts } of happened) {
    if (drafts.every((draft) => draft.body.customer['customerId'] === undefined)) count.anonymous += 1;
    if (drafts.some((draft) => draft.body.touchpoint === 'store_tablet')) count.tabletUsers += 1;
    for (const mood of story.moods) if (mood[0] <= at) add(byMood, mood[1]);
    for (const { feed, body } of drafts) {
      count.events += 1;
      add(byFeed, feed);
      add(byChannel, body.channel ?? 'none');
      add(byType, body.type ?? 'none');
      if (body.touchpoint === 'tv_box') count.unmapped += 1;
      if (body.text !== undefined) count.texts += 1;
      if (body.score !== undefined) count.scores += 1;
    }
  }
  return { ...count, byChannel: sorted(byChannel), byFeed: sorted(byFeed), byType: sorted(byType), byMood: sorted(byMood) };
}
