import type { FunnelDefinition } from '#lib/contract/index.ts';

/**
 * Saved funnels by brute force, written from the definitions and sharing nothing with the engine: every answer is computed from the whole log again,
 * every try is followed by itself, every order in which the whole log may have happened is played.
 */
export interface OracleEvent {
  readonly key: string;
  readonly at: number;
  readonly type: string;
  /** value of the held property, where the funnel holds one */
  readonly held?: string;
}

export interface OracleAttempt {
  readonly key: string;
  readonly entry: number;
  /** instant per step; 0 = never */
  readonly steps: readonly number[];
  readonly convertedFrom: number;
  readonly excludedAt: number;
  readonly lostAt: number;
}

type End = 'converted' | 'removed' | 'stopped' | 'broken' | 'late' | 'running';

/** One entry, followed through the log. */
interface Try {
  readonly entryIndex: number;
  /** index of the event that reached each step; undefined = not */
  readonly at: readonly (number | undefined)[];
  readonly end: End;
  /** index of the event that ended it; for `late` and `running`: none */
  readonly endIndex: number;
  /** first instant at which it is too late */
  readonly lateFrom: number;
}

const stands = (definition: FunnelDefinition, event: OracleEvent, step: number): boolean =>
  definition.steps[step]?.any.some((match) => match.type === event.type) ?? false;

function excludes(definition: FunnelDefinition, event: OracleEvent, reached: number): 'removed' | 'stopped' | null {
  const hits = definition.exclusions.filter((x) => x.any.some((m) => m.type === event.type) && reached >= x.from && reached < x.to);
  if (hits.some((x) => x.effect === 'remove')) return 'removed';
  return hits.length > 0 ? 'stopped' : null;
}

/** Follows an entry of an ordered or strict funnel to its end. */
function followOrdered(definition: FunnelDefinition, log: readonly OracleEvent[], entryIndex: number): Try {
  const goal = definition.steps.length - 1;
  const entry = log[entryIndex]?.at ?? 0;
  const at: (number | undefined)[] = [entryIndex];
  let here = 0;
  let last = entry;
  /** steps that may come next: the optional ones up to the first that is needed */
  const following = (): number[] => {
    const list: number[] = [];
    for (let k = here + 1; k <= goal; k++) {
      list.push(k);
      if (definition.steps[k]?.optional !== true) break;
    }
    return list;
  };
  const tooLate = (): number =>
    Math.min(entry + definition.windowMs, Math.max(...following().map((k) => last + (definition.steps[k]?.maxMs ?? Infinity)))) + 1;
  if (goal === 0) return { entryIndex, at, end: 'converted', endIndex: entryIndex, lateFrom: 0 };
  for (let j = entryIndex + 1; j < log.length; j++) {
    const event = log[j];
    if (event === undefined) break;
    if (event.at >= tooLate()) return { entryIndex, at, end: 'late', endIndex: j, lateFrom: tooLate() };
    const gap = event.at - last;
    const open = following().filter(
      (k) => stands(definition, event, k) && gap >= (definition.steps[k]?.minMs ?? 0) && gap <= (definition.steps[k]?.maxMs ?? Infinity),
    );
    const needed = open.find((k) => definition.steps[k]?.optional !== true);
    const to = needed ?? open[0];
    if (to !== undefined) {
      at[to] = j;
      here = to;
      last = event.at;
      if (to === goal) return { entryIndex, at, end: 'converted', endIndex: j, lateFrom: 0 };
      continue;
    }
    const out = excludes(definition, event, here + 1);
    if (out !== null) return { entryIndex, at, end: out, endIndex: j, lateFrom: 0 };
    if (definition.order === 'strict') return { entryIndex, at, end: 'broken', endIndex: j, lateFrom: event.at };
  }
  return { entryIndex, at, end: 'running', endIndex: -1, lateFrom: tooLate() };
}

/** Most steps that can be given different events, by trying everything. */
function mostSteps(definition: FunnelDefinition, events: readonly OracleEvent[], step = 0): number {
  if (step >= definition.steps.length) return 0;
  let best = mostSteps(definition, events, step + 1);
  events.forEach((event, i) => {
    if (stands(definition, event, step)) best = Math.max(best, 1 + mostSteps(definition, events.toSpliced(i, 1), step + 1));
  });
  return best;
}

