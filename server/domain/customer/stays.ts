import type { Blueprint } from '../blueprint/blueprint.ts';
import type { Match } from '../case/case.ts';
import { exclude, idleEnd, isExcludable, isNextStep, lapse, lastStay, stageAt, stayKey } from '../case/case.ts';
import { stayRow, touchStay } from '../case/stay.ts';
import { isSeen, takeStep, wayChange } from '../conformance/conformance.ts';
import { answerClicks } from '../friction/web.ts';
import type { Applying, Where } from './applying.ts';
import { blueprintOf, factorsOf } from './applying.ts';
import type { CaseState } from './state.ts';
import { TURN } from './tie.ts';
import { touchCase, touchDwell, touchVisit } from './touch.ts';

function beginStay(applying: Applying, one: CaseState, stage: number): void {
  const blueprint = blueprintOf(one, applying.context);
  if (blueprint === undefined) return;
  // What comes after a stay without a stage is told by the stay before: it ends with this one.
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  const stay = { stage, from: applying.event.at, until: 0, left: false };
  one.stays.push(stay);
  applying.touched.begin(stayKey(one, stay), () => stayRow(one, stay, blueprint, factorsOf(applying)));
}

function endStay(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const stay = lastStay(one);
  if (stay === undefined || stay.until !== 0) return;
  touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
  touchDwell(applying, one, blueprint);
  stay.until = applying.event.at;
  stay.left = true;
}

/** Moves the idle end of the case to follow this event, where that changes anything. */
export function keepAlive(applying: Applying, one: CaseState, blueprint: Blueprint): void {
  const last = Math.max(one.lastAt, applying.event.at);
  if (idleEnd(one, blueprint, last) !== idleEnd(one, blueprint)) {
    touchStay(applying.touched, one, { blueprint, factors: factorsOf(applying) });
    touchDwell(applying, one, blueprint);
  }
  one.lastAt = last;
}

/** Visits in other stages are over. A form that was begun in one is not given up: the case went on. */
function endVisits(applying: Applying, one: CaseState, here: { readonly stage: number; readonly blueprint: Blueprint }): void {
  for (const visit of applying.state.visits) {
    if (visit.case !== one.id || visit.stage === here.stage || visit.ended) continue;
    if (visit.trace.length > 0) {
      touchVisit(applying, visit, here.blueprint);
      answerClicks(visit, applying.event.at);
    }
    visit.ended = true;
  }
}

/** Puts the case where the touchpoint says, or keeps it where it is. Returns whether it went back a step that the journey does not allow. */
export function place(applying: Applying, one: CaseState, match: Match): boolean {
  const { event } = applying;
  const { blueprint, touchpoint } = match;
  lapse(one, blueprint, event.at);
  const stay = lastStay(one);
  const running = stay !== undefined && stay.until === 0;
  const target = touchpoint.stage ?? stay?.stage ?? null;
  if (target === null) return false;
  const advances = touchpoint.stage !== null && isNextStep(one, blueprint, event.at, target);
  // Its row shows how it got on and the first stay in each stage: most events change neither.
  if (advances || touchpoint.excludes || !one.stays.some((earlier) => earlier.stage === target)) touchCase(applying, one, blueprint);
  const moves = stay === undefined || stay.stage !== target;
  const back = stay !== undefined && moves && target < stay.stage && !stageAt(blueprint, stay.stage).next.has(target);
  if (running && moves) endStay(applying, one, blueprint);
  if (running && !moves) keepAlive(applying, one, blueprint);
  one.lastAt = Math.max(one.lastAt, event.at);
  if (moves || !running) beginStay(applying, one, target);
  one.closedAt = 0;
  if (moves) endVisits(applying, one, { stage: target, blueprint });
  if (advances) one.steps.push(event.at);
  if (touchpoint.excludes) excludeCase(applying, one, blueprint);
  return back;
}

/** Takes the case out of the funnel: out of a tie only once all of it is taken in, so that it costs no conversion. One that came before the entry excludes nothing. */
export function excludeCase({ event, tie }: Applying, one: CaseState, blueprint: Blueprint): void {
  if (tie === null) exclude(one, blueprint, event.at);
  else if (isExcludable(one, blueprint, event.at)) tie.push({ turn: TURN.excluded, run: () => exclude(one, blueprint, event.at) });
}

/** Holds the way of the case against the plan. */
export function followWay(
  applying: Applying,
  one: CaseState,
  moved: { readonly match: Match; readonly cameFrom: number | null; readonly back: boolean },
): void {
  const { blueprint, touchpoint } = moved.match;
  const stay = lastStay(one);
  if (stay === undefined) return;
  const step = { touchpoint, at: applying.event.at, from: moved.cameFrom, to: stay.stage, back: moved.back };
  const change = wayChange(one, blueprint, step);
  if (isSeen(change)) touchCase(applying, one, blueprint);
  takeStep(one, blueprint, { step, change });
}

function closeCase(applying: Applying, { one, match }: Where): void {
  endStay(applying, one, match.blueprint);
  one.closedAt = applying.event.at;
}

/** A touchpoint that closes: out of a tie only once all of it is taken in, and not where the case went on to a later stage in it. */
export function close(applying: Applying, where: Where): void {
  const { closes, stage } = where.match.touchpoint;
  if (!closes) return;
  if (applying.tie === null) return closeCase(applying, where);
  const run = (): void => {
    if (stage === null || (lastStay(where.one)?.stage ?? stage) <= stage) closeCase(applying, where);
  };
  applying.tie.push({ turn: TURN.closed, run });
}
