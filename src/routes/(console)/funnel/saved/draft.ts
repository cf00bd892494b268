import { MOST_MATCHES } from '#lib/contract/funnel-definition.ts';
import type { FunnelBreakdown, FunnelDefinition, FunnelDefinitionInput, FunnelMatch } from '#lib/contract/funnel-definition.ts';
import type { FunnelWords, SavedFunnelSummary } from '#lib/contract/saved-funnel.ts';
import type { Names } from '#lib/contract/views.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { failure, inputProblems } from '#lib/components/failure.ts';
import * as m from '#messages/savedFunnel.ts';
import { problemText } from './problem-text.ts';

/** Units in which lengths of time are typed. */
const UNITS = { min: MINUTE, h: HOUR, d: DAY } as const;
export type Unit = keyof typeof UNITS;

/** A length of time as it is typed; an empty amount is none. */
export interface DraftSpan {
  amount: number | null;
  unit: Unit;
}

export interface DraftCondition {
  field: string;
  op: FunnelMatch['where'][number]['op'];
  value: string;
}

/** One way in which an event can stand for a step. */
export interface DraftMatch {
  kind: 'touchpoint' | 'type';
  value: string;
  /** event type that the touchpoint's events must have besides; empty: any */
  as: string;
  where: DraftCondition[];
}

export interface DraftStep {
  name: string;
  any: DraftMatch[];
  optional: boolean;
  min: DraftSpan;
  max: DraftSpan;
}

export interface DraftExclusion {
  any: DraftMatch[];
  from: number;
  to: number;
  effect: 'remove' | 'end';
}

export interface DraftBreakdown {
  by: string;
  at: FunnelBreakdown['at'];
  step: number;
  /** separated by commas */
  values: string;
}

/** A funnel while it is being made: everything as it stands in the form. */
export interface Draft {
  id: string | null;
  version: number | null;
  name: string;
  journey: string;
  order: FunnelDefinition['order'];
  window: DraftSpan;
  count: FunnelDefinition['count'];
  hold: string;
  reentry: FunnelDefinition['reentry'];
  steps: DraftStep[];
  exclusions: DraftExclusion[];
  breakdowns: DraftBreakdown[];
}

const noSpan = (): DraftSpan => ({ amount: null, unit: 'h' });

export function newMatch(): DraftMatch {
  return { kind: 'touchpoint', value: '', as: '', where: [] };
}

export function newStep(): DraftStep {
  return { name: '', any: [newMatch()], optional: false, min: noSpan(), max: noSpan() };
}

/** An empty form. */
export function newDraft(): Draft {
  return {
    id: null,
    version: null,
    name: '',
    journey: '',
    order: 'ordered',
    window: { amount: 7, unit: 'd' },
    count: 'customer',
    hold: '',
    reentry: 'after',
    steps: [newStep(), newStep()],
    exclusions: [],
    breakdowns: [
      { by: 'segment', at: 'first', step: 1, values: '' },
      { by: 'channel', at: 'first', step: 1, values: '' },
    ],
  };
}

/** A form that begins with the stages of a journey, each reached by any of the touchpoints that lead there. */
export function draftOfStages(journey: FunnelWords['journeys'][number], name: (names: Names) => string): Draft {
  return {
    ...newDraft(),
    name: name(journey.name),
    journey: journey.journey,
    count: 'case',
    window: spanOf(journey.windowMs),
    steps: journey.stages.map((stage) => ({
      ...newStep(),
      name: name(stage.name),
      any: stage.touchpoints.slice(0, MOST_MATCHES).map((value) => ({ ...newMatch(), value })),
    })),
  };
}

function spanOf(ms: number | undefined): DraftSpan {
  if (ms === undefined) return noSpan();
  const unit = (['d', 'h', 'min'] as const).find((one) => ms % UNITS[one] === 0) ?? 'min';
  return { amount: ms / UNITS[unit], unit };
}

function matchOf(match: FunnelMatch): DraftMatch {
  const kind = match.touchpoint === undefined ? 'type' : 'touchpoint';
  const as = match.touchpoint === undefined ? '' : (match.type ?? '');
  return { kind, value: match.touchpoint ?? match.type ?? '', as, where: match.where.map((one) => ({ ...one })) };
}

/** The form for a saved funnel. */
export function draftOf(definition: FunnelDefinition): Draft {
  const { id, version, name, journey, order, count, hold, reentry } = definition;
  return {
    ...{ id, version, name, order, count, reentry, journey: journey ?? '', hold: hold ?? '' },
    window: spanOf(definition.windowMs),
    steps: definition.steps.map((step) => ({
      name: step.name,
      any: step.any.map(matchOf),
      optional: step.optional,
      min: spanOf(step.minMs),
      max: spanOf(step.maxMs),
    })),
    exclusions: definition.exclusions.map(({ any, from, to, effect }) => ({ any: any.map(matchOf), from, to, effect })),
    breakdowns: definition.breakdowns.map(({ by, at, step, values }) => ({ by, at, step: step ?? 1, values: (values ?? []).join(', ') })),
  };
}

