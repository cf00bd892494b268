import type { JourneyPreview } from './journey-draft.ts';

type Pair = readonly [before: number, after: number];

const sumOf = (a: Pair, b: Pair): Pair => [a[0] + b[0], a[1] + b[1]];

function lostOf(all: JourneyPreview['lost']): JourneyPreview['lost'] {
  const events = new Map<string, number>();
  for (const one of all) events.set(one.name, (events.get(one.name) ?? 0) + one.events);
  return [...events].map(([name, n]) => ({ name, events: n })).sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
}

/** Two pieces of one preview, of different customers, as one. */
export function joinPreviews(first: JourneyPreview, second: JourneyPreview): JourneyPreview {
  return {
    customers: first.customers + second.customers,
    leftOut: first.leftOut + second.leftOut,
    // Who is heard of for the first time while the pieces come does not make them fewer.
    of: Math.max(first.of, first.customers + first.leftOut + second.customers + second.leftOut),
    events: first.events + second.events,
    unmatched: sumOf(first.unmatched, second.unmatched),
    lost: lostOf([...first.lost, ...second.lost]),
    stages: first.stages.map((stage) => {
      const more = second.stages.find((one) => one.stage === stage.stage);
      if (more === undefined) return stage;
      const { events, here, stuck } = more;
      return { ...stage, events: sumOf(stage.events, events), here: sumOf(stage.here, here), stuck: sumOf(stage.stuck, stuck) };
    }),
    deviating: sumOf(first.deviating, second.deviating),
    cases: sumOf(first.cases, second.cases),
  };
}
