import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, journeySchema } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { readYaml, valueOf } from '#server/platform/yaml.ts';
import { readJourney } from './read.ts';

/** A journey file: its text is what is published, to the letter. */
export interface JourneyText {
  readonly name: string;
  readonly text: string;
}

/** Reads and compiles one journey. @throws Fault `bad_config` naming file, line, field and reason */
export function parseJourney(name: string, text: string): Blueprint {
  return compileJourney(valueOf(name, readJourney(text)));
}

/** Compiles a journey that is published: what it was checked for then holds, whatever is checked for today. */
export function compilePublished(id: string, text: string): Blueprint {
  return compileJourney(readYaml(id, text, journeySchema));
}

/** Reads the journey files of a folder. @throws Fault `bad_config` where there is none, or one cannot be read */
export function readJourneys(folder: string): JourneyText[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch (cause) {
    throw new Fault('bad_config', `JOURNEYS: the folder ${folder} cannot be read.`, { cause });
  }
  if (names.length === 0) throw new Fault('bad_config', `JOURNEYS: there is no .yaml file in ${folder}.`);
  return names.sort().map((name) => ({ name, text: textOf(join(folder, name)) }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('bad_config', `JOURNEYS: the file ${file} cannot be read.`, { cause });
  }
}
