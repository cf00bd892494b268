import { weekOf } from '#lib/contract/index.ts';
import type { JourneyFile, StandardTimeFile, TouchpointFile } from '#lib/contract/index.ts';
import { isZone } from '../kernel/calendar.ts';
import { overlaps, takesAllOf } from './match-rules.ts';
import { variantFiles } from './variant.ts';
import { DAY } from '../kernel/time.ts';

/** Something wrong in a journey file: where, and what to do. */
export interface BlueprintProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = BlueprintProblem['path'];
type Report = (path: Path, message: string) => void;

/** Working time is counted day by day of the calendar, so a slip of the pen would be counted for hours. */
const LONGEST_WORKING_MS = 366 * DAY;

const msOf = (time: StandardTimeFile | undefined): number => (time === undefined ? 0 : typeof time === 'number' ? time : time.working);

function checkCalendars(file: JourneyFile, report: Report): void {
  if (!isZone(file.zone)) report(['zone'], `there is no time zone "${file.zone}"`);
  for (const [id, calendar] of Object.entries(file.calendars)) {
    const path = ['calendars', id];
    if (calendar.zone !== undefined && !isZone(calendar.zone)) report([...path, 'zone'], `there is no time zone "${calendar.zone}"`);
    for (const [days, spans] of Object.entries(calendar.hours))
      for (const span of spans.split(/, ?/))
        if (span.slice(0, 5) >= span.slice(6)) report([...path, 'hours', days], `${span} ends before it begins`);
    if (weekOf(calendar).every((day) => day.length === 0))
      report([...path, 'hours'], 'has no working time at all: nothing on it is ever due');
  }
}

function checkOwners(file: JourneyFile, report: Report): void {
  const known = new Set(file.owners.map((owner) => owner.name));
  file.owners.forEach((owner, i) => {
    if (owner.calendar !== undefined && !Object.hasOwn(file.calendars, owner.calendar))
      report(['owners', i, 'calendar'], `there is no calendar "${owner.calendar}"`);
    if (file.owners.findIndex((other) => other.name === owner.name) < i) report(['owners', i, 'name'], `"${owner.name}" stands twice`);
  });
  const check = (owner: string | undefined, path: Path): void => {
    if (owner === undefined) return;
    if (owner.trim() === '') report(path, 'is empty: name the department that answers for it');
    else if (known.size > 0 && !known.has(owner)) report(path, `there is no owner "${owner}" in the list of owners`);
  };
  file.stages.forEach((stage, i) => check(stage.owner, ['stages', i, 'owner']));
  file.touchpoints.forEach((touchpoint, i) => check(touchpoint.owner, ['touchpoints', i, 'owner']));
  file.promises.forEach((promise, i) => check(promise.owner, ['promises', i, 'owner']));
}

function checkStages(file: JourneyFile, report: Report): void {
  const ids = file.stages.map((stage) => stage.id);
  file.stages.forEach((stage, i) => {
    if (ids.indexOf(stage.id) < i) report(['stages', i, 'id'], `stage "${stage.id}" stands twice`);
    stage.next.forEach((next, k) => {
      if (!ids.includes(next)) report(['stages', i, 'next', k], `there is no stage "${next}"`);
    });
    if (!file.touchpoints.some((t) => t.stage === stage.id))
      report(['stages', i, 'id'], `no touchpoint leads to stage "${stage.id}": it can never be reached`);
  });
  if (file.stages.filter((s) => !s.after).length < 2) report(['stages'], 'a funnel needs at least two stages that are not marked "after"');
}

/** Working time is time on a calendar: whose has none cannot be counted. */
function noCalendar(file: JourneyFile, owner: string | undefined): string | undefined {
  const calendar = file.owners.find(({ name }) => name === owner)?.calendar;
  return calendar === undefined ? `is working time, and ${owner ?? 'nobody'} has no calendar` : undefined;
}

function checkTimes(file: JourneyFile, report: Report): void {
  if (file.quiet >= file.idle)
    report(['quiet'], 'is not shorter than the idle time: a case has left before one of its visits could end by it');
  file.stages.forEach((stage, i) => {
    const idle = stage.idle ?? file.idle;
    const check = (time: StandardTimeFile | undefined, path: Path): void => {
      if (time === undefined) return;
      if (msOf(time) >= idle)
        report(path, 'is not shorter than the idle time: a case has left before it could be longer here than the standard');
      if (typeof time === 'object') checkWorking(path);
    };
    const checkWorking = (path: Path): void => {
      const missing =
        stage.owner === undefined
          ? 'is working time: name the owner of the stage, so that it is known whose'
          : noCalendar(file, stage.owner);
      if (missing !== undefined) report(path, missing);
    };
    if (stage.hours === 'working') checkWorking(['stages', i, 'hours']);
    check(stage.standard, ['stages', i, 'standard']);
    stage.standards.forEach((one, k) => {
      check(one.time, ['stages', i, 'standards', k, 'time']);
      const { segment, channel } = one;
      if (segment !== undefined && file.segments.length > 0 && !file.segments.includes(segment))
        report(['stages', i, 'standards', k, 'segment'], `there is no segment "${segment}"`);
      if (stage.standards.slice(0, k).some((other) => other.segment === segment && other.channel === channel))
        report(['stages', i, 'standards', k], 'is never used: another one, further up, is for the same cases');
    });
    if (stage.dwell !== undefined && stage.dwell.median >= idle)
      report(['stages', i, 'dwell', 'median'], 'is not shorter than the idle time: nobody stays that long');
  });
  const planned = file.stages.filter((s) => !s.after).reduce((sum, s) => sum + msOf(s.standard), 0);
  if (planned > file.window) report(['window'], 'is shorter than the standard times of its steps together: who takes them never converts');
}

