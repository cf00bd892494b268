import { ASSOCIATION_WINDOWS, UNCERTAIN } from '#lib/contract/index.ts';
import type {
  Associated,
  AssociationPlace,
  AssociationView,
  AssociationWindow,
  ContagionView,
  FollowingPair,
  Position,
  UpstreamPlace,
} from '#lib/contract/index.ts';
import { contagionBetween, exposedTo, reaches } from '../association/contagion.ts';
import type { Contagion } from '../association/contagion.ts';
import { followings } from '../association/following.ts';
import type { Following } from '../association/following.ts';
import { FALSE_SHARE, LEAST_TOGETHER, measure } from '../association/measure.ts';
import type { Passage, Traveller } from '../association/passage.ts';
import { arrivalAt, upstreamOf } from '../association/upstream.ts';
import type { Blueprint, Touchpoint } from '../blueprint/blueprint.ts';
import { clearUpTo } from '../kernel/contingency.ts';
import type { RiskRatio, Together } from '../kernel/contingency.ts';
import { wilson } from '../kernel/statistics.ts';

/** What goes together is made of. */
export interface AssociationInput {
  readonly blueprint: Blueprint;
  readonly window: AssociationWindow;
  readonly position: Position;
  /** id of the stage whose bad visits the origin is asked of; undefined: the one with most */
  readonly stage?: string | undefined;
  readonly from: number;
  readonly until: number;
  readonly travellers: readonly Traveller[];
  readonly limited: boolean;
  readonly leftOut: number;
  readonly unreadable: number;
}

/** Digits of a figure that goes to a page: there are hundreds of pairs, and nobody reads the tenth digit. */
const DIGITS = 6;
const short = (value: number): number => Number(value.toPrecision(DIGITS));

const VERDICTS: readonly Associated['verdict'][] = ['more', 'less', 'chance'];

/** Measures all that was tested, and keeps what came together often enough to be told of: what comes more often first, the strongest first. */
function associated<Counts extends Together>(
  tested: readonly Counts[],
): {
  readonly shown: readonly { readonly counts: Counts; readonly measured: Associated }[];
  readonly tested: number;
  readonly hidden: number;
} {
  const all = tested.map((counts) => ({ counts, ...measure(counts) }));
  const clear = clearUpTo(
    all.map(({ p }) => p),
    FALSE_SHARE,
  );
  const often = all.filter(({ counts }) => counts.both >= LEAST_TOGETHER);
  const shown = often.map(({ counts, expected, lift, npmi, p }) => {
    const { both, first, second } = counts;
    const share = both / first;
    const verdict = p > clear ? 'chance' : both > expected ? 'more' : 'less';
    const { low, high } = wilson(share, first);
    const measured: Associated = {
      ...{ both, first, second, all: counts.all, expected: short(expected), share: short(share), low: short(low), high: short(high) },
      ...{ base: short(second / counts.all), lift: short(lift), npmi: short(npmi), p: short(p), verdict },
    };
    return { counts, measured };
  });
  const strength = ({ measured }: (typeof shown)[number]): number => Math.abs(Math.log(measured.lift));
  const rank = ({ measured }: (typeof shown)[number]): number => VERDICTS.indexOf(measured.verdict);
  shown.sort((a, b) => rank(a) - rank(b) || strength(b) - strength(a) || b.measured.both - a.measured.both);
  return { shown, tested: all.length, hidden: all.length - often.length };
}

function placeOf(at: Touchpoint, blueprint: Blueprint): AssociationPlace {
  const stage = at.stage === null ? null : (blueprint.stages[at.stage]?.id ?? null);
  return { touchpoint: at.id, name: { customer: at.name, internal: at.internal }, owner: at.owner, stage };
}

/** Whether the plan leads on from one touchpoint to another: in the same stage, or in one that comes next. */
function isPlanned({ stages, touchpoints }: Blueprint, after: number, then: number): boolean {
  const [from, to] = [touchpoints[after]?.stage ?? null, touchpoints[then]?.stage ?? null];
  if (from === null || to === null) return false;
  return from === to || from + 1 === to || stages[from]?.next.has(to) === true;
}

function pairOf(counts: Following, measured: Associated, blueprint: Blueprint): FollowingPair {
  const id = (touchpoint: number): string => blueprint.touchpoints[touchpoint]?.id ?? '';
  const { after, then, medianGap } = counts;
  return { ...measured, after: id(after), then: id(then), medianGap: medianGap ?? 0, planned: isPlanned(blueprint, after, then) };
}

/** The stage with most cases that fared badly there; null: there was no visit. */
function worstStage(passages: readonly Passage[], { stages }: Blueprint): number | null {
  let worst: { readonly stage: number; readonly bad: number } | null = null;
  for (const { index } of stages) {
    const arrivals = passages.flatMap((passage) => arrivalAt(passage, index) ?? []);
    const bad = arrivals.filter((arrival) => arrival.bad).length;
    if (arrivals.length > 0 && bad > (worst?.bad ?? -1)) worst = { stage: index, bad };
  }
  return worst?.stage ?? null;
}