function followAnyOrder(definition: FunnelDefinition, log: readonly OracleEvent[], entryIndex: number): Try {
  const all = definition.steps.length;
  const entry = log[entryIndex]?.at ?? 0;
  const lateFrom = entry + definition.windowMs + 1;
  const at: (number | undefined)[] = [entryIndex];
  for (let j = entryIndex + 1; j < log.length; j++) {
    const event = log[j];
    if (event === undefined) break;
    if (event.at >= lateFrom) return { entryIndex, at, end: 'late', endIndex: j, lateFrom };
    const done = mostSteps(definition, log.slice(entryIndex, j + 1));
    if (done > at.length) {
      at.push(j);
      if (done === all) return { entryIndex, at, end: 'converted', endIndex: j, lateFrom: 0 };
      continue;
    }
    const out = excludes(definition, event, at.length);
    if (out !== null) return { entryIndex, at, end: out, endIndex: j, lateFrom: 0 };
  }
  return { entryIndex, at, end: 'running', endIndex: -1, lateFrom };
}

interface Counted extends OracleAttempt {
  readonly end: End;
  readonly endIndex: number;
}

function isEntry(definition: FunnelDefinition, event: OracleEvent): boolean {
  return definition.order === 'any' ? definition.steps.some((_, k) => stands(definition, event, k)) : stands(definition, event, 0);
}

function single(definition: FunnelDefinition, log: readonly OracleEvent[], one: Try): Counted {
  const instant = (index: number): number => log[index]?.at ?? 0;
  const entry = instant(one.entryIndex);
  return {
    key: log[one.entryIndex]?.key ?? '',
    entry,
    steps: definition.steps.map((_, k) => (one.at[k] === undefined ? 0 : instant(one.at[k]))),
    convertedFrom: one.end === 'converted' ? entry : 0,
    excludedAt: one.end === 'removed' || one.end === 'stopped' ? instant(one.endIndex) : 0,
    lostAt: one.lateFrom,
    end: one.end,
    endIndex: one.endIndex,
  };
}

/** Where a try stands after an event. */
function standing(one: Try, index: number): number {
  return one.at.findLastIndex((reached) => reached !== undefined && reached <= index);
}

/**
 * All tries from an entry on, as one: it converts with the first of them, and is lost when none is left. Of tries that stand at the same step the one
 * entered last goes on, and the others are given up for it.
 */
function together(definition: FunnelDefinition, log: readonly OracleEvent[], first: number): Counted {
  const instant = (index: number): number => log[index]?.at ?? 0;
  let tries: Try[] = [];
  /** instant at which each step was first reached by a try that had not been given up */
  const steps = definition.steps.map(() => 0);
  const endedBy = (one: Try, j: number): boolean => one.end !== 'running' && one.end !== 'late' && one.endIndex <= j;
  const report = (upTo: number, end: End, rest: Partial<Counted>): Counted => {
    return {
      key: log[first]?.key ?? '',
      entry: instant(first),
      steps,
      convertedFrom: 0,
      excludedAt: 0,
      lostAt: 0,
      end,
      endIndex: upTo,
      ...rest,
    };
  };
  for (let j = first; j < log.length; j++) {
    const now = instant(j);
    const alive = tries.filter((one) => !endedBy(one, j - 1) && !(one.lateFrom !== 0 && one.end !== 'broken' && now >= one.lateFrom));
    if (j > first && alive.length === 0) {
      const lateFrom = Math.max(...tries.filter((one) => one.end === 'late' || one.end === 'running').map((one) => one.lateFrom));
      return report(j - 1, 'late', { lostAt: lateFrom, endIndex: j });
    }
    for (const one of alive)
      one.at.forEach((index, k) => {
        if (index === j && steps[k] === 0) steps[k] = now;
      });
    const converting = alive.filter((one) => one.end === 'converted' && one.endIndex === j);
    if (converting.length > 0)
      return report(j, 'converted', { convertedFrom: Math.max(...converting.map((one) => instant(one.entryIndex))) });
    if (alive.some((one) => one.end === 'removed' && one.endIndex === j)) return report(j, 'removed', { excludedAt: now });
    const left = alive.filter((one) => !endedBy(one, j));
    if (left.length === 0 && alive.some((one) => one.end === 'stopped' && one.endIndex === j))
      return report(j, 'stopped', { excludedAt: now });
    const event = log[j];
    if (event !== undefined && isEntry(definition, event)) {
      tries.push(followOrdered(definition, log, j));
      if (j === first) steps[0] = now;
    } else if (left.length === 0) return report(j, 'broken', { lostAt: now });
    tries = tries.filter(
      (one) =>
        endedBy(one, j) ||
        !tries.some((other) => other.entryIndex > one.entryIndex && !endedBy(other, j) && standing(other, j) === standing(one, j)),
    );
  }
  const end = log.length - 1;
  const running = tries.filter((one) => one.end === 'running');
  return report(end, 'running', { lostAt: Math.max(...running.map((one) => one.lateFrom)) });
}

