import { EMOTIONS, EMOTION_SOURCES as SOURCES } from '#lib/contract/index.ts';
import type { TimelineItem, TimelineTouchpoint } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints, Touchpoint } from '../blueprint/blueprint.ts';
import type { CaseState, CustomerState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { isCustomersText } from '../emotion/annotations.ts';
import { feelingsOf } from '../emotion/feelings.ts';
import { isStaffWord, mayTakeBack } from '../event/staff.ts';
import { signalsOf } from '../friction/signals.ts';
import { isEmotionCorrection, nameOf, streamId } from '../event/event.ts';
import { caseAt, matchOf } from './matched.ts';
import type { Matched } from './matched.ts';

/** An event that came more than this after it happened, behind later ones, is marked late. */
const LATE_MS = 120_000;

function stageOf(one: CaseState | undefined, event: StoredEvent, matched: Matched): Blueprint['stages'][number] | undefined {
  if (matched.touchpoint.stage !== null) return matched.blueprint.stages[matched.touchpoint.stage];
  const stay = one?.stays.findLast((s) => s.from <= event.at);
  return stay === undefined ? undefined : matched.blueprint.stages[stay.stage];
}

function touchpointView(touchpoint: Touchpoint): TimelineTouchpoint {
  return {
    id: touchpoint.id,
    name: touchpoint.name,
    internal: touchpoint.internal,
    owner: touchpoint.owner,
    controller: touchpoint.controller,
    clue: touchpoint.clue,
    mot: touchpoint.mot > 0,
  };
}

/** What is known of the feeling in an event: a score before the text, and a person's word in place of what was inferred. */
function emotionOf(event: StoredEvent, { state, emotion }: ItemContext): TimelineItem['emotion'] {
  const [said] = emotion === 'off' ? [] : feelingsOf(event, state);
  if (said === undefined) return null;
  return {
    label: EMOTIONS[said.emotion] ?? 'unknown',
    valence: said.valence / 1000,
    confidence: said.confidence / 1000,
    source: SOURCES[said.rank] ?? 'text',
    why: said.kind === 'text' ? (event.emotion?.why ?? []) : said.kind === 'corrected' ? ['said by a person'] : [scoreWords(event)],
    intensity: said.kind === 'text' ? (event.emotion?.intensity ?? null) : null,
    effort: said.kind === 'text' ? (event.emotion?.effort ?? null) : null,
    corrected: said.kind === 'corrected',
  };
}

/** What an event promises; where it says no date or wording itself, those its journey gave it, as long as they are known. */
function promiseIn({ key, promise }: StoredEvent, state: CustomerState): TimelineItem['promise'] {
  if (promise === undefined) return null;
  const known = state.promises.find((one) => one.key === `${key}:${promise.kind}`);
  // A date that was given later is told where it was given.
  const ruled = known?.datedAt === known?.madeAt ? known?.firstDue : undefined;
  return { kind: promise.kind, due: promise.due ?? ruled ?? null, wording: promise.wording ?? (known?.wording || null) };
}

const scoreWords = ({ score }: StoredEvent): string => (score === undefined ? '' : `${score.kind} ${score.value}`);

export interface ItemContext {
  readonly state: CustomerState;
  readonly blueprints: Blueprints;
  /** earliest arrival among the events that happened later: what came after it came late */
  readonly laterReceived: number;
  /** `off`: emotions are not read here */
  readonly emotion?: 'off' | undefined;
}

/** One line of the timeline. Pure. */
export function itemOf(event: StoredEvent, context: ItemContext): TimelineItem {
  const { state, blueprints } = context;
  const matched = matchOf(event, { blueprints, state });
  const one = matched === null ? undefined : caseAt(state, event, matched);
  const stage = matched === null ? undefined : stageOf(one, event, matched);
  return {
    id: streamId(event),
    at: event.at,
    receivedAt: event.received,
    source: event.source,
    type: event.type ?? null,
    channel: event.channel ?? matched?.touchpoint.channel ?? null,
    touchpoint: matched === null ? null : touchpointView(matched.touchpoint),
    touchpointName: event.touchpoint ?? null,
    journey: matched?.blueprint.journey ?? null,
    stage: stage?.id ?? null,
    stageName: stage?.name ?? null,
    caseId: one?.id ?? null,
    text: event.text ?? null,
    emotion: emotionOf(event, context),
    mayCorrect: context.emotion !== 'off' && !state.noEmotion && isCustomersText(event),
    score: event.score === undefined ? null : { kind: event.score.kind, value: event.score.value },
    signals: signalsOf(event),
    promise: promiseIn(event, state),
    outcome: event.outcome ?? null,
    topic: event.topic ?? null,
    attributes: event.attributes ?? null,
    late: event.received - event.at > LATE_MS && event.received > context.laterReceived,
    suspect: event.suspect === true,
    retracted: state.retracted.includes(nameOf(event)),
    corrected: event.was !== undefined,
    ...(mayTakeBack(event) ? { saidHere: { by: actorNameOf(event), stated: isStaffWord(event) || isEmotionCorrection(event) } } : {}),
  };
}

/** Who said it, where it was said here. */
function actorNameOf(event: StoredEvent): string {
  const by = event.attributes?.['by'];
  return typeof by === 'string' ? by : '';
}
