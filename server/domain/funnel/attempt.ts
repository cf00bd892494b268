import type { FunnelBreakdown } from '#lib/contract/index.ts';
import type { AttemptState, FunnelChain } from '../customer/state.ts';
import type { Funnel, FunnelEvent } from './compile.ts';
import { fieldOf } from './compile.ts';

/** An event as one funnel sees it: the steps and the exclusions it could stand for. */
export interface Sighting {
  readonly one: FunnelEvent;
  readonly at: number;
  readonly key: string;
  readonly steps: number;
  readonly exclusions: number;
}

/** One passage through a funnel: the attempt under way, and whether the passage is over for good. */
export interface Lane {
  readonly id: string;
  readonly case: string;
  open: AttemptState | null;
  done: boolean;
}

/** Told when an attempt begins, and before it changes. */
export interface Watch {
  begins(attempt: AttemptState): void;
  changes(attempt: AttemptState): void;
}

const has = (mask: number, bit: number): boolean => (mask & (1 << bit)) !== 0;

/** Last instant at which a chain can still go on: the end of its window, or of the patience after its last step. */
function lastChance(funnel: Funnel, [step, entry, last]: FunnelChain): number {
  return Math.min(entry + funnel.definition.windowMs, last + (funnel.patience[step] ?? 0));
}

/** The step an event takes a chain to: the next that must be done, else the nearest optional one before it; -1 where it leads nowhere. */
function stepFor(funnel: Funnel, chain: FunnelChain, sighting: Sighting): number {
  const [step, , last] = chain;
  const required = funnel.required[step] ?? 0;
  const fits = (k: number): boolean => {
    const { minMs = 0, maxMs = Infinity } = funnel.definition.steps[k] ?? {};
    const gap = sighting.at - last;
    return has(sighting.steps, k) && gap >= minMs && gap <= maxMs;
  };
  if (required < funnel.definition.steps.length && fits(required)) return required;
  for (let k = step + 1; k < required; k++) if (fits(k)) return k;
  return -1;
}

/**
 * Whether one more event can be given a step of its own, so that every event that counts so far keeps one (an augmenting path of a bipartite matching).
 * @param could the steps each event could stand for, as bits; the last is the new one
 */
function canAllStand(could: readonly number[], steps: number): boolean {
  const takenBy = new Array<number>(steps).fill(-1);
  const place = (event: number, seen: Set<number>): boolean => {
    for (let k = 0; k < steps; k++) {
      if (!has(could[event] ?? 0, k) || seen.has(k)) continue;
      seen.add(k);
      const other = takenBy[k] ?? -1;
      if (other === -1 || place(other, seen)) {
        takenBy[k] = event;
        return true;
      }
    }
    return false;
  };
  return could.every((_, event) => place(event, new Set()));
}

const MIXED = 'mixed';
const NOT_REACHED = 'not reached';
const UNKNOWN = 'unknown';
const OTHER = 'other';

function valueFor(breakdown: FunnelBreakdown, one: FunnelEvent): string {
  const value = fieldOf(one, breakdown.by);
  if (value === undefined) return UNKNOWN;
  return breakdown.values === undefined || breakdown.values.includes(value) ? value.slice(0, 64) : OTHER;
}

/** The group an attempt belongs to from a newly reached step on. */
function groupAt(breakdown: FunnelBreakdown, value: string, at: { readonly step: number; readonly before: string | undefined }): string {
  switch (breakdown.at) {
    case 'first':
      return at.before ?? value;
    case 'last':
      return value;
    case 'all':
      return at.before === undefined || at.before === value ? value : MIXED;
    case 'step':
      return at.step + 1 === breakdown.step ? value : (at.before ?? NOT_REACHED);
  }
}

function lastGroup(groups: readonly (number | string)[] | undefined): string | undefined {
  const value = groups?.at(-1);
  return value === undefined ? undefined : String(value);
}

