import { DEFAULT_WEIGHTS } from '../friction/severity.ts';
import type { Channel, Clue, Component, Controller, JourneyFile, Names, StageSummary, TouchpointFile } from '#lib/contract/index.ts';
import type { StoredEvent } from '../event/event.ts';

/** A stage of a journey, by its place in the order. */
export interface Stage {
  readonly index: number;
  readonly id: string;
  readonly name: Names;
  /** ms; null: none set */
  readonly standardMs: number | null;
  /** ms without activity after which a case has left */
  readonly idleMs: number;
  /** stages a case may go to from here without it being a step back */
  readonly next: ReadonlySet<number>;
  readonly after: boolean;
  readonly dwell: { readonly medianMs: number; readonly mad: number } | null;
}

/** A touchpoint: placed in one stage, or accompanying (`stage` null). */
export interface Touchpoint {
  readonly id: string;
  readonly name: string;
  readonly stage: number | null;
  readonly owner: string;
  readonly channel: Channel;
  readonly channels: readonly Channel[];
  readonly controller: Controller;
  readonly clue: Clue;
  readonly mot: number;
  readonly waitMs: number;
  readonly entry: boolean;
  readonly closes: boolean;
  readonly excludes: boolean;
  readonly source: string | null;
}

/** A journey file made ready for folding: ids resolved to places, matching indexed by type. */
export interface Blueprint {
  readonly journey: string;
  readonly version: number;
  readonly file: JourneyFile;
  readonly stages: readonly Stage[];
  /** stage indexes that are steps of the funnel, in order; the last is the goal */
  readonly steps: readonly number[];
  readonly touchpoints: readonly Touchpoint[];
  readonly weights: Readonly<Record<Component, number>>;
  /** Finds the touchpoint of an event: by its id, else the first in file order whose match holds. */
  match(event: StoredEvent): Touchpoint | undefined;
}

/** Something wrong in a journey file: where, and what to do. */
export interface BlueprintProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Rule = TouchpointFile['match'][number];

function holds(rule: Rule, event: StoredEvent): boolean {
  if (rule.touchpoint !== undefined && rule.touchpoint !== event.touchpoint) return false;
  if (rule.channel !== undefined && rule.channel !== event.channel) return false;
  if (rule.topic !== undefined && rule.topic !== event.topic) return false;
  if (rule.outcome !== undefined && rule.outcome !== event.outcome) return false;
  for (const [name, value] of Object.entries(rule.attributes ?? {})) if (event.attributes?.[name] !== value) return false;
  return true;
}

interface Candidate {
  readonly order: number;
  readonly rule: Rule;
  readonly touchpoint: Touchpoint;
}

/** Indexes match rules by event type, so that an event is held against few of them. */
function matcher(file: JourneyFile, touchpoints: readonly Touchpoint[]): Blueprint['match'] {
  const byId = new Map(touchpoints.map((t) => [t.id, t]));
  const byType = new Map<string, Candidate[]>();
  const loose: Candidate[] = [];
  let order = 0;
  file.touchpoints.forEach((entry, i) => {
    const touchpoint = touchpoints[i];
    if (touchpoint === undefined) return;
    for (const rule of entry.match) {
      const candidate = { order: order++, rule, touchpoint };
      if (rule.type === undefined || rule.type.endsWith('*')) loose.push(candidate);
      else byType.set(rule.type, [...(byType.get(rule.type) ?? []), candidate]);
    }
  });
  const looseHolds = (c: Candidate, event: StoredEvent): boolean =>
    (c.rule.type === undefined || (event.type ?? '').startsWith(c.rule.type.slice(0, -1))) && holds(c.rule, event);
  return (event) => {
    const named = event.touchpoint === undefined ? undefined : byId.get(event.touchpoint);
    if (named !== undefined) return named;
    const exact = byType.get(event.type ?? '')?.find((c) => holds(c.rule, event));
    const other = loose.find((c) => looseHolds(c, event));
    if (exact === undefined) return other?.touchpoint;
    return other !== undefined && other.order < exact.order ? other.touchpoint : exact.touchpoint;
  };
}

