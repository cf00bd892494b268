import { COMPONENTS, COMPONENT_NAMES, Fault } from '#lib/contract/index.ts';
import type { Component, FrictionFile } from '#lib/contract/index.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { fitBase, fitWeights, judgeWeights, lossDifference } from '#server/domain/friction/calibration.ts';
import type { Fitted, Judged, Labelled } from '#server/domain/friction/calibration.ts';
import { friction } from '#server/domain/friction/friction.ts';
import type { Weights } from '#server/domain/friction/friction.ts';
import { DAY } from '#server/domain/kernel/time.ts';
import { endedVisits } from '#server/domain/view/outcomes.ts';
import type { EndedVisit } from '#server/domain/view/outcomes.ts';
import { yamlText } from '#server/platform/yaml.ts';
import { latestCustomers } from '#server/projector/customers.ts';
import type { Redis } from '#server/redis/client.ts';

/** Fewer bad ends than this say too little to change weights that everybody looks at. */
const LEAST_BAD = 300;
const CUSTOMERS = 20_000;
/** Of ten customers, so many are learned from; the others judge. */
const LEARN_OF_TEN = 7;
/** A visit without an answer counts as well ended only once a complaint could have come. */
const SETTLED_MS = 3 * DAY;
const WEEK_MS = 7 * DAY;
const MOST_SQUARES = 12;
const LEAST_VISITS = 5;

/** What the command line says. */
export interface CalibrateGiven {
  readonly outcomes?: string | undefined;
  readonly customers?: string | undefined;
  readonly 'at-least'?: string | undefined;
  readonly out?: string | undefined;
}

interface CalibrationOptions {
  readonly outcomes: 'answers' | 'all';
  readonly customers: number;
  readonly atLeast: number;
  readonly out: string;
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Fault('bad_request', `--${name} ${text} is not a whole number from 1 on.`);
  return Number(text);
}

/** Reads the options of the command. @throws Fault `bad_request` */
export function calibrationOptions(given: CalibrateGiven): CalibrationOptions {
  const outcomes = given.outcomes ?? 'answers';
  if (outcomes !== 'answers' && outcomes !== 'all') throw new Fault('bad_request', '--outcomes is answers or all.');
  return {
    outcomes,
    customers: whole('customers', given.customers, CUSTOMERS),
    atLeast: whole('at-least', given['at-least'], LEAST_BAD),
    out: given.out ?? 'friction-proposal.yaml',
  };
}

/** A visit with the customer's place in the split: the same customer is never on both sides. */
export interface SplitVisit extends EndedVisit {
  readonly learn: boolean;
}

/** Which side of the split a customer is on, by the fingerprint of their first event. */
function learns(key: string): boolean {
  return Number.parseInt(key.slice(0, 8), 16) % 10 < LEARN_OF_TEN;
}

/** The visits of the customers heard of last, as they ended. */
export async function visitsOf(
  reading: { readonly redis: Redis; readonly partitions: number },
  context: FoldContext,
  wanted: { readonly journey: string; readonly customers: number },
): Promise<SplitVisit[]> {
  const found: SplitVisit[] = [];
  for await (const events of latestCustomers(reading, wanted.customers)) {
    const learn = learns(events[0]?.key ?? '0');
    for (const visit of endedVisits(events, context)) if (visit.journey === wanted.journey) found.push({ ...visit, learn });
  }
  return found;
}

/** What a calibration came to. */
export interface Calibration {
  readonly weights: Weights;
  readonly fitted: Fitted;
  readonly learned: number;
  readonly bad: number;
  readonly before: Judged;
  readonly after: Judged;
  /** for a person to read */
  readonly text: string;
}

function labelledOf(
  visits: readonly SplitVisit[],
  by: { readonly outcomes: 'answers' | 'all'; readonly now: number },
): (Labelled & { readonly learn: boolean })[] {
  return visits
    .filter((visit) => visit.rated !== null || (by.outcomes === 'all' && (visit.followed || by.now - visit.last > SETTLED_MS)))
    .map(({ severities, rated, followed, learn }) => ({ severities, bad: rated === 'bad' || followed, learn }));
}

const three = (value: number): string => value.toFixed(3);

function weightRows(fitted: Fitted, old: Weights): string[] {
  return COMPONENTS.map((component) => {
    const { weight, low, high, visits } = fitted.weights[component];
    const moved = visits > 0 && (old[component] < low || old[component] > high) ? '  differs' : '';
    return `  ${COMPONENT_NAMES[component].padEnd(26)} ${String(visits).padStart(7)}   ${old[component].toFixed(2)} -> ${weight.toFixed(2)}   ${low.toFixed(2)} to ${high.toFixed(2)}${moved}`;
  });
}

function judgedRow(name: string, judged: Judged): string {
  return `  ${name.padEnd(8)} log loss ${three(judged.logLoss)}   Brier ${three(judged.brier)}   AUC ${judged.auc === null ? 'not known' : three(judged.auc)}`;
}

