import { EMOTION_SOURCES, EMOTIONS, FINDINGS } from '#lib/contract/index.ts';
import type { CasePosition, CustomerHeader, EmotionPoint, Factor, Moment, PromiseView } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '../blueprint/blueprint.ts';
import type { FoldContext } from '../customer/applying.ts';
import type { CaseState, CustomerState, PromiseRecord } from '../customer/state.ts';
import { knownSince } from '../customer/state.ts';
import { standardFor } from '../blueprint/standard.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import { arrival, deviationsOf } from '../conformance/conformance.ts';
import { lastStay, stageAt, stuckFrom } from '../case/case.ts';
import { deadEndAt } from '../case/finding.ts';
import { standingAt } from '../case/standing.ts';
import { factorsDuring } from '../case/stay.ts';
import { waited } from '../silence/overdue.ts';
import type { WaitingCurve } from '../silence/overdue.ts';
import { recoveriesOf } from '../view/recovery.ts';
import { breaksAt, isDated, missedAt, promiseStateAt } from '../promise/dates.ts';
import { factorsDuring as promiseFactors } from '../promise/ledger.ts';
import { emotionNow } from './emotion-now.ts';

function lineOf(state: CustomerState): EmotionPoint[] {
  return state.evidence.map(([at, rank, valence, confidence, emotion]) => ({
    at,
    valence: valence / 1000,
    confidence: confidence / 1000,
    label: EMOTIONS[emotion] ?? 'unknown',
    source: EMOTION_SOURCES[rank] ?? 'behaviour',
  }));
}

/** The worst and the last moment of a case. */
function waveOf({ wave }: CaseState): CasePosition['wave'] {
  if (wave === null) return null;
  const moment = (at: number, valence: number, emotion: number): Moment => ({
    at,
    valence: valence / 1000,
    label: EMOTIONS[emotion] ?? 'unknown',
  });
  return { peak: moment(wave[0], wave[1], wave[2]), end: moment(wave[3], wave[4], wave[5]) };
}

/** What went wrong in a case up to an instant, newest first; the dead end that the clock alone has found is among it. */
function foundOf(one: CaseState, blueprint: Blueprint, now: number): CasePosition['found'] {
  const due = deadEndAt(one, blueprint);
  const pending = due !== 0 && due <= now ? [{ finding: 'dead_end' as const, at: due, events: [one.lastEvent] }] : [];
  const noted = one.found
    .filter(([at]) => at <= now)
    .map(([at, , finding, events]) => ({ finding: FINDINGS[finding] ?? ('dead_end' as const), at, events }));
  return [...noted, ...pending].sort((a, b) => b.at - a.at);
}

function casePosition(one: CaseState, blueprints: Blueprints, now: number): CasePosition | null {
  const blueprint = blueprints.get(one.journey, one.version);
  const stay = lastStay(one);
  if (blueprint === undefined || stay === undefined) return null;
  const stage = stageAt(blueprint, stay.stage);
  const overdue = stuckFrom(one, stay, blueprint);
  const standing = standingAt(one, blueprint, now);
  const open = standing?.[2] === 1;
  return {
    caseId: one.id,
    journey: one.journey,
    journeyName: blueprint.file.name,
    stage: stage.id,
    stageName: stage.name,
    openedAt: one.openedAt,
    since: stay.from,
    dueAt: open && overdue !== 0 ? overdue - 1 : null,
    standardMs: standardFor(stageAt(blueprintForCase(blueprint, one), stay.stage), one)?.ms ?? null,
    state: standing?.[1] ?? 'open',
    here: open,
    stuck: open && overdue !== 0 && now >= overdue,
    found: foundOf(one, blueprint, now),
    step: one.steps.length,
    steps: blueprint.steps.length,
    version: one.version,
    deviations: deviationsOf(one, blueprint),
    arrival: arrival(one),
    wave: waveOf(one),
    value: one.value === null ? null : { amount: one.value[0], currency: one.value[1] },
  };
}

/** What a header is read with: what the state was folded with, and what is known by now. */
export interface HeaderContext extends Pick<FoldContext, 'blueprints' | 'friction' | 'emotion'> {
  readonly factors: readonly Factor[];
  /** how others waited for a kind of promise */
  readonly curveOf?: ((blueprint: Blueprint, kind: string) => WaitingCurve | undefined) | undefined;
  readonly now: number;
}

/** How others waited for what is still not there. */
function waitedFor(promise: PromiseRecord, { blueprints, curveOf, now }: HeaderContext): PromiseView['waited'] {
  const state = promiseStateAt(promise, now);
  const blueprint = blueprints.get(promise.journey, promise.version);
  if (blueprint === undefined || (state !== 'open' && state !== 'broken')) return null;
  return waited(curveOf?.(blueprint, promise.kind), { since: promise.madeAt, now });
}

function promiseViews(state: CustomerState, context: HeaderContext): PromiseView[] {
  const { blueprints, factors, now } = context;
  return state.promises
    .filter(isDated)
    .map((p) => ({
      key: p.key,
      id: p.id,
      kind: p.kind,
      wording: p.wording === '' ? null : p.wording,
      madeAt: p.madeAt,
      due: p.due,
      graceMs: p.graceMs,
      brokenAt: breaksAt(p),
      state: promiseStateAt(p, now),
      metAt: p.metAt === 0 ? null : p.metAt,
      moved: p.due !== p.firstDue,
      toldBeforeMs: p.warnedAt === 0 ? null : p.firstDue - p.warnedAt,
      factors: missedAt(p) === 0 || missedAt(p) > now ? [] : promiseFactors(p, factors).map((factor) => factor.name),
      waited: waitedFor(p, context),
      stage: blueprints.get(p.journey, p.version)?.stages[p.stage]?.id ?? null,
    }))
    .reverse();
}

/** Factors at work while any case was in a stage, as far as they have begun. */
function factorsMet(state: CustomerState, { blueprints, factors, now }: HeaderContext): Factor[] {
  const met = state.cases.flatMap((one) => {
    const blueprint = blueprints.get(one.journey, one.version);
    return blueprint === undefined ? [] : one.stays.flatMap((stay) => factorsDuring(one, stay, { blueprint, factors }));
  });
  return [...new Set(met)].filter((factor) => factor.from <= now).sort((a, b) => b.from - a.from || (a.id < b.id ? -1 : 1));
}

/** The head of a customer's page, from the folded state as it stands at an instant. Pure. */
export function headerOf(customer: string, state: CustomerState, at: HeaderContext): CustomerHeader {
  const { blueprints, now } = at;
  const contact = state.lastContact;
  return {
    customer,
    name: state.name === '' ? null : state.name,
    segment: state.segment === '' ? null : state.segment,
    area: state.area === '' ? null : state.area,
    identifiers: state.identifiers.map(([kind, value, since]) => ({ kind, value, since })),
    groups: state.groups.map(([kind, value, account]) => ({ kind, value, account })),
    events: state.events,
    firstAt: knownSince(state),
    lastAt: state.lastAt,
    lastContact: contact === null ? null : { at: contact[0], channel: contact[1], topic: contact[2] === '' ? null : contact[2] },
    cases: state.cases
      .map((one) => casePosition(one, blueprints, now))
      .filter((c) => c !== null)
      .reverse(),
    promises: promiseViews(state, at),
    recoveries: recoveriesOf(state, at),
    factors: factorsMet(state, at),
    emotion: emotionNow(state, at),
    noEmotion: state.noEmotion,
    line: lineOf(state),
  };
}