function millis({ amount, unit }: DraftSpan): number | undefined {
  return amount === null || Number.isNaN(amount) ? undefined : Math.round(amount * UNITS[unit]);
}

function definedMatch({ kind, value, as, where }: DraftMatch): FunnelDefinitionInput['steps'][number]['any'][number] {
  const [touchpoint, type] = kind === 'touchpoint' ? [value, as.trim()] : ['', value.trim()];
  return { ...(touchpoint === '' ? {} : { touchpoint }), ...(type === '' ? {} : { type }), where };
}

/** A short name for addresses: `Calls after ordering` -> `calls-after-ordering`, `Störung gelöst` -> `storung-gelost`. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 56);
  return slug === '' ? 'funnel' : slug;
}

/** The id of a new funnel: its name as an address, with a number where another has that one, as all names have in letters that no address holds. */
export function idFor(name: string, saved: readonly Pick<SavedFunnelSummary, 'id'>[]): string {
  const slug = slugOf(name);
  for (let number = 1; ; number++) {
    const id = number === 1 ? slug : `${slug}-${number}`;
    if (saved.every((one) => one.id !== id)) return id;
  }
}

/** Lets go of the touchpoints that the chosen journey does not have: they are to be chosen anew, and so is a name taken from one. */
export function keepTouchpointsOf(draft: Draft, touchpoints: FunnelWords['touchpoints']): void {
  const { journey } = draft;
  if (journey === '') return;
  const isOther = ({ kind, value }: DraftMatch) =>
    kind === 'touchpoint' && value !== '' && !touchpoints.some((one) => one.journey === journey && one.id === value);
  for (const owner of [...draft.steps, ...draft.exclusions])
    for (const match of owner.any.filter(isOther)) {
      if ('name' in owner && touchpoints.some(({ id, name }) => id === match.value && name === owner.name)) owner.name = '';
      match.value = match.as = '';
    }
}

/** What the form says, to be checked by whoever saves it. What it does not show where a step now stands is not meant. */
export function definitionOf(draft: Draft): FunnelDefinitionInput {
  const { name, journey, order, count, hold, reentry } = draft;
  return {
    ...{ id: draft.id ?? slugOf(name), name, order, count, reentry },
    ...(draft.version === null ? {} : { version: draft.version }),
    ...(journey === '' ? {} : { journey }),
    ...(hold === '' ? {} : { hold }),
    windowMs: millis(draft.window) ?? 0,
    steps: draft.steps.map((step, i) => {
      const { timed, inner } = shownOf(draft, i);
      const [minMs, maxMs] = timed ? [millis(step.min), millis(step.max)] : [];
      return {
        name: step.name,
        any: step.any.map(definedMatch),
        optional: inner && step.optional,
        ...(minMs === undefined ? {} : { minMs }),
        ...(maxMs === undefined ? {} : { maxMs }),
      };
    }),
    exclusions: draft.exclusions.map(({ any, from, to, effect }) => ({ any: any.map(definedMatch), from, to, effect })),
    breakdowns: draft.breakdowns.map(({ by, at, step, values }) => {
      const told = values
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== '');
      return { by, at, ...(at === 'step' ? { step } : {}), ...(told.length > 0 ? { values: told } : {}) };
    }),
  };
}

/** What can be said of the step at a place: times since the one before, and whether it may be left out. */
export function shownOf({ order, steps }: Pick<Draft, 'order' | 'steps'>, i: number): { readonly timed: boolean; readonly inner: boolean } {
  const timed = order !== 'any' && i > 0;
  return { timed, inner: timed && i < steps.length - 1 };
}

/** `['steps', 1, 'any', 0]` -> `Step 2, what counts`. */
function placeOf(path: readonly (string | number)[]): string {
  const words: string[] = [];
  path.forEach((part, i) => {
    const before = path[i - 1];
    if (typeof part === 'number') {
      if (typeof before === 'string' && m.isPlace(before)) words.push(m.place(before, { number: part + 1 }));
    } else if (!m.isPlace(part)) words.push(m.isPart(part) ? m.part(part) : part);
  });
  return words.join(', ');
}

/** What is wrong, in words, from what a refused call threw. */
export function problemsOf(thrown: unknown): string[] {
  const problems = inputProblems(thrown);
  const message = thrown instanceof Error ? thrown.message : '';
  if (problems.length === 0) return [message === '' ? m.noAnswer() : failure(thrown, message)];
  return problems.map(({ path, message: sentence }) => {
    const place = placeOf(path.filter((part, i) => i > 0 || part !== 'definition'));
    return `${place === '' ? '' : `${place}: `}${problemText(sentence)}`;
  });
}
