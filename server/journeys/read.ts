import { journeySchema } from '#lib/contract/index.ts';
import type { JourneyFile } from '#lib/contract/index.ts';
import { checkJourney } from '#server/domain/blueprint/blueprint.ts';
import { parseYaml } from '#server/platform/yaml.ts';
import type { YamlReading } from '#server/platform/yaml.ts';

/** Stands in a text for bytes that were none. */
const NO_TEXT = '\uFFFD';

/** Reads the text of a journey file: the journey, or everything for which it cannot be published, with line, field and reason. */
export function readJourney(text: string): YamlReading<JourneyFile> {
  const unread = text.indexOf(NO_TEXT);
  if (unread < 0) return parseYaml(text, journeySchema, checkJourney);
  const line = text.slice(0, unread).split('\n').length;
  return { ok: false, problems: [{ line, field: '', message: 'is not UTF-8: save the file as UTF-8, or convert it with iconv' }] };
}
