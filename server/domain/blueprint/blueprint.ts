import { rulesOf } from '../friction/rules.ts';
import type { FrictionRules } from '../friction/rules.ts';
import type { Channel, Clue, Controller, JourneyFile, Names, Phase, StageSummary, TouchpointFile } from '#lib/contract/index.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Calendar } from '../kernel/calendar.ts';
import { CellKeys } from '../kernel/counters.ts';
import { compileCalendars } from './calendars.ts';
import type { Calendars } from './calendars.ts';
import { compilePromises } from './promise-rule.ts';
import type { PromiseRule } from './promise-rule.ts';
import { compileStandard } from './standard.ts';
import type { SpecialStandard, StandardTime } from './standard.ts';
import { variantFiles } from './variant.ts';
import type { VariantOf } from './variant.ts';

export { checkJourney } from './check.ts';
export type { BlueprintProblem } from './check.ts';

/** A stage of a journey, by its place in the order. */
export interface Stage {
  readonly index: number;
  readonly id: string;
  readonly name: Names;
  /** the department that answers for it */
  readonly owner: string;
  readonly phase: Phase;
  readonly needs: readonly string[];
  readonly wants: readonly string[];
  /** the stage's own; ms; null: none set */
  readonly standardMs: number | null;
  readonly standard: StandardTime | null;
  /** where segment or channel of entry ask for another; most particular first */
  readonly standards: readonly SpecialStandard[];
  readonly expectedPerDay: number | null;
  /** when cases come here; null: around the clock */
  readonly hours: Calendar | null;
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
  readonly index: number;
  readonly name: string;
  /** what the company calls it */
  readonly internal: string;
  readonly stage: number | null;
  readonly phase: Phase | null;
  readonly required: boolean;
  /** name of the choice of which a case takes one; null: none */
  readonly exclusive: string | null;
  /** a case has it at most this often; null: as often as it likes */
  readonly most: number | null;
  readonly expectedPerDay: number | null;
  /** when it is served; null: around the clock */
  readonly hours: Calendar | null;
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

/** A feed that tells of touchpoints. */
export interface Source {
  readonly id: string;
  readonly name: string;
  /** still for longer, it is down */
  readonly silentAfter: StandardTime;
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
  readonly sources: readonly Source[];
  /** what friction is judged by where no configuration was published */
  readonly friction: FrictionRules;
  readonly promises: readonly PromiseRule[];
  readonly calendars: Calendars;
  /** what is expected of some cases; empty in a variant itself */
  readonly variants: readonly VariantOf<Blueprint>[];
  /** of which variant this is the blueprint; null: of none, it is the journey's own */
  readonly variant: string | null;
  /** names of the cells its numbers are kept under */
  readonly cells: CellKeys;
  /** Finds the touchpoint of an event: by its id, else the first in file order whose match holds. */
  match(event: StoredEvent): Touchpoint | undefined;
}

type Rule = TouchpointFile['match'][number];

function holds(rule: Rule, event: StoredEvent): boolean {
  if (rule.touchpoint !== undefined && rule.touchpoint !== event.touchpoint) return false;
  if (rule.channel !== undefined && rule.channel !== event.channel) return false;
  if (rule.topic !== undefined && rule.topic !== event.topic) return false;
  if (rule.outcome !== undefined && rule.outcome !== event.outcome) return false;
  if (rule.attributes === undefined) return true;
  for (const [name, value] of Object.entries(rule.attributes)) if (event.attributes?.[name] !== value) return false;
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

/** The owner of a stage: named, else the department to which most of its touchpoints belong, the first of equals. */
function stageOwner(file: JourneyFile, stage: JourneyFile['stages'][number]): string {
  if (stage.owner !== undefined) return stage.owner;
  const counts = new Map<string, number>();
  for (const touchpoint of file.touchpoints)
    if (touchpoint.stage === stage.id) counts.set(touchpoint.owner, (counts.get(touchpoint.owner) ?? 0) + 1);
  let best = '';
  for (const [owner, count] of counts) if (count > (counts.get(best) ?? 0)) best = owner;
  return best;
}

function compileStages(file: JourneyFile, calendars: Calendars): Stage[] {
  const place = new Map(file.stages.map((s, i) => [s.id, i]));
  return file.stages.map((s, index): Stage => {
    const owner = stageOwner(file, s);
    const calendar = calendars.of(owner);
    const standard = s.standard === undefined ? null : compileStandard(s.standard, calendar);
    return {
      index,
      id: s.id,
      name: s.name,
      owner,
      phase: s.phase ?? (s.after ? 'using' : 'buying'),
      needs: s.needs,
      wants: s.wants,
      standardMs: standard?.ms ?? null,
      standard,
      standards: s.standards
        .map((one) => ({
          segment: one.segment ?? null,
          channel: one.channel ?? null,
          standard: compileStandard(one.time, calendar),
        }))
        .sort((a, b) => particularity(b) - particularity(a)),
      expectedPerDay: s.expectedPerDay ?? null,
      hours: s.hours === 'working' ? calendar : null,
      idleMs: s.idle ?? file.idle,
      next: new Set(s.next.map((id) => place.get(id) ?? -1)),
      after: s.after,
      dwell: s.dwell === undefined ? null : { medianMs: s.dwell.median, mad: s.dwell.mad },
    };
  });
}

function particularity(one: { readonly segment: string | null; readonly channel: Channel | null }): number {
  return (one.segment === null ? 0 : 2) + (one.channel === null ? 0 : 1);
}

function compileTouchpoints(file: JourneyFile, stages: readonly Stage[], calendars: Calendars): Touchpoint[] {
  const first = stages.findIndex((s) => !s.after);
  const place = new Map(stages.map((s) => [s.id, s.index]));
  return file.touchpoints.map((t, index): Touchpoint => {
    const stage = t.stage === undefined ? null : (place.get(t.stage) ?? null);
    return {
      id: t.id,
      index,
      name: t.name,
      internal: t.internal ?? t.name,
      stage,
      phase: t.phase ?? (stage === null ? null : (stages[stage]?.phase ?? null)),
      required: t.required,
      exclusive: t.exclusive ?? null,
      most: t.most ?? null,
      expectedPerDay: t.expectedPerDay ?? null,
      hours: t.hours === 'working' ? calendars.of(t.owner) : null,
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
}

/** Compiles a checked journey file, and its variants with it. Pure. @param variant id of the variant whose file it is */
export function compileJourney(file: JourneyFile, variant: string | null = null): Blueprint {
  const calendars = compileCalendars(file);
  const stages = compileStages(file, calendars);
  const touchpoints = compileTouchpoints(file, stages, calendars);
  return {
    journey: file.journey,
    version: file.version,
    file,
    stages,
    steps: stages.filter((s) => !s.after).map((s) => s.index),
    touchpoints,
    sources: file.sources.map(({ id, name, silentAfter, calendar }) => ({
      id,
      name,
      silentAfter: compileStandard(silentAfter, calendars.get(calendar)),
    })),
    friction: rulesOf(file),
    promises: compilePromises(file, calendars),
    calendars,
    variants: variantFiles(file).map(({ variant: one, file: its }) => ({
      id: one.id,
      name: one.name,
      segments: one.segments ?? null,
      channels: one.channels ?? null,
      blueprint: compileJourney(its, one.id),
    })),
    variant,
    cells: new CellKeys(file.journey, file.version),
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

/** A version of a journey, and when it was published. */
export interface BlueprintVersion {
  readonly blueprint: Blueprint;
  /** ms */
  readonly publishedAt: number;
}

/** The journeys in all their versions; a case keeps the version under which it began. */
export interface Blueprints {
  /** the newest version of each journey, by journey id in order */
  readonly all: readonly Blueprint[];
  /** a version of a journey; without one the newest */
  get(journey: string, version?: number): Blueprint | undefined;
  /** The version under which a case begins at an instant: the last one published by then; before the first publication, the first. */
  inForce(journey: string, at: number): Blueprint | undefined;
  /** All versions of a journey, oldest first. */
  versions(journey: string): readonly BlueprintVersion[];
}

/** The kinds of identifiers by which journeys, in any of their versions, tell cases apart; each once. */
export function correlationKinds(blueprints: Blueprints): readonly string[] {
  const versions = blueprints.all.flatMap(({ journey }) => blueprints.versions(journey));
  return [...new Set(versions.flatMap(({ blueprint }) => blueprint.file.correlation ?? []))];
}

/** Gathers versions of journeys. */
export function blueprintsOf(list: readonly BlueprintVersion[]): Blueprints {
  const sorted = [...list].sort((a, b) =>
    a.blueprint.journey < b.blueprint.journey
      ? -1
      : a.blueprint.journey > b.blueprint.journey
        ? 1
        : a.blueprint.version - b.blueprint.version,
  );
  const byJourney = new Map<string, BlueprintVersion[]>();
  for (const version of sorted) byJourney.set(version.blueprint.journey, [...(byJourney.get(version.blueprint.journey) ?? []), version]);
  const all = [...byJourney.values()].flatMap((versions) => versions.at(-1)?.blueprint ?? []);
  const latest = new Map(all.map((b) => [b.journey, b]));
  const exact = new Map(
    [...byJourney].map(([journey, versions]) => [journey, new Map(versions.map((v) => [v.blueprint.version, v.blueprint]))]),
  );
  return {
    all,
    get: (journey, version) => (version === undefined ? latest.get(journey) : exact.get(journey)?.get(version)),
    inForce(journey, at) {
      const versions = byJourney.get(journey);
      return (versions?.findLast((v) => v.publishedAt <= at) ?? versions?.[0])?.blueprint;
    },
    versions: (journey) => byJourney.get(journey) ?? [],
  };
}
