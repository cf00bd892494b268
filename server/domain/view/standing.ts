import { CASE_STATES, FINDINGS } from '#lib/contract/index.ts';
import type { CaseStanding, Position, StandingView } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CellSums } from '../kernel/sums.ts';
import { FOUND, STANDING, parseCell } from '../kernel/counters.ts';

/** What the standing of all cases is made of. */
export interface StandingInput {
  readonly blueprint: Blueprint;
  readonly from: number;
  readonly position: Position;
  /** all that began up to the position */
  readonly all: CellSums;
  /** what began in the range */
  readonly since: CellSums;
  /** findings made in the range */
  readonly found: CellSums;
}

function total(cells: CellSums, measure: number): number {
  let sum = 0;
  for (const measures of cells.values()) sum += measures.get(measure) ?? 0;
  return sum;
}

/** Where all cases of a journey stand, and what went wrong on the way. Pure. */
export function standingView(input: StandingInput): StandingView {
  const { blueprint } = input;
  const here = Object.fromEntries(CASE_STATES.map((state, i) => [state, total(input.all, STANDING.here + i)])) as Record<
    CaseStanding,
    number
  >;
  const goneAs = (state: CaseStanding): number => total(input.since, STANDING.gone + CASE_STATES.indexOf(state));
  return {
    journey: blueprint.journey,
    from: input.from,
    position: input.position,
    here,
    gone: { completed: goneAs('completed'), abandoned: goneAs('abandoned') },
    findings: FINDINGS.map((finding) => {
      const places = blueprint.stages
        .map((stage) => ({
          stage: stage.id,
          count: [...input.found].reduce((sum, [cell, measures]) => {
            const [what, where] = parseCell(cell).dimensions;
            return what === finding && where === stage.id ? sum + (measures.get(FOUND.cases) ?? 0) : sum;
          }, 0),
        }))
        .filter((place) => place.count > 0)
        .sort((a, b) => b.count - a.count || (a.stage < b.stage ? -1 : 1));
      return { finding, count: places.reduce((sum, place) => sum + place.count, 0), places };
    }),
  };
}
