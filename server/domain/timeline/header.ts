import { EMOTIONS } from '#lib/contract/index.ts';
import type { CasePosition, CustomerHeader, EmotionNow, EmotionPoint, EmotionSource, Moment, PromiseView } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import type { CaseState, CustomerState, Evidence as Kept } from '../customer/state.ts';
import type { Evidence } from '../emotion/fusion.ts';
import { standardFor } from '../blueprint/standard.ts';
import { blueprintForCase } from '../blueprint/variant.ts';
import { arrival, deviationsOf } from '../conformance/conformance.ts';
import { converted, idleEnd, isOpen, lastStay, stageAt, stuckFrom } from '../case/case.ts';
import { classesOfValence } from '../emotion/classes.ts';
import { fuse, labelEvidence } from '../emotion/fusion.ts';
import { RANKS } from '../emotion/visit-feeling.ts';
import { promiseStateAt } from '../promise/dates.ts';

const SOURCES: readonly EmotionSource[] = ['survey', 'agent', 'text', 'behaviour'];

function evidenceOf(kept: Kept): Evidence {
  const [at, rank, valence, confidence, emotion, kind] = kept;
  if (rank === RANKS.survey)
    return {
      source: 'survey',
      at,
      reliability: 1,
      confidence: 1,
      halfLifeHours: kind === 'stars' ? 72 : 24,
      classes: classesOfValence(valence / 1000),
      valence: valence / 1000,
    };
  const label = EMOTIONS[emotion] ?? 'neutral';
  return labelEvidence(rank === RANKS.agent ? 'agent' : 'text', { label, valence: valence / 1000, confidence: confidence / 1000 }, at);
}

/** How the customer feels at an instant, by what was said and how long ago; unknown where that is too little. */
export function emotionNow(state: CustomerState, now: number): EmotionNow {
  const { label, valence, confidence, since, source } = fuse(state.evidence.map(evidenceOf), now);
  return { label, valence, confidence, since, source };
}

function lineOf(state: CustomerState): EmotionPoint[] {
  return state.evidence.map(([at, rank, valence, confidence, emotion]) => ({
    at,
    valence: valence / 1000,
    confidence: confidence / 1000,
    label: EMOTIONS[emotion] ?? 'unknown',
    source: SOURCES[rank] ?? 'behaviour',
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

function casePosition(one: CaseState, blueprints: Blueprints, now: number): CasePosition | null {
  const blueprint = blueprints.get(one.journey, one.version);
  const stay = lastStay(one);
  if (blueprint === undefined || stay === undefined) return null;
  const stage = stageAt(blueprint, stay.stage);
  const open = isOpen(one, blueprint, now);
  const overdue = stuckFrom(one, stay, blueprint);
  const stuck = open && overdue !== 0 && now >= overdue;
  const done = converted(one, blueprint);
  return {
    caseId: one.id,
    journey: one.journey,
    journeyName: blueprint.file.name,
    stage: stage.id,
    stageName: stage.name,
    openedAt: one.openedAt,
    since: stay.from,
    standardMs: standardFor(stageAt(blueprintForCase(blueprint, one), stay.stage), one)?.ms ?? null,
    state: stuck
      ? 'stuck'
      : open
        ? done && !stage.after
          ? 'completed'
          : 'open'
        : one.closedAt !== 0
          ? 'closed'
          : done
            ? 'completed'
            : now > idleEnd(one, blueprint)
              ? 'abandoned'
              : 'closed',
    step: one.steps.length,
    steps: blueprint.steps.length,
    version: one.version,
    deviations: deviationsOf(one, blueprint),
    arrival: arrival(one),
    wave: waveOf(one),
  };
}

function promiseViews(state: CustomerState, blueprints: Blueprints, now: number): PromiseView[] {
  return state.promises
    .map((p) => ({
      key: p.key,
      id: p.id,
      kind: p.kind,
      wording: p.wording === '' ? null : p.wording,
      madeAt: p.madeAt,
      due: p.due,
      state: promiseStateAt(p, now),
      metAt: p.metAt === 0 ? null : p.metAt,
      moved: p.warnedAt !== 0,
      stage: blueprints.get(p.journey, p.version)?.stages[p.stage]?.id ?? null,
    }))
    .reverse();
}

/** The head of a customer's page, from the folded state as it stands at an instant. Pure. */
export function headerOf(
  customer: string,
  state: CustomerState,
  at: { readonly blueprints: Blueprints; readonly now: number },
): CustomerHeader {
  const { blueprints, now } = at;
  const contact = state.lastContact;
  return {
    customer,
    name: state.name === '' ? null : state.name,
    segment: state.segment === '' ? null : state.segment,
    area: state.area === '' ? null : state.area,
    identifiers: state.identifiers.map(([kind, value, since]) => ({ kind, value, since })),
    events: state.events,
    firstAt: state.firstAt,
    lastAt: state.lastAt,
    lastContact: contact === null ? null : { at: contact[0], channel: contact[1], topic: contact[2] === '' ? null : contact[2] },
    cases: state.cases
      .map((one) => casePosition(one, blueprints, now))
      .filter((c) => c !== null)
      .reverse(),
    promises: promiseViews(state, blueprints, now),
    emotion: emotionNow(state, now),
    noEmotion: state.noEmotion,
    line: lineOf(state),
  };
}