/** Notes a step reached for the first time. */
function reach(funnel: Funnel, attempt: AttemptState, step: number, how: { readonly sighting: Sighting; readonly gap: number }): void {
  const { at, one } = how.sighting;
  attempt.steps[step] = at;
  attempt.gaps[step] = how.gap;
  attempt.next = '';
  attempt.nextAt = 0;
  funnel.definition.breakdowns.forEach((breakdown, i) => {
    const groups = (attempt.groups[i] ??= []);
    const before = lastGroup(groups);
    const group = groupAt(breakdown, valueFor(breakdown, one), { step, before });
    if (group !== before) groups.push(at, group);
  });
}

function begin(funnel: Funnel, lane: Lane, sighting: Sighting): AttemptState {
  const { at } = sighting;
  const steps = funnel.definition.steps.length;
  const attempt: AttemptState = {
    id: sighting.key.slice(0, 16),
    lane: lane.id,
    case: lane.case,
    channel: sighting.one.channel,
    segment: sighting.one.segment,
    entry: at,
    steps: new Array<number>(steps).fill(0),
    gaps: new Array<number>(steps).fill(0),
    chains: [[0, at, at]],
    could: funnel.definition.order === 'any' ? [sighting.steps] : [],
    convertedFrom: 0,
    excludedAt: 0,
    lostAt: 0,
    next: '',
    nextAt: 0,
    groups: [],
  };
  reach(funnel, attempt, 0, { sighting, gap: 0 });
  return attempt;
}

/** Where an event takes each chain: further, nowhere, or out. Of two that stand at one step the one entered later has every chance the other has. */
interface Moves {
  readonly chains: readonly FunnelChain[];
  readonly reached: readonly { readonly step: number; readonly entry: number; readonly gap: number }[];
  readonly excluded: 'remove' | 'end' | null;
}

function exclusionFor(funnel: Funnel, step: number, sighting: Sighting): 'remove' | 'end' | null {
  let effect: 'remove' | 'end' | null = null;
  funnel.definition.exclusions.forEach((exclusion, k) => {
    if (!has(sighting.exclusions, k) || step + 1 < exclusion.from || step + 1 >= exclusion.to || effect === 'remove') return;
    effect = exclusion.effect;
  });
  return effect;
}

function movesOf(funnel: Funnel, attempt: AttemptState, sighting: Sighting): Moves {
  const { at } = sighting;
  const chains: FunnelChain[] = [];
  const reached: { step: number; entry: number; gap: number }[] = [];
  let excluded: Moves['excluded'] = null;
  for (const chain of attempt.chains) {
    if (at > lastChance(funnel, chain)) continue;
    const [step, entry, last] = chain;
    const to = funnel.definition.order === 'any' ? stepInAnyOrder(funnel, attempt, sighting) : stepFor(funnel, chain, sighting);
    if (to >= 0) {
      reached.push({ step: to, entry, gap: at - last });
      keepLater(chains, [to, entry, at]);
      continue;
    }
    const effect = exclusionFor(funnel, step, sighting);
    if (effect !== null) excluded = excluded === 'remove' ? excluded : effect;
    else if (funnel.definition.order !== 'strict') keepLater(chains, chain);
  }
  return { chains, reached, excluded };
}

function stepInAnyOrder(funnel: Funnel, attempt: AttemptState, sighting: Sighting): number {
  if (sighting.steps === 0) return -1;
  const could = [...attempt.could, sighting.steps];
  return canAllStand(could, funnel.definition.steps.length) ? could.length - 1 : -1;
}

function keepLater(chains: FunnelChain[], chain: FunnelChain): void {
  const i = chains.findIndex(([step]) => step === chain[0]);
  const there = chains[i];
  if (there === undefined) chains.push(chain);
  else if (chain[1] > there[1] || (chain[1] === there[1] && chain[2] > there[2])) chains[i] = chain;
}

