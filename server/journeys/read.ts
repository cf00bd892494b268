import { journeySchema } from '#lib/contract/index.ts';
import type { JourneyFile } from '#lib/contract/index.ts';
import { checkJourney } from '#server/domain/blueprint/blueprint.ts';
import { parseYaml } from '#server/platform/yaml.ts';
import type { YamlReading } from '#server/platform/yaml.ts';

/** Reads the text of a journey file: the journey, or everything for which it cannot be published, with line, field and reason. */
export function readJourney(text: string): YamlReading<JourneyFile> {
  return parseYaml(text, journeySchema, checkJourney);
}