function checkTouchpoints(file: JourneyFile, report: Report): void {
  const ids = file.touchpoints.map((touchpoint) => touchpoint.id);
  const stages = new Set(file.stages.map((stage) => stage.id));
  file.touchpoints.forEach((t, i) => {
    if (ids.indexOf(t.id) < i) report(['touchpoints', i, 'id'], `touchpoint "${t.id}" stands twice`);
    if (t.stage !== undefined && !stages.has(t.stage)) report(['touchpoints', i, 'stage'], `there is no stage "${t.stage}"`);
    if (t.source !== undefined && !file.sources.some((s) => s.id === t.source))
      report(['touchpoints', i, 'source'], `there is no source "${t.source}"`);
    const missing = t.hours === 'working' ? noCalendar(file, t.owner) : undefined;
    if (missing !== undefined) report(['touchpoints', i, 'hours'], missing);
  });
}

function checkSources(file: JourneyFile, report: Report): void {
  file.sources.forEach(({ silentAfter, calendar }, i) => {
    if (calendar !== undefined && !Object.hasOwn(file.calendars, calendar))
      report(['sources', i, 'calendar'], `there is no calendar "${calendar}"`);
    if (calendar === undefined && typeof silentAfter === 'object')
      report(['sources', i, 'silentAfter'], 'is working time: name the calendar of the source, so that it is known whose');
  });
}

/** What the plan says of touchpoints has to be something that can be seen to happen, or not. */
function checkPlan(touchpoints: readonly TouchpointFile[], report: (index: number, field: string, message: string) => void): void {
  touchpoints.forEach((t, i) => {
    if (t.required && t.stage === undefined)
      report(i, 'required', 'needs a stage: only of a placed touchpoint is known by when it has to be');
    if (t.exclusive === undefined) return;
    if (t.required) report(i, 'required', `contradicts "exclusive: ${t.exclusive}": who takes the other one cannot have this one`);
    if (touchpoints.filter((other) => other.exclusive === t.exclusive).length < 2)
      report(i, 'exclusive', `"${t.exclusive}" is no choice: no other touchpoint is part of it`);
  });
}

/** An event is one touchpoint and moves a case to one stage at most: no two rules of different stages may take it, and none may be left without any. */
function checkMatching(file: JourneyFile, report: Report): void {
  const all = file.touchpoints.flatMap((touchpoint, i) =>
    touchpoint.match.map((rule, k) => ({ touchpoint, rule, path: ['touchpoints', i, 'match', k] })),
  );
  // Which touchpoint an event names comes before every rule.
  const ids = new Set(file.touchpoints.map((touchpoint) => touchpoint.id));
  const rules = all.filter(({ rule }) => rule.touchpoint === undefined || !ids.has(rule.touchpoint));
  for (const { touchpoint, rule, path } of all)
    if (rule.touchpoint !== undefined && rule.touchpoint !== touchpoint.id && ids.has(rule.touchpoint))
      report(path, `never matches: an event that names "${rule.touchpoint}" is that touchpoint`);
  rules.forEach((later, n) => {
    for (const earlier of rules.slice(0, n)) {
      if (earlier.touchpoint.id === later.touchpoint.id || !overlaps(earlier.rule, later.rule)) continue;
      const before = `"${earlier.touchpoint.id}" (${earlier.touchpoint.stage === undefined ? 'along the way' : `stage "${earlier.touchpoint.stage}"`})`;
      if (takesAllOf(earlier.rule, later.rule)) {
        report(later.path, `never matches: ${before}, further up, takes all of these events already`);
        continue;
      }
      const twoStages =
        earlier.touchpoint.stage !== undefined &&
        later.touchpoint.stage !== undefined &&
        earlier.touchpoint.stage !== later.touchpoint.stage;
      if (twoStages && !takesAllOf(later.rule, earlier.rule))
        report(later.path, `and ${before} could both match one event, which can be in one stage only: tell them apart`);
    }
  });
}