/** Attempts of one passage in a log whose order is certain. */
function attemptsIn(definition: FunnelDefinition, log: readonly OracleEvent[]): Counted[] {
  const found: Counted[] = [];
  for (let start = 0; ;) {
    const first = log.findIndex((event, i) => i >= start && isEntry(definition, event));
    if (first < 0) return found;
    const one =
      definition.reentry === 'optimised'
        ? together(definition, log, first)
        : single(definition, log, (definition.order === 'any' ? followAnyOrder : followOrdered)(definition, log, first));
    found.push(one);
    if (one.end === 'running' || one.end === 'removed' || definition.reentry === 'off') return found;
    start = one.end === 'converted' ? one.endIndex + 1 : one.endIndex;
  }
}

/** What makes one order of the whole log better for the customer than another. */
function worth(attempts: readonly Counted[]): number[] {
  const count = (...ends: End[]): number => attempts.filter((one) => ends.includes(one.end)).length;
  const first = [count('converted'), -count('removed', 'stopped'), -count('broken')];
  return attempts.reduce<number[]>((all, one) => {
    const reached = one.steps.filter((at) => at !== 0).length;
    const until = one.excludedAt === 0 ? one.lostAt : one.excludedAt;
    if (one.end === 'converted') return [...all, -one.entry, Number.MAX_VALUE, -(one.steps.at(-1) ?? 0), reached, one.convertedFrom];
    return [...all, -one.entry, until, 0, reached, 0];
  }, first);
}

/** Orders of the events of one instant, those apart that a funnel may tell apart. */
function orders(list: readonly OracleEvent[]): OracleEvent[][] {
  if (list.length === 0) return [[]];
  const firsts = list.filter((one, i) => list.findIndex((other) => other.type === one.type) === i);
  return firsts.flatMap((one) => orders(list.filter((other) => other !== one)).map((rest) => [one, ...rest]));
}

/** Above zero where the first is better; what one has more than the other counts for it. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return a.length - b.length;
}

/** Every order in which these events may have happened. */
function histories(events: readonly OracleEvent[]): OracleEvent[][] {
  return [...new Set(events.map((event) => event.at))]
    .sort((a, b) => a - b)
    .map((at) => orders(events.filter((event) => event.at === at)))
    .reduce<OracleEvent[][]>((all, next) => all.flatMap((before) => next.map((order) => [...before, ...order])), [[]]);
}

/** What one passage may have come to: all that is best for the customer. */
function passage(definition: FunnelDefinition, events: readonly OracleEvent[]): OracleAttempt[][] {
  let best: number[] | undefined;
  let found: Counted[][] = [];
  for (const log of histories(events)) {
    const attempts = attemptsIn(definition, log);
    const value = worth(attempts);
    const difference = best === undefined ? 1 : compare(value, best);
    if (difference > 0) [best, found] = [value, []];
    if (difference >= 0) found.push(attempts);
  }
  const plain = found.map((attempts) =>
    attempts.map(({ key, entry, steps, convertedFrom, excludedAt, lostAt }) => ({ key, entry, steps, convertedFrom, excludedAt, lostAt })),
  );
  return [...new Map(plain.map((attempts) => [JSON.stringify(attempts.map((one) => ({ ...one, key: '' }))), attempts])).values()];
}

/** In how many orders the events of a log may have happened. */
export function countOrders(events: readonly OracleEvent[]): number {
  return [...new Set(events.map((event) => event.at))].reduce(
    (product, at) => product * orders(events.filter((event) => event.at === at)).length,
    1,
  );
}

/**
 * All attempts of one customer, by entry: of all orders in which the events may have happened those that are best for the customer. Where several
 * are as good as each other, each is an answer.
 */
export function oracle(definition: FunnelDefinition, events: readonly OracleEvent[]): OracleAttempt[][] {
  const mine = definition.hold === undefined ? events : events.filter((event) => event.held !== undefined);
  const passages = new Set(mine.map((event) => (definition.hold === undefined ? '' : event.held)));
  return [...passages]
    .map((held) =>
      passage(
        definition,
        mine.filter((event) => definition.hold === undefined || event.held === held),
      ),
    )
    .reduce<OracleAttempt[][]>((all, next) => all.flatMap((before) => next.map((attempts) => [...before, ...attempts])), [[]]);
}
