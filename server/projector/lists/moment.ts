import type { ListRow, MomentListRef } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { HOUR, MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import { judgedAt, landmarksOf } from '#server/domain/moment/landmark.ts';
import type { Landmarks } from '#server/domain/moment/landmark.ts';
import { experienceAt, peakOf } from '#server/domain/moment/story.ts';
import type { Experience, Story, StoryVisit } from '#server/domain/moment/story.ts';
import { keys } from '#server/redis/keys.ts';
import type { CaseMember } from '#server/domain/case/case.ts';
import type { VisitMember } from '#server/domain/visit/visit.ts';
import { scan } from './scan.ts';
import type { ListReading } from './scan.ts';

/** Cases looked at for one ranking: where more were opened, the newest are. */
const MOST_STORIES = 50_000;

/** When cases were opened, ms, both inclusive. */
export interface OpenedIn {
  readonly from: number;
  readonly until: number;
}

/** What happened to the cases that were opened in a stretch of time, and which stretch it came to be. */
export interface Stories {
  readonly from: number;
  readonly stories: readonly Story[];
  /** more were opened than are looked at */
  readonly limited: boolean;
}

async function casesIn(reading: ListReading, { from, until }: OpenedIn): Promise<number> {
  const { journey, version } = reading.blueprint;
  const counts = Array.from({ length: reading.partitions }, (_, partition) =>
    reading.redis.zCount(keys.list(partition, `cases:${journey}:${version}`), from, until),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** The beginning from which on no more cases were opened than are looked at: found by halving, so the same for everybody who asks. */
export async function boundedFrom(reading: ListReading, wanted: OpenedIn, most: number): Promise<number> {
  const fits = async (from: number): Promise<boolean> => (await casesIn(reading, { ...wanted, from })) <= most;
  if (await fits(wanted.from)) return wanted.from;
  let [tooEarly, from] = [wanted.from, wanted.until];
  while (from - tooEarly > HOUR) {
    const middle = Math.ceil((tooEarly + from) / 2);
    if (await fits(middle)) from = middle;
    else tooEarly = middle;
  }
  return from;
}

/**
 * Cases and their visits, as they stood at the position.
 * @param most cases looked at, about: where more were opened, the newest are
 */
export async function gatherStories(reading: ListReading, wanted: OpenedIn, most = MOST_STORIES): Promise<Stories> {
  const { blueprint, at } = reading;
  const from = await boundedFrom(reading, wanted, most);
  const found = new Map<string, { readonly story: Omit<Story, 'visits'>; readonly visits: StoryVisit[] }>();
  for await (const member of scan<CaseMember>(reading, 'cases', { from, to: wanted.until })) {
    const [customer, caseId, segment, channel, openedAt, steps, excluded, , , goal] = member;
    if (minuteOf(openedAt) > at) continue;
    const entered = steps[0] ?? openedAt;
    const inTime = goal !== 0 && minuteOf(goal) <= at && goal - entered <= blueprint.file.window;
    const story = {
      ...{ customer, caseId, segment, channel, opened: minuteOf(openedAt), arrivedAt: inTime ? minuteOf(goal) : null },
      decidedAt: minuteOf(inTime ? goal : entered + blueprint.file.window),
      excluded: excluded !== 0 && minuteOf(excluded) <= at,
    };
    found.set(`${customer} ${caseId}`, { story, visits: [] });
  }
  for await (const member of scan<VisitMember>(reading, 'visits', { from, to: Infinity })) {
    const [customer, , caseId, stage, channel, , , points, , touchpoint] = member;
    const visits = found.get(`${customer} ${caseId}`)?.visits;
    const last = visits === undefined ? undefined : points.findLast(([minute]) => minute <= at);
    if (visits === undefined || last === undefined) continue;
    visits.push({
      ...{ touchpoint, stage, channel, from: points[0]?.[0] ?? last[0], last: last[0] },
      ...{ friction: last[1] / 1000, valence: last[2] === null ? null : last[2] / 1000, points },
    });
  }
  const stories = [...found.values()].map(({ story, visits }) => ({
    ...story,
    visits: visits.sort((a, b) => a.from - b.from || a.touchpoint - b.touchpoint || a.last - b.last),
  }));
  return { from, stories, limited: from > wanted.from };
}

/** How a case experienced a touchpoint: by the landmark where an outcome is held against it, else as it stands. */
function hereOf(
  ref: MomentListRef,
  story: Story,
  of: { readonly touchpoint: number; readonly landmarks: Landmarks | null },
): { readonly experience: Experience; readonly visit: StoryVisit } | undefined {
  if (of.landmarks === null) return experienceAt(story, of.touchpoint);
  const judged = judgedAt(story, of.touchpoint, of.landmarks);
  return judged === undefined || (ref.arrived !== undefined && (ref.arrived === 'yes') !== (judged.outcome === 1)) ? undefined : judged;
}

/** The visit for which a case is on a list of the moments; undefined: it is not. The very rule by which it was counted. */
function visitOn(
  ref: MomentListRef,
  story: Story,
  of: { readonly touchpoint: number; readonly landmarks: Landmarks | null },
): StoryVisit | undefined {
  if (ref.what === 'worst' || ref.what === 'best') return peakOf(story, ref.what);
  const here = hereOf(ref, story, of);
  if (here === undefined) return undefined;
  const { experience } = here;
  const on: Readonly<Partial<Record<MomentListRef['what'], boolean>>> = {
    here: true,
    bad: experience === 'bad',
    good: experience === 'good',
    notBad: experience !== 'bad',
    notGood: experience !== 'good',
  };
  return on[ref.what] === true ? here.visit : undefined;
}

/** A case that is looked at: when it was opened, or came to the goal, and where it was last. */
function caseRow(story: Story, ref: MomentListRef, { stages }: Blueprint): ListRow | null {
  const { customer, caseId, segment, channel, opened, arrivedAt, visits } = story;
  if (ref.what === 'arrived' && arrivedAt === null) return null;
  const at = (ref.what === 'arrived' ? (arrivedAt ?? opened) : opened) * MINUTE;
  const stage = stages[visits.at(-1)?.stage ?? -1]?.id ?? '';
  return { customer, caseId, at, stage, channel, segment, friction: null, valence: null };
}

/** The cases behind a number of the moments. */
export async function* momentRows(ref: MomentListRef, reading: ListReading): AsyncGenerator<ListRow> {
  const { blueprint } = reading;
  if (ref.what === 'cases' || ref.what === 'arrived') {
    const { stories } = await gatherStories(reading, { from: ref.from, until: ref.until });
    yield* stories.flatMap((story) => caseRow(story, ref, blueprint) ?? []);
    return;
  }
  const touchpoint = blueprint.touchpoints.find(({ id }) => id === ref.touchpoint)?.index ?? -1;
  const { stories } = await gatherStories(reading, { from: ref.from, until: ref.until });
  const landmarks = ref.outcome === undefined ? null : landmarksOf(stories, blueprint, ref.outcome);
  for (const story of stories) {
    const visit = visitOn(ref, story, { touchpoint, landmarks });
    if (visit === undefined) continue;
    const { customer, caseId, segment } = story;
    const stage = blueprint.stages[visit.stage]?.id ?? '';
    const { channel, friction, valence } = visit;
    yield { customer, caseId, at: visit.last * MINUTE, stage, channel, segment, friction, valence };
  }
}
