import { error } from '@sveltejs/kit';
import type { JourneySummary } from '#lib/contract/views.ts';
import * as m from '#messages/frame.ts';

/** The journey a page shows: the one asked for, else the first that has cases, else the first. */
export function chooseJourney(journeys: readonly JourneySummary[], asked: string | null): JourneySummary | undefined {
  return journeys.find(({ journey }) => journey === asked) ?? journeys.find(({ span }) => span !== null) ?? journeys[0];
}

/** What a page's load has, of which its journey is found. */
interface Load {
  readonly url: URL;
  readonly parent: () => Promise<{ readonly journeys: readonly JourneySummary[] }>;
}

/**
 * The journey a page shows by its address, `?j=`; undefined: there is none at all.
 * @throws 404 where the address names one that does not exist: the numbers of another would be taken for those that were asked for
 */
export async function askedJourney({ url, parent }: Load): Promise<JourneySummary | undefined> {
  const asked = url.searchParams.get('j');
  const { journeys } = await parent();
  const chosen = chooseJourney(journeys, asked);
  if (asked !== null && asked !== '' && chosen?.journey !== asked) error(404, m.missing('thisJourney'));
  return chosen;
}

/** The version a page shows where its address names none: the newest, or that which was in force at a past instant. */
export function usualVersion(journey: Pick<JourneySummary, 'version' | 'running'>, to: number | undefined): number {
  if (to === undefined) return journey.version;
  return (journey.running.findLast(({ since }) => since <= to) ?? journey.running[0])?.version ?? journey.version;
}
