import type { JourneySummary } from '#lib/contract/views.ts';

/** The journey a page shows: the one asked for, else the first that has cases, else the first. */
export function chooseJourney(journeys: readonly JourneySummary[], asked: string | null): JourneySummary | undefined {
  return journeys.find(({ journey }) => journey === asked) ?? journeys.find(({ span }) => span !== null) ?? journeys[0];
}

/** The version a page shows where its address names none: the newest, or that which was in force at a past instant. */
export function usualVersion(journey: Pick<JourneySummary, 'version' | 'running'>, to: number | undefined): number {
  if (to === undefined) return journey.version;
  return (journey.running.findLast(({ since }) => since <= to) ?? journey.running[0])?.version ?? journey.version;
}