function checkPromises(file: JourneyFile, report: Report): void {
  file.promises.forEach((promise, i) => {
    if (promise.stage !== undefined && !file.stages.some((s) => s.id === promise.stage))
      report(['promises', i, 'stage'], `there is no stage "${promise.stage}"`);
    if (file.promises.findIndex((other) => other.kind === promise.kind && other.stage === promise.stage) < i)
      report(
        ['promises', i, 'kind'],
        `"${promise.kind}" is promised twice ${promise.stage === undefined ? 'in any stage' : `in "${promise.stage}"`}`,
      );
    for (const name of ['madeBy', 'keptBy'] as const)
      promise[name].forEach((touchpoint, k) => {
        if (!file.touchpoints.some((t) => t.id === touchpoint)) report(['promises', i, name, k], `there is no touchpoint "${touchpoint}"`);
      });
    if (promise.madeBy.length > 0 && promise.due === 'stated')
      report(['promises', i, 'due'], 'a promise that a touchpoint makes by itself needs a rule that says when it is due');
    const missing = promise.due === 'stated' || 'within' in promise.due ? undefined : noCalendar(file, promise.owner);
    if (missing !== undefined) report(['promises', i, 'due'], missing);
    if (promise.due !== 'stated' && 'working' in promise.due && promise.due.working > LONGEST_WORKING_MS)
      report(['promises', i, 'due'], 'is more than 366 days of working time');
  });
}

function checkVariants(file: JourneyFile, report: Report): void {
  file.variants.forEach((variant, i) => {
    const path = ['variants', i];
    if (file.variants.findIndex((other) => other.id === variant.id) < i) report([...path, 'id'], `variant "${variant.id}" stands twice`);
    if (variant.segments === undefined && variant.channels === undefined)
      report(path, 'names neither segments nor channels: it would be the base itself');
    for (const name of ['segments', 'channels'] as const)
      if (variant[name]?.length === 0) report([...path, name], 'names none: no case would ever be in this variant');
    for (const [k, segment] of (variant.segments ?? []).entries())
      if (file.segments.length > 0 && !file.segments.includes(segment))
        report([...path, 'segments', k], `there is no segment "${segment}"`);
    for (const id of Object.keys(variant.stages))
      if (!file.stages.some((stage) => stage.id === id)) report([...path, 'stages', id], `there is no stage "${id}"`);
    for (const id of Object.keys(variant.touchpoints))
      if (!file.touchpoints.some((t) => t.id === id)) report([...path, 'touchpoints', id], `there is no touchpoint "${id}"`);
    const covered = (own: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
      other === undefined || (own?.every((one) => other.includes(one)) ?? false);
    const taken = file.variants.slice(0, i).find((v) => covered(variant.segments, v.segments) && covered(variant.channels, v.channels));
    if (taken !== undefined) report([...path, 'id'], `is never reached: variant "${taken.id}", further up, takes all of its cases`);
  });
}

/** What a variant says has to hold as if it stood in the journey itself; what the base has wrong already is said there. */
function checkVariantFiles(file: JourneyFile, report: Report): void {
  const base = new Set(problemsOf(file).map(keyOf));
  variantFiles(file).forEach((one, i) => {
    for (const problem of problemsOf(one.file))
      if (!base.has(keyOf(problem))) report(['variants', i, ...placeInVariant(problem.path, one)], problem.message);
  });
}

/** Where in a variant something stands that is wrong in its file; empty: it does not say it itself. */
function placeInVariant([list, k, ...rest]: Path, one: ReturnType<typeof variantFiles>[number]): Path {
  if (list === 'stages' || list === 'touchpoints') {
    const id = one.file[list][Number(k)]?.id;
    return id === undefined ? [] : [list, id, ...rest];
  }
  const own = list === 'promises' ? one.variant.promises.findIndex((promise) => promise === one.file.promises[Number(k)]) : -1;
  return own < 0 ? [] : ['promises', own, ...rest];
}

const keyOf = (problem: BlueprintProblem): string => `${problem.path.join('.')} ${problem.message}`;

/** What can be wrong with a journey, its variants aside. */
function problemsOf(file: JourneyFile): BlueprintProblem[] {
  const problems: BlueprintProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  checkStages(file, report);
  checkTouchpoints(file, report);
  checkSources(file, report);
  checkPlan(file.touchpoints, (i, field, message) => report(['touchpoints', i, field], message));
  checkMatching(file, report);
  checkCalendars(file, report);
  checkOwners(file, report);
  checkTimes(file, report);
  checkPromises(file, report);
  // Two rules of one touchpoint may be in the way of a third: that is said once.
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
}

/** Everything in a journey file that the schema alone cannot see. Empty: it can be published. */
export function checkJourney(file: JourneyFile): BlueprintProblem[] {
  const problems = problemsOf(file);
  const report: Report = (path, message) => problems.push({ path, message });
  checkVariants(file, report);
  checkVariantFiles(file, report);
  return problems;
}