function isEntry(funnel: Funnel, sighting: Sighting): boolean {
  return funnel.definition.order === 'any' ? sighting.steps !== 0 : has(sighting.steps, 0);
}

/** What a person sees in an event that leads away from a funnel. */
function placeName(one: FunnelEvent): string {
  return one.touchpoints[0]?.touchpoint ?? 'unmapped';
}

/** Notes where the customer went after the step reached last. */
export function wentTo(attempt: AttemptState, one: FunnelEvent, at: number): void {
  attempt.next = placeName(one);
  attempt.nextAt = at;
}

/** The attempt takes an event in. @returns whether it is still open */
function takeIn(funnel: Funnel, attempt: AttemptState, sighting: Sighting): 'open' | 'converted' | 'remove' | 'ended' {
  const { at } = sighting;
  const { chains, reached, excluded } = movesOf(funnel, attempt, sighting);
  const goal = funnel.definition.steps.length - 1;
  if (reached.length > 0 && funnel.definition.order === 'any') attempt.could.push(sighting.steps);
  const fresh = [...reached].sort((a, b) => a.step - b.step || b.entry - a.entry).filter(({ step }) => attempt.steps[step] === 0);
  for (const { step, gap } of fresh) if (attempt.steps[step] === 0) reach(funnel, attempt, step, { sighting, gap });
  if (fresh.length === 0 && attempt.next === '') wentTo(attempt, sighting.one, at);
  const through = reached.filter(({ step }) => step === goal);
  if (through.length > 0) {
    attempt.convertedFrom = Math.max(...through.map(({ entry }) => entry));
    attempt.chains = [];
    attempt.lostAt = 0;
    return 'converted';
  }
  attempt.chains = [...chains].sort((a, b) => a[0] - b[0]);
  if (excluded === 'remove' || (excluded === 'end' && chains.length === 0)) {
    attempt.excludedAt = at;
    attempt.chains = [];
    attempt.lostAt = 0;
    return excluded === 'remove' ? 'remove' : 'ended';
  }
  if (funnel.definition.reentry === 'optimised' && isEntry(funnel, sighting)) {
    const kept = attempt.chains.filter(([step]) => step !== 0);
    attempt.chains = [[0, at, at], ...kept];
  }
  if (attempt.chains.length === 0) {
    attempt.lostAt = at;
    return 'ended';
  }
  attempt.lostAt = lostAt(funnel, attempt);
  return 'open';
}

/** Instant from which nothing can lead the attempt on any more, unless something happens before. */
function lostAt(funnel: Funnel, attempt: AttemptState): number {
  return Math.max(...attempt.chains.map((chain) => lastChance(funnel, chain))) + 1;
}

/** Gives up what the clock has ended. Changes no number: the end was booked before. */
export function lapse(funnel: Funnel, lane: Lane, at: number): void {
  if (lane.open === null || at < lane.open.lostAt) return;
  lane.open = null;
  if (funnel.definition.reentry === 'off') lane.done = true;
}

/** One event happens in a passage. */
export function happen(funnel: Funnel, lane: Lane, sighting: Sighting, watch: Watch): void {
  lapse(funnel, lane, sighting.at);
  const once = funnel.definition.reentry === 'off';
  if (lane.open !== null) {
    watch.changes(lane.open);
    const came = takeIn(funnel, lane.open, sighting);
    if (came === 'open') return;
    lane.open = null;
    if (once || came === 'remove') lane.done = true;
    if (came === 'converted') return;
  }
  if (lane.done || !isEntry(funnel, sighting)) return;
  const attempt = begin(funnel, lane, sighting);
  watch.begins(attempt);
  if (funnel.definition.steps.length === 1) {
    attempt.convertedFrom = sighting.at;
    attempt.chains = [];
    if (once) lane.done = true;
    return;
  }
  attempt.lostAt = lostAt(funnel, attempt);
  lane.open = attempt;
}