/** Mean friction per square of the last seven days, under both weights; the squares that change most first. */
function squareRows(visits: readonly SplitVisit[], by: { readonly old: Weights; readonly fresh: Weights; readonly now: number }): string[] {
  const squares = new Map<string, { n: number; was: number; is: number }>();
  for (const visit of visits) {
    if (by.now - visit.last > WEEK_MS) continue;
    const name = `${visit.stage} / ${visit.channel}`;
    let square = squares.get(name);
    if (square === undefined) squares.set(name, (square = { n: 0, was: 0, is: 0 }));
    square.n++;
    square.was += friction(visit.severities, by.old).score;
    square.is += friction(visit.severities, by.fresh).score;
  }
  return [...squares]
    .filter(([, { n }]) => n >= LEAST_VISITS)
    .sort(([, a], [, b]) => Math.abs(b.is - b.was) / b.n - Math.abs(a.is - a.was) / a.n)
    .slice(0, MOST_SQUARES)
    .map(
      ([name, { n, was, is }]) =>
        `  ${name.padEnd(30)} ${(was / n).toFixed(1).padStart(5)} -> ${(is / n).toFixed(1).padStart(5)}   (${n} visits)`,
    );
}

/** Fits, judges on the customers held out, and says what would change. @throws Fault `bad_request` where too few visits ended badly */
export function calibration(
  visits: readonly SplitVisit[],
  by: {
    readonly outcomes: 'answers' | 'all';
    readonly atLeast: number;
    readonly journey: string;
    readonly weights: Weights;
    readonly now: number;
  },
): Calibration {
  const rows = labelledOf(visits, by);
  const bad = rows.filter((row) => row.bad).length;
  if (bad < by.atLeast)
    throw new Fault(
      'bad_request',
      `Of ${rows.length} visits of ${by.journey} whose end is known, ${bad} ended badly; it takes ${by.atLeast} to change weights. ` +
        'More come with time, with more answers to surveys, with --outcomes all, or with --at-least <n> if you know what you do.',
    );
  const learn = rows.filter((row) => row.learn);
  const held = rows.filter((row) => !row.learn);
  const fitted = fitWeights(learn, by.weights);
  // Two places after the point: what a person reads is what is published.
  const weights = Object.fromEntries(COMPONENTS.map((c) => [c, Math.round(fitted.weights[c].weight * 100) / 100])) as Record<
    Component,
    number
  >;
  const before = judgeWeights(held, { base: fitBase(learn, by.weights), weights: by.weights });
  const after = judgeWeights(held, { base: fitted.base, weights });
  const difference = lossDifference(before, after);
  const verdict =
    difference.high < 0
      ? 'The new weights foretell better, beyond chance.'
      : difference.low > 0
        ? 'The new weights foretell WORSE, beyond chance: keep the old ones.'
        : 'The difference may be chance.';
  const text = [
    `${by.journey}: ${rows.length} visits whose end is known, ${bad} of them bad (${by.outcomes === 'all' ? 'answers, complaints and leavings' : 'answers to surveys; a complaint or a leaving makes one bad, too'}).`,
    ...(by.outcomes === 'all'
      ? [
          'Complaints and leavings are rare: weights fitted to them say how often it came to that, and make every number of the heatmap smaller than answers would.',
        ]
      : []),
    `Learned from ${learn.length}, judged on ${held.length} of other customers. Without any signal, ${(100 * fitted.base).toFixed(1)} % end badly.`,
    `\n  ${'component'.padEnd(26)} ${'visits'.padStart(7)}   old -> new      95 % interval`,
    ...weightRows(fitted, by.weights),
    '\nOn the customers held out:',
    judgedRow('old', before),
    judgedRow('new', after),
    `  log loss new - old: ${difference.mean.toFixed(4)} (${difference.low.toFixed(4)} to ${difference.high.toFixed(4)}). ${verdict}`,
    '\nWhat the heatmap of the last seven days would change (mean friction, before the pull to the stage):',
    ...squareRows(visits, { old: by.weights, fresh: weights, now: by.now }),
  ].join('\n');
  return { weights, fitted, learned: learn.length, bad, before, after, text };
}

const seconds = (ms: number): string => `${ms / 1000}s`;

/** A scope as a file has it: durations in words again. */
function scopeOf(scope: FrictionFile['journeys'][string] | FrictionFile['journeys'][string]['segments'][string]): object {
  const { waits, dwell, ...rest } = scope;
  return {
    ...rest,
    waits: Object.fromEntries(Object.entries(waits).map(([id, ms]) => [id, seconds(ms)])),
    dwell: Object.fromEntries(Object.entries(dwell).map(([id, usual]) => [id, { median: seconds(usual.median), mad: usual.mad }])),
  };
}

/** The version that would be published: what is in force, with the new weights of one journey. Text of a configuration file. */
export function proposal(of: {
  readonly file: FrictionFile | null;
  readonly version: number;
  readonly journey: string;
  readonly result: Calibration;
}): string {
  const { file, version, journey, result } = of;
  const { from: _, why: __, version: ___, journeys = {}, ...wide } = file ?? {};
  const scopes = Object.fromEntries(
    Object.entries(journeys).map(([id, { segments, ...own }]) => [
      id,
      { ...scopeOf(own as never), segments: Object.fromEntries(Object.entries(segments).map(([name, its]) => [name, scopeOf(its)])) },
    ]),
  );
  const { before, after } = result;
  const why = `weights of ${journey} fitted to how ${result.learned} visits ended; log loss on ${after.visits} others ${three(before.logLoss)} -> ${three(after.logLoss)}`;
  return yamlText({
    version,
    why,
    ...wide,
    journeys: { ...scopes, [journey]: { ...scopes[journey], weights: result.weights } },
  });
}
