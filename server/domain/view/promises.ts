import type { FeltCounts, PromiseCounts, PromiseGap, PromiseLedgerView, PromiseLine, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { stageSummary } from '../blueprint/blueprint.ts';
import { PROMISE, parseCell } from '../kernel/counters.ts';
import { quantile, signedQuantile } from '../kernel/log-bins.ts';

/** Log bins of one kind lie within this many measures. */
const BINS = 2000;

/** What the ledger of promises is made of. */
export interface PromiseInput {
  readonly blueprint: Blueprint;
  /** promises made in the range, as they stand at the position */
  readonly sums: CellSums;
  readonly from: number;
  readonly position: Position;
}

function addInto(into: Map<number, number>, measures: Measures): void {
  for (const [measure, sum] of measures) into.set(measure, (into.get(measure) ?? 0) + sum);
}

/** Sums by a key made of the cell's dimensions: stage, owner, segment, kind, touchpoint, charge. */
function gatherBy(sums: CellSums, keyOf: (dimensions: readonly string[]) => string): Map<string, Measures> {
  const groups = new Map<string, Measures>();
  for (const [cell, measures] of sums) {
    const key = keyOf(parseCell(cell).dimensions);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = new Map<number, number>()));
    addInto(group, measures);
  }
  return groups;
}

function countsOf(measures: Measures | undefined): PromiseCounts {
  const of = (measure: number): number => measures?.get(measure) ?? 0;
  const [made, kept, late, broken, withdrawn] = [PROMISE.made, PROMISE.kept, PROMISE.late, PROMISE.broken, PROMISE.withdrawn].map(of) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const open = made - kept - late - broken - withdrawn;
  return {
    made,
    open,
    kept,
    late,
    broken,
    withdrawn,
    missed: of(PROMISE.missed),
    warned: of(PROMISE.warned),
    undated: of(PROMISE.undated),
  };
}

function binsOf(measures: Measures | undefined, first: number): Map<number, number> {
  const bins = new Map<number, number>();
  for (const [measure, count] of measures ?? []) if (measure >= first && measure < first + BINS) bins.set(measure - first, count);
  return bins;
}

function gapOf(measures: Measures | undefined): PromiseGap {
  const [earlier, later] = [binsOf(measures, PROMISE.earlier), binsOf(measures, PROMISE.later)];
  const met = [...earlier.values(), ...later.values()].reduce((sum, count) => sum + count, 0);
  return {
    promisedMs: quantile(binsOf(measures, PROMISE.promised), 0.5),
    deliveredMs: quantile(binsOf(measures, PROMISE.delivered), 0.5),
    medianMs: signedQuantile({ below: earlier, above: later }, 0.5),
    p90Ms: signedQuantile({ below: earlier, above: later }, 0.9),
    met,
    aheadMs: quantile(binsOf(measures, PROMISE.ahead), 0.5),
  };
}

function feltOf(measures: Measures | undefined, first: number, settled: number): FeltCounts {
  const [unhappy = 0, neutral = 0, happy = 0] = [0, 1, 2].map((level) => measures?.get(first + level) ?? 0);
  return { happy, neutral, unhappy, unknown: settled - happy - neutral - unhappy };
}

function linesOf(blueprint: Blueprint, sums: CellSums): PromiseLine[] {
  const place = new Map(blueprint.stages.map((stage) => [stage.id, stage.index]));
  return [...gatherBy(sums, (d) => `${d[0] ?? ''}|${d[3] ?? ''}`)]
    .map(([key, measures]): PromiseLine => {
      const cut = key.indexOf('|');
      const [stage, kind] = [key.slice(0, cut), key.slice(cut + 1)];
      return { stage, kind, ...countsOf(measures), gap: gapOf(measures) };
    })
    .sort((a, b) => (place.get(a.stage) ?? 0) - (place.get(b.stage) ?? 0) || (a.kind < b.kind ? -1 : 1));
}

/** The ledger of promises as a page shows it. Pure. */
export function promiseLedgerView(input: PromiseInput): PromiseLedgerView {
  const { blueprint, sums } = input;
  const all = gatherBy(sums, () => '').get('');
  const total = countsOf(all);
  const charged = gatherBy(sums, (d) => (d[5] === 'owner' ? `owner|${d[1] ?? ''}` : 'outside'));
  const lines = linesOf(blueprint, sums);
  const keyOf = (line: PromiseLine): string => `${line.stage}|${line.kind}`;
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    from: input.from,
    position: input.position,
    stages: blueprint.stages.map((stage) => stageSummary(blueprint, stage)),
    total,
    gap: gapOf(all),
    order: lines.map(keyOf),
    lines: Object.fromEntries(lines.map((line) => [keyOf(line), line])),
    felt: { kept: feltOf(all, PROMISE.feltKept, total.kept), broken: feltOf(all, PROMISE.feltBroken, total.broken + total.late) },
    owners: [...charged]
      .filter(([key]) => key !== 'outside')
      .map(([key, measures]) => ({ owner: key.slice('owner|'.length), counts: countsOf(measures) }))
      .sort((a, b) => (a.owner < b.owner ? -1 : 1)),
    outside: countsOf(charged.get('outside')),
  };
}
