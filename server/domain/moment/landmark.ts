import type { MomentOutcome } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { MINUTE } from '../kernel/time.ts';
import { experienceWithin } from './story.ts';
import type { Experience, Story, StoryVisit } from './story.ts';

/** So much of those whose outcome is known may be decided before the landmark, and say nothing. */
const DECIDED_BEFORE = 0.25;

/**
 * When the experiences of a journey are judged. What an experience goes with can only be told from what was known of it while the outcome was open: whoever
 * never moves on waits for longer, and the clock finds more against the visit, because of the outcome. So all cases are judged at the same age, the landmark,
 * counted from when they first came to the touchpoint; those decided by then say nothing.
 */
export interface Landmarks {
  readonly outcome: MomentOutcome;
  /** age of each touchpoint, minutes */
  readonly ages: readonly number[];
  /** by stage: minutes before which the clock cannot conclude that nothing followed */
  readonly caps: readonly number[];
}

/** How a case had experienced a touchpoint by its landmark, and how it then ended. */
export interface Judged {
  readonly experience: Experience;
  /** the visit that made it so */
  readonly visit: StoryVisit;
  /** arrived (1) or not (0), or the last feeling of -1..1 */
  readonly outcome: number;
}

function firstAt(story: Story, touchpoint: number): StoryVisit | undefined {
  return story.visits.find((visit) => visit.touchpoint === touchpoint);
}

/** The last feeling of a case that is known and began after a minute. */
function feltAfter(story: Story, minute: number): StoryVisit | undefined {
  return story.visits.findLast((visit) => visit.from > minute && visit.valence !== null);
}

/** The minute in which the outcome of a case came about; undefined: it has none. */
function cameAbout(story: Story, from: number, outcome: MomentOutcome): number | undefined {
  return (outcome === 'felt' ? feltAfter(story, from)?.from : story.arrivedAt) ?? undefined;
}

/** The landmark of a touchpoint: the age by which a quarter of the outcomes had come about, at least 0. */
function ageOf(stories: readonly Story[], touchpoint: number, outcome: MomentOutcome): number {
  const ages = stories.flatMap((story) => {
    const first = firstAt(story, touchpoint);
    const minute = first === undefined ? undefined : cameAbout(story, first.from, outcome);
    return first === undefined || minute === undefined || minute <= first.from ? [] : [minute - first.from];
  });
  ages.sort((a, b) => a - b);
  return Math.max(0, (ages[Math.floor(ages.length * DECIDED_BEFORE)] ?? 1) - 1);
}

/** A dead end is found when the standard time of the stage has run out: judged before, it cannot be mistaken for an experience that led to it. */
function capsOf({ stages }: Blueprint, outcome: MomentOutcome): number[] {
  return stages.map(({ standardMs, standards }) => {
    const shortest = Math.min(standardMs ?? Infinity, ...standards.map(({ standard }) => standard.ms));
    return outcome === 'felt' ? Infinity : Math.max(0, Math.floor(shortest / MINUTE) - 1);
  });
}

/** The landmarks of a journey, from the cases that are compared. */
export function landmarksOf(stories: readonly Story[], blueprint: Blueprint, outcome: MomentOutcome): Landmarks {
  const ages = blueprint.touchpoints.map(({ index }) => ageOf(stories, index, outcome));
  return { outcome, ages, caps: capsOf(blueprint, outcome) };
}

/** How a case had experienced a touchpoint by the landmark: bad where any visit there was, else good where any was. Undefined: it was not there, or says nothing. */
export function judgedAt(story: Story, touchpoint: number, { outcome, ages, caps }: Landmarks): Judged | undefined {
  const first = firstAt(story, touchpoint);
  if (first === undefined) return undefined;
  const landmark = first.from + Math.min(ages[touchpoint] ?? 0, caps[first.stage] ?? Infinity);
  const ended = outcomeAfter(story, landmark, outcome);
  if (ended === null) return undefined;
  const there = story.visits.filter((visit) => visit.touchpoint === touchpoint && visit.from <= landmark);
  const judged = there.map((visit) => ({ visit, experience: experienceWithin(visit, landmark - visit.from), outcome: ended }));
  return judged.find(({ experience }) => experience === 'bad') ?? judged.find(({ experience }) => experience === 'good') ?? judged[0];
}

/** The outcome of a case that was open at a minute; null: it was decided, or is not known, so the case says nothing. */
function outcomeAfter(story: Story, minute: number, outcome: MomentOutcome): number | null {
  if (outcome === 'felt') return feltAfter(story, minute)?.valence ?? null;
  return story.excluded || story.decidedAt <= minute ? null : Number(story.arrivedAt !== null);
}