/** Everything in a journey file that the schema alone cannot see. Empty: it can be published. */
export function checkJourney(file: JourneyFile): BlueprintProblem[] {
  const problems: BlueprintProblem[] = [];
  const stages = new Set<string>();
  file.stages.forEach((stage, i) => {
    if (stages.has(stage.id)) problems.push({ path: ['stages', i, 'id'], message: `stage "${stage.id}" stands twice` });
    stages.add(stage.id);
  });
  file.stages.forEach((stage, i) =>
    stage.next.forEach((next, k) => {
      if (!stages.has(next)) problems.push({ path: ['stages', i, 'next', k], message: `there is no stage "${next}"` });
    }),
  );
  const seen = new Set<string>();
  file.touchpoints.forEach((touchpoint, i) => {
    if (seen.has(touchpoint.id)) problems.push({ path: ['touchpoints', i, 'id'], message: `touchpoint "${touchpoint.id}" stands twice` });
    seen.add(touchpoint.id);
    if (touchpoint.stage !== undefined && !stages.has(touchpoint.stage))
      problems.push({ path: ['touchpoints', i, 'stage'], message: `there is no stage "${touchpoint.stage}"` });
    if (touchpoint.source !== undefined && !file.sources.some((s) => s.id === touchpoint.source))
      problems.push({ path: ['touchpoints', i, 'source'], message: `there is no source "${touchpoint.source}"` });
  });
  file.stages.forEach((stage, i) => {
    if (!file.touchpoints.some((t) => t.stage === stage.id))
      problems.push({ path: ['stages', i, 'id'], message: `no touchpoint leads to stage "${stage.id}": it can never be reached` });
  });
  if (file.stages.filter((s) => !s.after).length < 2)
    problems.push({ path: ['stages'], message: 'a funnel needs at least two stages that are not marked "after"' });
  return problems;
}

/** Compiles a checked journey file. Pure. */
export function compileJourney(file: JourneyFile): Blueprint {
  const place = new Map(file.stages.map((s, i) => [s.id, i]));
  const stages = file.stages.map((s, index): Stage => ({
    index,
    id: s.id,
    name: s.name,
    standardMs: s.standard ?? null,
    idleMs: s.idle ?? file.idle,
    next: new Set(s.next.map((id) => place.get(id) ?? -1)),
    after: s.after,
    dwell: s.dwell === undefined ? null : { medianMs: s.dwell.median, mad: s.dwell.mad },
  }));
  const first = stages.findIndex((s) => !s.after);
  const touchpoints = file.touchpoints.map((t): Touchpoint => {
    const stage = t.stage === undefined ? null : (place.get(t.stage) ?? null);
    return {
      id: t.id,
      name: t.name,
      stage,
      owner: t.owner,
      channel: t.channel,
      channels: [t.channel, ...(t.channels ?? [])],
      controller: t.controller,
      clue: t.clue,
      mot: t.mot,
      waitMs: t.wait ?? file.wait,
      entry: t.entry || (stage !== null && stage === first),
      closes: t.closes,
      excludes: t.excludes,
      source: t.source ?? null,
    };
  });
  return {
    journey: file.journey,
    version: file.version,
    file,
    stages,
    steps: stages.filter((s) => !s.after).map((s) => s.index),
    touchpoints,
    weights: { ...DEFAULT_WEIGHTS, ...file.weights },
    match: matcher(file, touchpoints),
  };
}

/** A stage is marked as a moment of truth where one of its touchpoints weighs at least this share of the heaviest in the journey. */
const MOT_SHARE = 0.8;

/** What the pages need to know of a stage. */
export function stageSummary(blueprint: Blueprint, stage: Stage): StageSummary {
  const here = blueprint.touchpoints.filter((t) => t.stage === stage.index);
  const heaviest = Math.max(0, ...blueprint.touchpoints.map((t) => t.mot));
  return {
    stage: stage.id,
    name: stage.name,
    after: stage.after,
    mot: heaviest > 0 && here.some((t) => t.mot >= MOT_SHARE * heaviest),
    standardMs: stage.standardMs,
    owners: [...new Set(here.map((t) => t.owner))],
  };
}

/** The blueprints in force, by journey id in order; a case keeps the version under which it began. */
export interface Blueprints {
  readonly all: readonly Blueprint[];
  get(journey: string, version?: number): Blueprint | undefined;
}

/** Gathers blueprints; the last version of a journey is the one in force. */
export function blueprintsOf(list: readonly Blueprint[]): Blueprints {
  const sorted = [...list].sort((a, b) => (a.journey < b.journey ? -1 : a.journey > b.journey ? 1 : a.version - b.version));
  const latest = new Map(sorted.map((b) => [b.journey, b]));
  const exact = new Map(sorted.map((b) => [`${b.journey}@${b.version}`, b]));
  return {
    all: [...latest.values()],
    get: (journey, version) => (version === undefined ? latest.get(journey) : exact.get(`${journey}@${version}`)),
  };
}
