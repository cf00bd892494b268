import { FEW, UNCERTAIN } from '#lib/contract/index.ts';
import type {
  MomentOutcome,
  MomentPlace,
  MomentsView,
  Names,
  PainGain,
  PeakMoment,
  Position,
  Scorecard,
  TouchpointMoment,
} from '#lib/contract/index.ts';
import type { Blueprint, Touchpoint } from '../blueprint/blueprint.ts';
import { HEAT, PROMISE, parseCell } from '../kernel/counters.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { MINUTE } from '../kernel/time.ts';
import { Sample, stratifiedDifference } from '../moment/effect.ts';
import { judgedAt, landmarksOf } from '../moment/landmark.ts';
import type { Landmarks } from '../moment/landmark.ts';
import { endOf, experienceAt, peakOf } from '../moment/story.ts';
import type { Story } from '../moment/story.ts';
import { frictionSum } from './heat.ts';

/** Peaks shown of each side. */
const PEAKS = 20;

/** What the moments of a journey are made of. */
export interface MomentsInput {
  readonly blueprint: Blueprint;
  readonly outcome: MomentOutcome;
  readonly position: Position;
  /** cases whose outcome is decided */
  readonly cohort: { readonly from: number; readonly until: number; readonly stories: readonly Story[] };
  readonly recent: { readonly from: number; readonly until: number; readonly stories: readonly Story[] };
  /** the heatmap over the recent time, and over the time of the same length before */
  readonly now: CellSums;
  readonly before: CellSums;
  /** promises kept and broken in the recent time */
  readonly outcomes: CellSums;
  readonly limited: boolean;
}

const namesOf = (at: Touchpoint): Names => ({ customer: at.name, internal: at.internal });

function placeOf(at: Touchpoint, blueprint: Blueprint): MomentPlace {
  return {
    touchpoint: at.id,
    name: namesOf(at),
    owner: at.owner,
    clue: at.clue,
    mot: at.mot,
    stage: at.stage === null ? null : (blueprint.stages[at.stage]?.name ?? null),
  };
}

function momentOf(at: Touchpoint, input: MomentsInput & { readonly landmarks: Landmarks }, side: 'bad' | 'good'): TouchpointMoment | null {
  const strata = new Map<string, { readonly group: Sample; readonly others: Sample }>();
  const [group, others] = [new Sample(), new Sample()];
  for (const story of input.cohort.stories) {
    const here = judgedAt(story, at.index, input.landmarks);
    if (here === undefined) continue;
    let stratum = strata.get(story.segment);
    if (stratum === undefined) strata.set(story.segment, (stratum = { group: new Sample(), others: new Sample() }));
    const which = here.experience === side ? 'group' : 'others';
    stratum[which].add(here.outcome);
    (which === 'group' ? group : others).add(here.outcome);
  }
  const difference = stratifiedDifference(strata.values());
  if (difference === null) return null;
  const few = group.n < UNCERTAIN || others.n < UNCERTAIN;
  const clear = difference.low > 0 || difference.high < 0;
  return {
    ...placeOf(at, input.blueprint),
    n: group.n,
    others: others.n,
    mean: group.mean,
    otherMean: others.mean,
    ...difference,
    impact: group.n * difference.effect,
    impactLow: group.n * difference.low,
    impactHigh: group.n * difference.high,
    verdict: few ? 'few' : clear ? 'clear' : 'chance',
  };
}

const RANK: Readonly<Record<TouchpointMoment['verdict'], number>> = { clear: 0, chance: 1, few: 2 };

function ranking(input: MomentsInput & { readonly landmarks: Landmarks }, side: 'bad' | 'good'): TouchpointMoment[] {
  const way = side === 'bad' ? -1 : 1;
  return input.blueprint.touchpoints
    .flatMap((at) => momentOf(at, input, side) ?? [])
    .sort((a, b) => RANK[a.verdict] - RANK[b.verdict] || way * (b.impact - a.impact) || (a.touchpoint < b.touchpoint ? -1 : 1));
}

function matrixOf({ blueprint, recent }: MomentsInput): PainGain[] {
  return blueprint.touchpoints.flatMap((at) => {
    const here = recent.stories.flatMap((story) => experienceAt(story, at.index)?.experience ?? []);
    if (here.length === 0) return [];
    const of = (side: string): number => here.filter((experience) => experience === side).length;
    return [{ ...placeOf(at, blueprint), n: here.length, bad: of('bad'), good: of('good'), few: here.length < UNCERTAIN }];
  });
}

interface Answered {
  visits: number;
  friction: number;
  known: number;
  confidence: number;
  valence: number;
  readonly touchpoints: Map<number, number>;
}

function byOwner(sums: CellSums): Map<string | null, Answered> {
  const owners = new Map<string | null, Answered>();
  for (const [cell, measures] of sums) {
    const [, , , owner = '', charge = '', touchpoint = ''] = parseCell(cell).dimensions;
    const key = charge === 'owner' ? owner : null;
    const known = owners.get(key) ?? {
      visits: 0,
      friction: 0,
      known: 0,
      confidence: 0,
      valence: 0,
      touchpoints: new Map<number, number>(),
    };
    const friction = frictionSum(measures);
    known.visits += measures.get(HEAT.visits) ?? 0;
    known.friction += friction;
    known.known += measures.get(HEAT.known) ?? 0;
    known.confidence += measures.get(HEAT.confidence) ?? 0;
    known.valence += measures.get(HEAT.valence) ?? 0;
    known.touchpoints.set(Number(touchpoint), (known.touchpoints.get(Number(touchpoint)) ?? 0) + friction);
    owners.set(key, known);
  }
  return owners;
}

