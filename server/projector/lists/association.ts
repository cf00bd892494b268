import { ASSOCIATION_WINDOWS } from '#lib/contract/index.ts';
import type { AssociationListRef, ListRow } from '#lib/contract/index.ts';
import { exposedTo, reaches } from '#server/domain/association/contagion.ts';
import { occasionsOf } from '#server/domain/association/following.ts';
import type { Passage, PassageVisit, Traveller } from '#server/domain/association/passage.ts';
import { arrivalAt } from '#server/domain/association/upstream.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';

const placeOf = (id: string | undefined, { touchpoints }: Blueprint): number => touchpoints.find((one) => one.id === id)?.index ?? -1;

function rowOf(passage: Passage, at: number, of: { readonly visit: PassageVisit | undefined; readonly blueprint: Blueprint }): ListRow {
  const { customer, caseId, segment } = passage;
  const { visit, blueprint } = of;
  const stage = blueprint.stages[visit?.stage ?? -1]?.id ?? '';
  return { ...{ customer, caseId, at, stage, segment }, channel: visit?.channel ?? passage.channel, friction: null, valence: null };
}

/** The visit that was going on, or had begun last, at an instant. */
const visitAt = ({ visits }: Passage, at: number): PassageVisit | undefined => visits.findLast(({ begun }) => begun <= at) ?? visits[0];

function* occasionRows(ref: AssociationListRef, travellers: readonly Traveller[], blueprint: Blueprint): Generator<ListRow> {
  const [after, then] = [placeOf(ref.after, blueprint), placeOf(ref.then, blueprint)];
  const watching = { window: ASSOCIATION_WINDOWS[ref.window], until: ref.to };
  for (const { passages } of travellers)
    for (const passage of passages)
      for (const { touchpoint, at, followed } of occasionsOf(passage, watching)) {
        if (ref.after === undefined ? touchpoint === then : touchpoint !== after) continue;
        const gap = ref.what === 'followed' ? followed.get(then) : 0;
        if (gap === undefined) continue;
        yield rowOf(passage, at + gap, { visit: visitAt(passage, at + gap), blueprint });
      }
}

function* arrivalRows(ref: AssociationListRef, travellers: readonly Traveller[], blueprint: Blueprint): Generator<ListRow> {
  const stage = blueprint.stages.find(({ id }) => id === ref.stage)?.index ?? -1;
  for (const { passages } of travellers)
    for (const passage of passages) {
      const arrival = arrivalAt(passage, stage);
      if (arrival === undefined || (ref.what === 'fared' && !arrival.bad)) continue;
      if (ref.after !== undefined && !arrival.passed.has(placeOf(ref.after, blueprint))) continue;
      const { visit } = arrival;
      yield { ...rowOf(passage, visit.begun, { visit, blueprint }), friction: visit.friction, valence: visit.valence };
    }
}

function* exposedRows(ref: AssociationListRef, travellers: readonly Traveller[], blueprint: Blueprint): Generator<ListRow> {
  const by = { window: ASSOCIATION_WINDOWS[ref.window], until: ref.to, reach: reaches(blueprint) };
  for (const one of exposedTo(travellers, { from: ref.after ?? '', to: ref.then ?? '' }, by)) {
    if (one.bad !== (ref.experience === 'bad')) continue;
    if ((ref.what === 'used' && !one.used) || (ref.what === 'usedBefore' && !one.usedBefore)) continue;
    yield rowOf(one.passage, one.visit.begun, { visit: one.visit, blueprint });
  }
}

/** The cases behind a number of what goes together: by the very rule by which it was counted. */
export function associationRows(ref: AssociationListRef, travellers: readonly Traveller[], blueprint: Blueprint): Generator<ListRow> {
  if (ref.what === 'after' || ref.what === 'followed') return occasionRows(ref, travellers, blueprint);
  if (ref.what === 'passed' || ref.what === 'fared') return arrivalRows(ref, travellers, blueprint);
  return exposedRows(ref, travellers, blueprint);
}
