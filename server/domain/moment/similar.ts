import { FEW, UNCERTAIN } from '#lib/contract/index.ts';
import { experienceWithin } from './story.ts';
import type { Experience, Story, StoryVisit } from './story.ts';

/** Steps told. */
const STEPS = 3;

/** Where a case stands: its last visit, how that was, and how long ago it began. */
export interface Standpoint {
  readonly stage: number;
  readonly touchpoint: number;
  readonly experience: Experience;
  /** minutes */
  readonly age: number;
}

/** What decided cases with the same standpoint did next. */
export interface Similar {
  readonly by: 'touchpoint' | 'stage';
  readonly all: number;
  readonly arrived: number;
  readonly next: readonly { readonly touchpoint: number; readonly arrived: number; readonly all: number }[];
}

/** The place in a story at which it first stood as the case does now, with nothing having followed at that age; -1: it never did. */
function placeOf(story: Story, age: number, alike: (visit: StoryVisit) => boolean): number {
  const goal = story.arrivedAt ?? Infinity;
  return story.visits.findIndex((visit, i) => {
    const now = visit.from + age;
    return now < goal && now < (story.visits[i + 1]?.from ?? Infinity) && alike(visit);
  });
}

function gather(stories: readonly Story[], { age }: Standpoint, by: Similar['by'], alike: (visit: StoryVisit) => boolean): Similar {
  const next = new Map<number, { touchpoint: number; arrived: number; all: number }>();
  let [all, arrived] = [0, 0];
  for (const story of stories) {
    if (story.excluded) continue;
    const place = placeOf(story, age, alike);
    if (place < 0) continue;
    const reached = story.arrivedAt === null ? 0 : 1;
    all++;
    arrived += reached;
    const touchpoint = story.visits[place + 1]?.touchpoint;
    if (touchpoint === undefined) continue;
    const step = next.get(touchpoint) ?? { touchpoint, arrived: 0, all: 0 };
    step.all++;
    step.arrived += reached;
    next.set(touchpoint, step);
  }
  const told = [...next.values()].filter((step) => step.arrived >= FEW);
  told.sort((a, b) => b.arrived - a.arrived || a.all - b.all || a.touchpoint - b.touchpoint);
  return { by, all, arrived, next: told.slice(0, STEPS) };
}

/**
 * What cases did next that once stood where this one stands: at the same touchpoint in the same stage, for as long, and it was as good or as bad there
 * at that age: what became of them later does not tell who is alike. Where too few of
 * those reached the goal to say anything (fewer than 30), any touchpoint of the stage will do; where even these are too few, null.
 * @param stories cases whose outcome is decided
 */
export function similarCases(own: Standpoint, stories: readonly Story[]): Similar | null {
  const sameStage = (visit: StoryVisit): boolean => visit.stage === own.stage && experienceWithin(visit, own.age) === own.experience;
  const closest = gather(stories, own, 'touchpoint', (visit) => visit.touchpoint === own.touchpoint && sameStage(visit));
  if (closest.arrived >= UNCERTAIN) return closest;
  const wider = gather(stories, own, 'stage', sameStage);
  return wider.arrived >= UNCERTAIN ? wider : null;
}