function promisesOf(outcomes: CellSums): Map<string | null, Measures> {
  const owners = new Map<string | null, Measures>();
  for (const [cell, measures] of outcomes) {
    const [, owner = '', , , , charge = ''] = parseCell(cell).dimensions;
    const key = charge === 'owner' ? owner : null;
    const known = owners.get(key) ?? new Map<number, number>();
    for (const [measure, sum] of measures) known.set(measure, (known.get(measure) ?? 0) + sum);
    owners.set(key, known);
  }
  return owners;
}

const meanOf = (answered: Answered | undefined): number | null =>
  answered === undefined || answered.visits < FEW ? null : answered.friction / 1000 / answered.visits;

/** Of several that are as hard, the first of the journey: what was counted first says nothing. */
function hardestOf(answered: Answered | undefined, blueprint: Blueprint): Scorecard['hardest'] {
  const inOrder = [...(answered?.touchpoints ?? [])].sort(([a], [b]) => a - b);
  const [index, friction] = inOrder.reduce((most, one) => (one[1] > most[1] ? one : most), [-1, 0]);
  const at = blueprint.touchpoints[index];
  return at === undefined || answered === undefined ? null : { touchpoint: at.id, name: namesOf(at), share: friction / answered.friction };
}

/** Departments in the order of the journey's file, then what is outside. */
function scorecardsOf(input: MomentsInput): Scorecard[] {
  const { blueprint } = input;
  const [now, before, promises] = [byOwner(input.now), byOwner(input.before), promisesOf(input.outcomes)];
  const owners: (string | null)[] = [...new Set(blueprint.touchpoints.map(({ owner }) => owner)), null];
  return owners.flatMap((owner) => {
    const answered = now.get(owner);
    const settled = promises.get(owner);
    if (owner === null && answered === undefined && settled === undefined) return [];
    return [
      {
        owner,
        touchpoints: blueprint.touchpoints.filter((at) => (owner === null ? at.controller === 'outside' : at.owner === owner)).length,
        visits: answered?.visits ?? 0,
        friction: meanOf(answered),
        frictionBefore: meanOf(before.get(owner)),
        valence: answered === undefined || answered.confidence === 0 ? null : answered.valence / answered.confidence,
        known: answered?.known ?? 0,
        load: (answered?.friction ?? 0) / 100_000,
        kept: settled?.get(PROMISE.kept) ?? 0,
        broken: settled?.get(PROMISE.broken) ?? 0,
        hardest: hardestOf(answered, blueprint),
      },
    ];
  });
}

const nowhere = (id: string): Names => ({ customer: id, internal: id });

function peaksOf({ blueprint, recent }: MomentsInput, side: 'worst' | 'best'): PeakMoment[] {
  const way = side === 'worst' ? 1 : -1;
  return recent.stories
    .flatMap((story): PeakMoment[] => {
      const peak = peakOf(story, side);
      if (peak === undefined) return [];
      const stage = blueprint.stages[peak.stage];
      const at = blueprint.touchpoints[peak.touchpoint];
      return [
        {
          customer: story.customer,
          caseId: story.caseId,
          at: peak.last * MINUTE,
          stage: stage?.id ?? '',
          stageName: stage?.name ?? nowhere(''),
          channel: peak.channel,
          segment: story.segment,
          touchpoint: at?.id ?? '',
          touchpointName: at === undefined ? nowhere('') : namesOf(at),
          valence: peak.valence,
          friction: peak.friction,
          end: endOf(story) ?? peak.valence,
        },
      ];
    })
    .sort((a, b) => way * (a.valence - b.valence) || b.friction - a.friction || b.at - a.at || (a.customer < b.customer ? -1 : 1));
}

/** The moments of a journey as a page shows them: what goes with what, for how many, and how sure that is. Never what causes what. Pure. */
export function momentsView(input: MomentsInput): MomentsView {
  const { blueprint, cohort, recent } = input;
  const compared = { ...input, landmarks: landmarksOf(cohort.stories, blueprint, input.outcome) };
  const [worst, best] = [peaksOf(input, 'worst'), peaksOf(input, 'best')];
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    outcome: input.outcome,
    position: input.position,
    cohort: {
      from: cohort.from,
      until: cohort.until,
      cases: cohort.stories.length,
      arrived: cohort.stories.filter(({ arrivedAt }) => arrivedAt !== null).length,
    },
    recent: { from: recent.from, until: recent.until, cases: recent.stories.length },
    pains: ranking(compared, 'bad'),
    strengths: ranking(compared, 'good'),
    matrix: matrixOf(input),
    scorecards: scorecardsOf(input),
    worst: worst.slice(0, PEAKS),
    worstCount: worst.length,
    best: best.slice(0, PEAKS),
    bestCount: best.length,
    limited: input.limited,
  };
}