function upstream(passages: readonly Passage[], { blueprint, stage }: AssociationInput): AssociationView['upstream'] {
  const index = stage === undefined ? worstStage(passages, blueprint) : (blueprint.stages.find(({ id }) => id === stage)?.index ?? null);
  if (index === null) return { stage: null, cases: 0, bad: 0, places: [], tested: 0, hidden: 0 };
  const arrivals = passages.flatMap((passage) => arrivalAt(passage, index) ?? []);
  const { shown, tested, hidden } = associated(upstreamOf(passages, blueprint.touchpoints.length, index));
  const places = shown.map(({ counts, measured }): UpstreamPlace => ({
    ...measured,
    passed: blueprint.touchpoints[counts.passed]?.id ?? '',
  }));
  return {
    stage: blueprint.stages[index]?.id ?? null,
    cases: arrivals.length,
    bad: arrivals.filter(({ bad }) => bad).length,
    ...{ places, tested, hidden },
  };
}

const ratioOf = ({ ratio: value, low, high, chiSquared, p }: RiskRatio): NonNullable<ContagionView['ratio']> => ({
  ...{ value, low, high, chiSquared, p },
});

/** Whether the groups may have been alike before: the ratio then may be 1, or nobody of either had been there. Null: cannot be told. */
function mayHaveBeenAlike({ before, bad, others }: Contagion): boolean | null {
  if (before !== null) return before.low <= 1 && before.high >= 1;
  return bad.usedBefore + others.usedBefore === 0 ? true : null;
}

const isFew = ({ bad, others, after }: Contagion): boolean =>
  after === null || bad.n < UNCERTAIN || others.n < UNCERTAIN || bad.used + others.used < LEAST_TOGETHER;

/**
 * How likely chance alone is. The correction for continuity is squared too where there is next to no difference and hardly anybody who could make
 * one: what the interval says comes first.
 */
const chanceOf = ({ low, high, p }: RiskRatio): number => (low <= 1 && high >= 1 ? 1 : p);

function verdictOf(one: Contagion, clear: number): ContagionView['verdict'] {
  if (isFew(one) || one.after === null) return 'few';
  const alike = mayHaveBeenAlike(one);
  if (alike !== true) return alike === null ? 'unknown' : 'differed';
  return chanceOf(one.after) > clear ? 'chance' : one.after.ratio < 1 ? 'less' : 'more';
}

const RANK: Readonly<Record<ContagionView['verdict'], number>> = { less: 0, more: 0, differed: 1, unknown: 1, chance: 2, few: 3 };

function* contagion({ blueprint, travellers, window, position }: AssociationInput): Generator<undefined, ContagionView[]> {
  const owners = [...new Set(blueprint.touchpoints.map(({ owner }) => owner))];
  const by = { window: ASSOCIATION_WINDOWS[window], until: position.at, reach: reaches(blueprint) };
  const all: Contagion[] = [];
  for (const from of owners)
    for (const to of owners) {
      yield;
      const exposed = from === to ? [] : exposedTo(travellers, { from, to }, by);
      if (exposed.length > 0) all.push(contagionBetween({ from, to }, exposed));
    }
  const clear = clearUpTo(
    all.flatMap((one) => (one.after === null || isFew(one) ? [] : [chanceOf(one.after)])),
    FALSE_SHARE,
  );
  return all
    .map((one): ContagionView => {
      const { from, to, bad, others, after, before } = one;
      const verdict = verdictOf(one, clear);
      return { from, to, bad, others, ratio: after && ratioOf(after), before: before && ratioOf(before), verdict };
    })
    .sort((a, b) => RANK[a.verdict] - RANK[b.verdict] || (a.ratio?.p ?? 1) - (b.ratio?.p ?? 1) || b.bad.n - a.bad.n);
}

/** What goes together in a journey: never what causes what. Pure; in steps, so that others can have their turn in between. */
export function* associationInSteps(input: AssociationInput): Generator<undefined, AssociationView> {
  const { blueprint, window, position, from, until, travellers } = input;
  const passages = travellers.flatMap((traveller) => traveller.passages);
  const watching = { window: ASSOCIATION_WINDOWS[window], until: position.at };
  const pairs = associated(followings(passages, blueprint.touchpoints.length, watching));
  yield;
  const origin = upstream(passages, input);
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    ...{ window, position },
    cohort: { from, until, cases: passages.length, customers: travellers.length },
    limited: input.limited,
    leftOut: input.leftOut,
    unreadable: input.unreadable,
    places: blueprint.touchpoints.map((at) => placeOf(at, blueprint)),
    stages: blueprint.stages.map(({ id, name }) => ({ stage: id, name })),
    pairs: pairs.shown.map(({ counts, measured }) => pairOf(counts, measured, blueprint)),
    pairsTested: { tested: pairs.tested, hidden: pairs.hidden },
    upstream: origin,
    contagion: yield* contagion(input),
  };
}
