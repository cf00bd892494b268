import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, journeySchema } from '#lib/contract/index.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { blueprintsOf, checkJourney, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { readYaml } from '#server/platform/yaml.ts';

/** Reads and compiles every journey file of a folder. @throws Fault `bad_config` naming file, line, field and reason */
export function loadJourneys(folder: string): Blueprints {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch (cause) {
    throw new Fault('bad_config', `JOURNEYS: the folder ${folder} cannot be read.`, { cause });
  }
  if (names.length === 0) throw new Fault('bad_config', `JOURNEYS: there is no .yaml file in ${folder}.`);
  return blueprintsOf(
    names.sort().map((name) => compileJourney(readYaml(name, readFileSync(join(folder, name), 'utf8'), journeySchema, checkJourney))),
  );
}
