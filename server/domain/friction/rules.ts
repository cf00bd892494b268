import { COMPONENTS } from '#lib/contract/index.ts';
import type { Component, FrictionFile, FrictionScope, JourneyFile } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { Weights } from './friction.ts';
import {
  COUNT_HALVES,
  DEFAULT_PROMISE_HALF_HOURS,
  DEFAULT_WEIGHTS,
  DWELL_HALF_Z,
  DWELL_TOLERANCE_Z,
  WAIT_HALF_STANDARDS,
  WAIT_TOLERANCE_STANDARDS,
  WARNED_FACTOR,
} from './severity.ts';

/** What the friction of a visit is judged by: one version, for one journey and segment. Immutable. */
export interface FrictionRules {
  /** 0: the defaults in the program and in the journey file */
  readonly version: number;
  readonly weights: Weights;
  /** what weighs half: see the contract's `frictionFile` */
  readonly half: Readonly<Record<Component, number>>;
  /** hours late that weigh half, per kind of promise */
  readonly promiseHalf: Readonly<Record<string, number>>;
  readonly tolerance: { readonly wait: number; readonly dwell: number };
  readonly warned: number;
  /** ms, per touchpoint, where it differs from the journey's own */
  readonly waits: Readonly<Record<string, number>>;
  /** per stage, where it differs from the journey's own */
  readonly dwell: Readonly<Record<string, { readonly medianMs: number; readonly mad: number }>>;
  /** null: estimated */
  readonly kappa: number | null;
}

const DEFAULTS: FrictionRules = Object.freeze({
  version: 0,
  weights: DEFAULT_WEIGHTS,
  half: {
    ...COUNT_HALVES,
    wait: WAIT_HALF_STANDARDS,
    dwell: DWELL_HALF_Z,
    promise_missed: DEFAULT_PROMISE_HALF_HOURS,
  },
  promiseHalf: {},
  tolerance: { wait: WAIT_TOLERANCE_STANDARDS, dwell: DWELL_TOLERANCE_Z },
  warned: WARNED_FACTOR,
  waits: {},
  dwell: {},
  kappa: null,
});

function over(record: Readonly<Record<Component, number>>, own: Readonly<Partial<Record<Component, number>>>): Record<Component, number> {
  const merged: Record<Component, number> = { ...record };
  for (const component of COMPONENTS) merged[component] = own[component] ?? merged[component];
  return merged;
}

/** Rules with what a narrower scope says in their place. */
function narrowed(rules: FrictionRules, own: Partial<FrictionScope>): FrictionRules {
  const dwell = Object.entries(own.dwell ?? {}).map(([stage, usual]) => [stage, { medianMs: usual.median, mad: usual.mad }] as const);
  return {
    version: rules.version,
    weights: over(rules.weights, own.weights ?? {}),
    half: over(rules.half, own.half ?? {}),
    promiseHalf: { ...rules.promiseHalf, ...own.promiseHalf },
    tolerance: { wait: own.tolerance?.wait ?? rules.tolerance.wait, dwell: own.tolerance?.dwell ?? rules.tolerance.dwell },
    warned: own.warned ?? rules.warned,
    waits: { ...rules.waits, ...own.waits },
    dwell: { ...rules.dwell, ...Object.fromEntries(dwell) },
    kappa: own.kappa ?? rules.kappa,
  };
}

/** What a journey file says about friction. */
export type JourneySays = Pick<JourneyFile, 'journey' | 'weights' | 'promiseHalf'>;

/** The rules of a journey: defaults, the configuration, the journey's own file, its part of the configuration, the segment's. */
export function rulesOf(journey: JourneySays, segment: string | null = null, file: FrictionFile | null = null): FrictionRules {
  const wide = file === null ? DEFAULTS : { ...narrowed(DEFAULTS, file), version: file.version };
  const own = narrowed(wide, { weights: journey.weights, promiseHalf: journey.promiseHalf });
  const here = file?.journeys[journey.journey];
  if (here === undefined) return own;
  const its = narrowed(own, here);
  const special = segment === null ? undefined : here.segments[segment];
  return special === undefined ? its : narrowed(its, special);
}

/** One published version, and from when on visits are judged by it, ms. */
export interface FrictionVersion {
  readonly file: FrictionFile;
  readonly from: number;
}

/** All versions of the configuration: which of them holds for a visit. */
export interface FrictionHistory {
  /** The version for a visit that began at an instant; undefined: the defaults. Of several, the highest. */
  versionAt(at: number): FrictionVersion | undefined;
  /** The rules for a visit of a segment that began at an instant. */
  rulesFor(blueprint: Blueprint, segment: string, at: number): FrictionRules;
  /** versions, lowest first */
  readonly versions: readonly FrictionVersion[];
}

/** Puts the published versions together. Rules are made once per version, blueprint and segment. */
export function frictionHistory(published: readonly FrictionVersion[]): FrictionHistory {
  const versions = [...published].sort((a, b) => a.file.version - b.file.version);
  const made = new Map<FrictionVersion, Map<Blueprint, Map<string, FrictionRules>>>();
  const versionAt = (at: number): FrictionVersion | undefined => {
    for (let i = versions.length - 1; i >= 0; i--) {
      const version = versions[i];
      if (version !== undefined && version.from <= at) return version;
    }
    return undefined;
  };
  return {
    versions,
    versionAt,
    rulesFor(blueprint, segment, at) {
      const version = versionAt(at);
      if (version === undefined) return blueprint.friction;
      let ofVersion = made.get(version);
      if (ofVersion === undefined) made.set(version, (ofVersion = new Map<Blueprint, Map<string, FrictionRules>>()));
      let ofBlueprint = ofVersion.get(blueprint);
      if (ofBlueprint === undefined) ofVersion.set(blueprint, (ofBlueprint = new Map<string, FrictionRules>()));
      // Segments are the customers' own words, and may be many: those without a part of their own share the journey's.
      const named = version.file.journeys[blueprint.journey]?.segments[segment] === undefined ? '' : segment;
      let rules = ofBlueprint.get(named);
      if (rules === undefined) ofBlueprint.set(named, (rules = rulesOf(blueprint.file, named === '' ? null : named, version.file)));
      return rules;
    },
  };
}
