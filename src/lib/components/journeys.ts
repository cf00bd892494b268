import type { JourneySummary } from '#lib/contract/views.ts';

/** The journey a page shows: the one asked for, else the first that has cases, else the first. */
export function chooseJourney(journeys: readonly JourneySummary[], asked: string | null): JourneySummary | undefined {
  return journeys.find(({ journey }) => journey === asked) ?? journeys.find(({ span }) => span !== null) ?? journeys[0];
}
