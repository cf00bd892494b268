import { COMPONENTS } from '#lib/contract/index.ts';
import type { Component } from '#lib/contract/index.ts';
import type { Severities, Weights } from './friction.ts';

const MOST_WEIGHT = 0.95;
/** How far a weight may wander from where it was for one standard deviation of belief: without data it stays. */
const PRIOR_DEVIATION = 0.2;
const SWEEPS = 300;
const HALVINGS = 40;
const CLOSE = 1e-5;
/** Least share of visits that end badly for no reason seen, so that every outcome stays possible. */
const LEAST_BASE = 1e-6;
const Z95 = 1.96;

/** A visit, and whether it ended badly. */
export interface Labelled {
  readonly severities: Severities;
  readonly bad: boolean;
}

/** One weight as fitted. */
export interface FittedWeight {
  readonly weight: number;
  /** 95 % interval, from the curvature at the best fit, the prior included */
  readonly low: number;
  readonly high: number;
  /** visits in which the component spoke */
  readonly visits: number;
}

export interface Fitted {
  /** share of visits that end badly without any signal */
  readonly base: number;
  readonly weights: Readonly<Record<Component, FittedWeight>>;
}

/** One column of the model: the base (severity 1 everywhere) or a component. */
interface Column {
  value: number;
  readonly prior: number | null;
  readonly least: number;
  /** rows in which it speaks, and how loudly */
  readonly rows: readonly number[];
  readonly severity: readonly number[];
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

function columnsOf(visits: readonly Labelled[], prior: Weights): Column[] {
  const share = visits.filter((visit) => visit.bad).length / Math.max(1, visits.length);
  const base: Column = {
    value: clamp(share / 2, LEAST_BASE, MOST_WEIGHT),
    prior: null,
    least: LEAST_BASE,
    rows: visits.map((_, i) => i),
    severity: visits.map(() => 1),
  };
  return [
    base,
    ...COMPONENTS.map((component): Column => {
      const rows = visits.flatMap((visit, i) => ((visit.severities[component] ?? 0) > 0 ? [i] : []));
      const severity = rows.map((i) => clamp(visits[i]?.severities[component] ?? 0, 0, 1));
      return { value: clamp(prior[component], 0, MOST_WEIGHT), prior: prior[component], least: 0, rows, severity };
    }),
  ];
}

/** Slope of the log-likelihood along one column. @param others what all other columns spare, per row of this one */
function slope(column: Column, value: number, given: { readonly others: readonly number[]; readonly bad: readonly boolean[] }): number {
  let sum = column.prior === null ? 0 : (column.prior - value) / PRIOR_DEVIATION ** 2;
  for (let i = 0; i < column.rows.length; i++) {
    const [s, spared] = [column.severity[i] ?? 0, given.others[i] ?? 1];
    if (given.bad[column.rows[i] ?? 0] === true) sum += (spared * s) / Math.max(1e-12, 1 - spared * (1 - value * s));
    else sum -= s / (1 - value * s);
  }
  return sum;
}

/** The likelihood has one peak along each column: the slope only falls, so halving finds where it is 0. */
function climb(column: Column, given: { readonly others: readonly number[]; readonly bad: readonly boolean[] }): number {
  let [low, high] = [column.least, MOST_WEIGHT];
  if (slope(column, low, given) <= 0) return low;
  if (slope(column, high, given) >= 0) return high;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(column, middle, given) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function invert(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, k) => (k === i ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = rows.slice(i).reduce((best, row) => (Math.abs(row[i] ?? 0) > Math.abs(best[i] ?? 0) ? row : best));
    rows[rows.indexOf(pivot)] = rows[i] ?? pivot;
    rows[i] = pivot;
    const lead = pivot[i] ?? 1;
    for (let k = 0; k < 2 * n; k++) pivot[k] = (pivot[k] ?? 0) / lead;
    for (const row of rows) {
      const factor = row[i] ?? 0;
      if (row !== pivot && factor !== 0) for (let k = 0; k < 2 * n; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Standard deviations of the columns' values, from the expected information. */
function deviations(columns: readonly Column[], spared: Float64Array): number[] {
  const gradients: Map<number, number>[] = Array.from(spared, () => new Map<number, number>());
  columns.forEach((column, c) => {
    column.rows.forEach((row, i) => {
      const s = column.severity[i] ?? 0;
      gradients[row]?.set(c, ((spared[row] ?? 0) * s) / (1 - column.value * s));
    });
  });
  const information = columns.map((column, i) =>
    columns.map((_, k) => (i === k && column.prior !== null ? PRIOR_DEVIATION ** -2 : i === k ? 1e-9 : 0)),
  );
  gradients.forEach((gradient, row) => {
    const good = spared[row] ?? 0;
    const spread = good * (1 - good);
    if (spread < 1e-12) return;
    for (const [i, a] of gradient)
      for (const [k, b] of gradient) {
        const line = information[i];
        if (line !== undefined) line[k] = (line[k] ?? 0) + (a * b) / spread;
      }
  });
  return invert(information).map((row, i) => Math.sqrt(Math.max(0, row[i] ?? 0)));
}

/**
 * Fits the weights to how visits ended: the most likely ones under P(bad) = 1 - (1 - base) * product of (1 - weight * severity), 0 <= weight <= 0.95,
 * each pulled to where it was (normal, deviation 0.2), so that a component nobody met keeps its weight. Pure; the same rows give the same weights.
 */
export function fitWeights(visits: readonly Labelled[], prior: Weights): Fitted {
  const columns = columnsOf(visits, prior);
  const bad = visits.map((visit) => visit.bad);
  const spared = new Float64Array(visits.length).fill(1);
  for (const column of columns)
    column.rows.forEach((row, i) => (spared[row] = (spared[row] ?? 1) * (1 - column.value * (column.severity[i] ?? 0))));
  const spoken = columns.filter((column) => column.rows.length > 0);
  for (let sweep = 0, moved = 1; sweep < SWEEPS && moved > CLOSE; sweep++) {
    moved = 0;
    for (const column of spoken) {
      const others = column.rows.map((row, i) => (spared[row] ?? 1) / (1 - column.value * (column.severity[i] ?? 0)));
      const value = climb(column, { others, bad });
      moved = Math.max(moved, Math.abs(value - column.value));
      column.value = value;
      column.rows.forEach((row, i) => (spared[row] = (others[i] ?? 1) * (1 - value * (column.severity[i] ?? 0))));
    }
  }
  const spread = deviations(columns, spared);
  const weights = COMPONENTS.map((component, k) => {
    const column = columns[k + 1];
    const [weight, half] = [column?.value ?? 0, Z95 * (spread[k + 1] ?? 0)];
    return [
      component,
      { weight, low: clamp(weight - half, 0, MOST_WEIGHT), high: clamp(weight + half, 0, MOST_WEIGHT), visits: column?.rows.length ?? 0 },
    ];
  });
  return { base: columns[0]?.value ?? 0, weights: Object.fromEntries(weights) as Record<Component, FittedWeight> };
}

/** The share of bad ends that fits best while the weights stay as they are. */
export function fitBase(visits: readonly Labelled[], weights: Weights): number {
  const [base] = columnsOf(visits, weights);
  if (base === undefined) return 0;
  const others = visits.map((visit) => COMPONENTS.reduce((left, c) => left * (1 - weights[c] * (visit.severities[c] ?? 0)), 1));
  return climb(base, { others, bad: visits.map((visit) => visit.bad) });
}

/** How well weights foretell how visits end. */
export interface Judged {
  readonly visits: number;
  readonly bad: number;
  /** mean -ln of what was foretold for what came; lower is better */
  readonly logLoss: number;
  readonly brier: number;
  /** chance that a visit that ended badly was foretold worse than one that did not; null without both */
  readonly auc: number | null;
  /** loss of each visit, in the order given */
  readonly losses: readonly number[];
}

/** Judges weights on visits they were not fitted to. */
export function judgeWeights(visits: readonly Labelled[], by: { readonly base: number; readonly weights: Weights }): Judged {
  const foretold = visits.map((visit) =>
    clamp(1 - COMPONENTS.reduce((left, c) => left * (1 - by.weights[c] * (visit.severities[c] ?? 0)), 1 - by.base), 1e-9, 1 - 1e-9),
  );
  const losses = visits.map((visit, i) => -Math.log(visit.bad ? (foretold[i] ?? 0) : 1 - (foretold[i] ?? 0)));
  const brier = visits.map((visit, i) => ((foretold[i] ?? 0) - (visit.bad ? 1 : 0)) ** 2);
  const bad = visits.filter((visit) => visit.bad).length;
  return { visits: visits.length, bad, logLoss: mean(losses), brier: mean(brier), auc: areaOf(visits, foretold), losses };
}

/** Mean difference of two judgements of the same visits, and its 95 % interval; below 0 the second is better. */
export function lossDifference(first: Judged, second: Judged): { readonly mean: number; readonly low: number; readonly high: number } {
  const differences = second.losses.map((loss, i) => loss - (first.losses[i] ?? 0));
  const middle = mean(differences);
  const variance = mean(differences.map((d) => (d - middle) ** 2));
  const half = Z95 * Math.sqrt(variance / Math.max(1, differences.length));
  return { mean: middle, low: middle - half, high: middle + half };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** By ranks, ties shared. */
function areaOf(visits: readonly Labelled[], foretold: readonly number[]): number | null {
  const order = visits.map((_, i) => i).sort((a, b) => (foretold[a] ?? 0) - (foretold[b] ?? 0));
  const bad = visits.filter((visit) => visit.bad).length;
  const good = visits.length - bad;
  if (bad === 0 || good === 0) return null;
  let ranks = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && foretold[order[to] ?? 0] === foretold[order[from] ?? 0]) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (visits[order[i] ?? 0]?.bad === true) ranks += rank;
    from = to;
  }
  return (ranks - (bad * (bad + 1)) / 2) / (bad * good);
}
