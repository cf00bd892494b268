import { BY_FILES } from '#lib/contract/index.ts';
import { parseJourney, readJourneys } from '#server/journeys/load.ts';
import type { Definitions } from './definitions.ts';

/**
 * Publishes the journey files of a folder that are not published yet. A file may be changed only together with its version.
 * @throws Fault `bad_config` naming file, line, field and reason; `conflict` where a published version was changed
 */
export async function publishJourneys(definitions: Definitions, from: { readonly folder: string; readonly at: number }): Promise<void> {
  const published = new Set(definitions.current.all('journey').map((entry) => entry.body));
  const files = readJourneys(from.folder)
    .filter(({ text }) => !published.has(text))
    .map(({ name, text }) => ({ text, blueprint: parseJourney(name, text) }));
  for (const { text, blueprint } of files)
    await definitions.publish({
      kind: 'journey',
      id: `${blueprint.journey}@${blueprint.version}`,
      body: text,
      by: BY_FILES,
      at: from.at,
    });
}
