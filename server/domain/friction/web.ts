import type { StoredEvent } from '../event/event.ts';
import type { Trace, VisitState } from '../customer/state.ts';

/** Kinds of traces. */
export const TRACE = { click: 0, page: 1, waiting: 2, burst: 3, form: 4 } as const;
/** Clicks within this time and distance are one burst, from the third on. */
const BURST_MS = 1000;
const BURST_CLICKS = 3;
const BURST_PX = 30;
/** A click that has not led to anything by then is dead. */
export const DEAD_MS = 3000;
/** An error this soon after a click is the click's. */
const ERROR_MS = 1000;
/** Back from a page within this time: it was not what was looked for. */
const QUICK_MS = 5000;
const QUICK_BACK = 0.5;
/** The same page so often within this time goes round in circles. */
const LOOP_MS = 15_000;
const LOOP_VIEWS = 3;
/** Pages kept whatever their age: the one before, and the one before that. */
const PAGES_KEPT = 2;

/** Something a web event made plain: how much of which component, and the instants of the events that make it. */
export interface WebHit {
  readonly component: 'rage_click' | 'dead_click' | 'error' | 'backtrack';
  readonly at: number;
  readonly value: number;
  readonly by: readonly number[];
}

const CLICKS = new Set(['click', 'element.clicked']);
/** Types that the detectors of this file follow. */
export const WEB_TYPES: readonly string[] = [...CLICKS, 'page.viewed', 'page.changed', 'error.shown', 'error.thrown'];

/** A text as a whole number of 32 bits (FNV-1a): elements and pages are compared, never shown, so their names are not kept. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function textIn(event: StoredEvent, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = event.attributes?.[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

const numberIn = (event: StoredEvent, name: string): number => {
  const value = event.attributes?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : -1;
};

function isNear(a: Trace, b: Trace): boolean {
  const [, , , ax = -1, ay = -1] = a;
  const [, , , bx = -1, by = -1] = b;
  if (ax < 0 || bx < 0) return true;
  return Math.hypot(ax - bx, ay - by) <= BURST_PX;
}

function rage(visit: VisitState, click: Trace): WebHit | null {
  const [, at, what] = click;
  const same = (kind: number): Trace[] =>
    visit.trace.filter((t) => t[0] === kind && t[2] === what && at - t[1] <= BURST_MS && isNear(t, click));
  const [running] = same(TRACE.burst);
  if (running !== undefined) {
    running[1] = at;
    return null;
  }
  const clicks = [...same(TRACE.click), click];
  if (clicks.length < BURST_CLICKS) return null;
  visit.trace.push([TRACE.burst, ...click.slice(1)] as Trace);
  return { component: 'rage_click', at, value: 1, by: clicks.map((t) => t[1]) };
}

/** A click: at an element, unless it selects text (three times quickly) or turns a number up and down. */
function clicked(visit: VisitState, event: StoredEvent): WebHit[] {
  const element = textIn(event, ['element', 'selector', 'elementId']);
  if (element === undefined) return [];
  const click: Trace = [TRACE.click, event.at, fingerprint(element), numberIn(event, 'x'), numberIn(event, 'y')];
  const counts = event.attributes?.['selection'] !== true && event.attributes?.['stepper'] !== true;
  const hit = counts ? rage(visit, click) : null;
  visit.trace.push(click);
  if (event.attributes?.['clickable'] === true) visit.trace.push([TRACE.waiting, event.at, click[2]]);
  return hit === null ? [] : [hit];
}

function viewed(visit: VisitState, event: StoredEvent): WebHit[] {
  const name = textIn(event, ['url', 'path', 'page']) ?? event.touchpoint;
  if (name === undefined) return [];
  const page: Trace = [TRACE.page, event.at, fingerprint(name)];
  const pages = visit.trace.filter((t) => t[0] === TRACE.page);
  const [before, last] = pages.slice(-2);
  visit.trace.push(page);
  const same = [...pages.filter((t) => t[2] === page[2] && event.at - t[1] < LOOP_MS), page];
  if (same.length >= LOOP_VIEWS) {
    visit.trace = visit.trace.filter((t) => !same.includes(t) || t === page);
    return [{ component: 'backtrack', at: event.at, value: 1, by: same.map((t) => t[1]) }];
  }
  const back = before !== undefined && last !== undefined && before[2] === page[2] && last[2] !== page[2] && event.at - last[1] < QUICK_MS;
  return back ? [{ component: 'backtrack', at: event.at, value: QUICK_BACK, by: [before[1], last[1], event.at] }] : [];
}

/** The clicks that an error is the answer to. */
function clicksBefore(visit: VisitState, at: number): number[] {
  return visit.trace.filter((t) => t[0] === TRACE.click && at - t[1] <= ERROR_MS).map((t) => t[1]);
}

function failed(visit: VisitState, event: StoredEvent): WebHit[] {
  const clicks = clicksBefore(visit, event.at);
  // An error that is shown is friction whatever led to it, and counted as such already; one that is not seen is only where a click met it.
  const value = event.type === 'error.thrown' ? 1 : 0;
  return clicks.length === 0 ? [] : [{ component: 'error', at: event.at, value, by: [...clicks, event.at] }];
}

/** Something came of the clicks that still wait: the case went on. */
export function answerClicks(visit: VisitState, at: number): void {
  visit.trace = visit.trace.filter((t) => t[0] !== TRACE.waiting || at - t[1] > DEAD_MS);
}

/** Takes in that something came: clicks that waited for it in vain are dead, those it answers are forgotten. */
function settle(visit: VisitState, event: StoredEvent): WebHit[] {
  const waiting = visit.trace.filter((t) => t[0] === TRACE.waiting);
  if (waiting.length === 0) return [];
  const dead = waiting.filter((t) => event.at - t[1] > DEAD_MS);
  const answers = !CLICKS.has(event.type ?? '');
  visit.trace = visit.trace.filter((t) => t[0] !== TRACE.waiting || (!dead.includes(t) && !answers));
  return dead.map((t) => ({ component: 'dead_click', at: t[1] + DEAD_MS, value: 1, by: [t[1]] }));
}

function forget(visit: VisitState, at: number): void {
  let pages = 0;
  for (let i = visit.trace.length - 1; i >= 0; i--) {
    const one = visit.trace[i];
    if (one === undefined || one[0] === TRACE.form || one[0] === TRACE.waiting) continue;
    const kept = one[0] === TRACE.page ? pages++ < PAGES_KEPT || at - one[1] < LOOP_MS : at - one[1] <= BURST_MS;
    if (!kept) visit.trace.splice(i, 1);
  }
}

/** Follows clicks, pages and errors of a visit. Changes its trace; @returns what they make plain, oldest first */
export function followWeb(visit: VisitState, event: StoredEvent): readonly WebHit[] {
  const type = event.type ?? '';
  const hits = settle(visit, event);
  forget(visit, event.at);
  if (CLICKS.has(type)) hits.push(...clicked(visit, event));
  else if (type === 'page.viewed') hits.push(...viewed(visit, event));
  else if (type === 'error.shown' || type === 'error.thrown') hits.push(...failed(visit, event));
  return hits;
}
