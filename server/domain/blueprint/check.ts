import type { JourneyFile } from '#lib/contract/index.ts';

/** Something wrong in a journey file: where, and what to do. */
export interface BlueprintProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything in a journey file that the schema alone cannot see. Empty: it can be published. */
export function checkJourney(file: JourneyFile): BlueprintProblem[] {
  const problems: BlueprintProblem[] = [];
  const stages = new Set<string>();
  file.stages.forEach((stage, i) => {
    if (stages.has(stage.id)) problems.push({ path: ['stages', i, 'id'], message: `stage "${stage.id}" stands twice` });
    stages.add(stage.id);
  });
  file.stages.forEach((stage, i) =>
    stage.next.forEach((next, k) => {
      if (!stages.has(next)) problems.push({ path: ['stages', i, 'next', k], message: `there is no stage "${next}"` });
    }),
  );
  const seen = new Set<string>();
  file.touchpoints.forEach((touchpoint, i) => {
    if (seen.has(touchpoint.id)) problems.push({ path: ['touchpoints', i, 'id'], message: `touchpoint "${touchpoint.id}" stands twice` });
    seen.add(touchpoint.id);
    if (touchpoint.stage !== undefined && !stages.has(touchpoint.stage))
      problems.push({ path: ['touchpoints', i, 'stage'], message: `there is no stage "${touchpoint.stage}"` });
    if (touchpoint.source !== undefined && !file.sources.some((s) => s.id === touchpoint.source))
      problems.push({ path: ['touchpoints', i, 'source'], message: `there is no source "${touchpoint.source}"` });
  });
  file.stages.forEach((stage, i) => {
    if (!file.touchpoints.some((t) => t.stage === stage.id))
      problems.push({ path: ['stages', i, 'id'], message: `no touchpoint leads to stage "${stage.id}": it can never be reached` });
  });
  if (file.stages.filter((s) => !s.after).length < 2)
    problems.push({ path: ['stages'], message: 'a funnel needs at least two stages that are not marked "after"' });
  return problems;
}
