import type { Channel } from '#lib/contract/index.ts';

/** From this friction on, or felt this badly, an experience was bad; felt this well, it was good. */
const BAD_FRICTION = 40;
const BAD_VALENCE = -0.4;
const GOOD_VALENCE = 0.4;

/** One visit of a case, as it stood at the position. */
export interface StoryVisit {
  readonly touchpoint: number;
  readonly stage: number;
  readonly channel: Channel;
  /** first and last minute */
  readonly from: number;
  readonly last: number;
  /** 0..100 */
  readonly friction: number;
  /** -1..1; null: not known */
  readonly valence: number | null;
  /** how it stood from a minute on: friction in thousandths, valence in thousandths or null */
  readonly points: readonly (readonly [minute: number, friction: number, valence: number | null])[];
}

/** What happened to a case, as far as moments are concerned. Minutes. */
export interface Story {
  readonly customer: string;
  readonly caseId: string;
  readonly segment: string;
  /** through which it was opened */
  readonly channel: Channel;
  readonly opened: number;
  /** minute of its arrival at the goal within the journey's window; null: it did not arrive */
  readonly arrivedAt: number | null;
  /** when that was decided: its arrival, or the end of the window */
  readonly decidedAt: number;
  /** taken out of the funnel: neither arrived nor lost */
  readonly excluded: boolean;
  /** in the order in which they began */
  readonly visits: readonly StoryVisit[];
}

export type Experience = 'bad' | 'good' | 'plain';

/** How a visit was: bad before good, because a hard visit with a friendly end was still hard. */
export function experienceOf(visit: Pick<StoryVisit, 'friction' | 'valence'>): Experience {
  if (visit.friction >= BAD_FRICTION || (visit.valence !== null && visit.valence <= BAD_VALENCE)) return 'bad';
  return visit.valence !== null && visit.valence >= GOOD_VALENCE ? 'good' : 'plain';
}

/** How a visit was when it was so many minutes old: what the clock found later is not held against it. */
export function experienceWithin(visit: StoryVisit, age: number): Experience {
  const [, friction, valence] = visit.points.findLast(([minute]) => minute <= visit.from + age) ?? [0, 0, null];
  return experienceOf({ friction: friction / 1000, valence: valence === null ? null : valence / 1000 });
}

/** How a case experienced a touchpoint before it arrived: bad where any visit there was, else good where any was. Undefined: it was not there. */
export function experienceAt(
  story: Story,
  touchpoint: number,
): { readonly experience: Experience; readonly visit: StoryVisit } | undefined {
  let found: { readonly experience: Experience; readonly visit: StoryVisit } | undefined;
  for (const visit of story.visits) {
    if (visit.touchpoint !== touchpoint || (story.arrivedAt !== null && visit.from > story.arrivedAt)) continue;
    const experience = experienceOf(visit);
    if (experience === 'bad') return { experience, visit };
    if (found === undefined || (experience === 'good' && found.experience === 'plain')) found = { experience, visit };
  }
  return found;
}

/** The worst-felt (or best-felt) visit of a case that was clearly bad (or good), the earliest of equals; undefined: none was. */
export function peakOf(story: Story, side: 'worst' | 'best'): (StoryVisit & { readonly valence: number }) | undefined {
  let peak: (StoryVisit & { readonly valence: number }) | undefined;
  for (const visit of story.visits) {
    const { valence } = visit;
    if (valence === null) continue;
    if (side === 'worst' ? valence > BAD_VALENCE : valence < GOOD_VALENCE) continue;
    if (peak === undefined || (side === 'worst' ? valence < peak.valence : valence > peak.valence)) peak = { ...visit, valence };
  }
  return peak;
}

/** The last feeling of a case that is known; null: none is. */
export function endOf(story: Story): number | null {
  return story.visits.findLast(({ valence }) => valence !== null)?.valence ?? null;
}
