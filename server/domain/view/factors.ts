import type { Factor, FactorImpact, Position } from '#lib/contract/index.ts';
import type { CellSums } from '../kernel/sums.ts';
import { EXPOSED, DELAY, parseCell } from '../kernel/counters.ts';

/** What the impact of factors is made of. */
export interface ImpactInput {
  readonly journey: string;
  readonly from: number;
  readonly position: Position;
  /** at work in the range */
  readonly factors: readonly Factor[];
  /** promises missed in the range */
  readonly delays: CellSums;
  /** stays and cases under factors, up to the position */
  readonly exposed: CellSums;
}

/** Sum of a measure over the stages of one factor; of the empty one: over everything. */
function sumOf(cells: CellSums, factor: string, measure: number): number {
  let sum = 0;
  for (const [cell, measures] of cells) if (parseCell(cell).dimensions[0] === factor) sum += measures.get(measure) ?? 0;
  return sum;
}

/** What coincides with factors outside our control. Pure. */
export function factorImpact(input: ImpactInput): FactorImpact {
  const { delays, exposed } = input;
  return {
    journey: input.journey,
    from: input.from,
    position: input.position,
    missed: sumOf(delays, '', DELAY.missed),
    coincident: sumOf(delays, '', DELAY.coincident),
    factors: [...input.factors]
      .sort((a, b) => b.from - a.from || (a.id < b.id ? -1 : 1))
      .map((factor) => ({
        factor,
        missed: sumOf(delays, factor.id, DELAY.missed),
        cases: sumOf(exposed, factor.id, EXPOSED.cases),
      })),
  };
}
