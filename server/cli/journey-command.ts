import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { BY_FILES, Fault, journeySchema } from '#lib/contract/index.ts';
import type { JourneyChange, JourneyFile } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import { Definitions, textOf } from '#server/definitions/definitions.ts';
import { diffJourneys } from '#server/domain/blueprint/diff.ts';
import { compilePublished, readJourneys } from '#server/journeys/load.ts';
import { readJourney } from '#server/journeys/read.ts';
import { problemText } from '#server/platform/yaml.ts';
import { readArguments } from './command-line.ts';
import { addressOf, connectTo } from './running-store.ts';
import { writeFile } from './write-file.ts';

const USAGE = `npm run journey -- <what> ...

  check <file>                   everything that is wrong with a journey file: line, field, reason
  diff <file> [<other file>]     exactly what differs from the newest published version, or from the other file
  publish <file> [--by <name>]   publishes it to the running product; cases that have begun keep their version
  export <journey>[@<version>] [<file>]   the text as it was published, to the letter
  list                           what is published
  schema [<file>]                JSON Schema for editors`;

const say = (words: string): void => void process.stdout.write(`${words}\n`);

function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('bad_request', `${path} cannot be read.`, { cause });
  }
}

/** Reads a journey file. @throws Fault with every problem: file, line, field, reason */
function journeyIn(path: string): { readonly text: string; readonly file: JourneyFile } {
  const text = textOfFile(path);
  const reading = readJourney(text);
  if (reading.ok) return { text, file: reading.value };
  throw new Fault('bad_config', reading.problems.map((problem) => problemText(basename(path), problem)).join('\n'));
}

/** A journey as it was published. */
interface PublishedJourney {
  readonly journey: string;
  readonly version: number;
  readonly text: string;
  readonly by: string;
  /** ms; 0: only a file, of a product that does not run */
  readonly at: number;
}

/** What is published: by the running product; where none runs, the files it would publish when it starts. */
async function published(config: Config): Promise<readonly PublishedJourney[]> {
  const store = await addressOf(config).catch(() => undefined);
  if (store === undefined) {
    process.stderr.write(
      `No product is running for DATA_DIR=${config.dataDir}: this is said of the files in ${config.journeysDir}, whatever was published.\n`,
    );
    return readJourneys(config.journeysDir).flatMap(({ name, text }) => {
      const reading = readJourney(text);
      if (!reading.ok) throw new Fault('bad_config', reading.problems.map((problem) => problemText(name, problem)).join('\n'));
      return [{ journey: reading.value.journey, version: reading.value.version, text, by: BY_FILES, at: 0 }];
    });
  }
  const redis = await connectTo(store);
  try {
    const set = await new Definitions(redis).look();
    return set.all('journey').map((entry) => {
      const cut = entry.id.lastIndexOf('@');
      return {
        journey: entry.id.slice(0, cut),
        version: Number(entry.id.slice(cut + 1)),
        text: textOf(entry.body),
        by: entry.by,
        at: entry.at,
      };
    });
  } finally {
    redis.destroy();
  }
}

function newest(all: readonly PublishedJourney[], journey: string): PublishedJourney | undefined {
  return all.filter((one) => one.journey === journey).sort((a, b) => b.version - a.version)[0];
}

function changeText(change: JourneyChange): string {
  if (change.before === null) return `+ ${change.path}: ${change.after ?? ''}`;
  if (change.after === null) return `- ${change.path}: ${change.before}`;
  return `~ ${change.path}: ${change.before} -> ${change.after}`;
}

function check(path: string): void {
  const { file } = journeyIn(path);
  say(
    `${basename(path)}: ${file.journey} version ${file.version}: ${file.stages.length} stages, ${file.touchpoints.length} touchpoints, can be published`,
  );
}

async function diff(path: string, other: string | undefined, config: Config): Promise<void> {
  const { file } = journeyIn(path);
  let before: JourneyFile;
  let name: string;
  if (other === undefined) {
    const found = newest(await published(config), file.journey);
    if (found === undefined) return say(`The journey ${file.journey} is not published yet: all of it is new.`);
    name = `${found.journey}@${found.version}`;
    before = compilePublished(name, found.text).file;
  } else [before, name] = [file, basename(path)];
  const after = other === undefined ? file : journeyIn(other).file;
  const changes = diffJourneys(before, after);
  say(changes.length === 0 ? `Nothing differs from ${name}.` : `Against ${name}:\n${changes.map(changeText).join('\n')}`);
}

async function publish(path: string, by: string, config: Config): Promise<void> {
  const { text, file } = journeyIn(path);
  const redis = await connectTo(await addressOf(config));
  try {
    const id = `${file.journey}@${file.version}`;
    const revision = await new Definitions(redis).publish({ kind: 'journey', id, body: text, by, at: Date.now() });
    say(revision === null ? `${id} is published already, to the letter.` : `${id} is published. Cases that begin from now on follow it.`);
  } finally {
    redis.destroy();
  }
}

async function exportJourney(name: string, path: string | undefined, config: Config): Promise<void> {
  const [journey = '', version] = name.split('@');
  const all = await published(config);
  const found =
    version === undefined ? newest(all, journey) : all.find((one) => one.journey === journey && one.version === Number(version));
  if (found === undefined)
    throw new Fault(
      'not_found',
      `There is no journey ${name}. There are: ${all.map((one) => `${one.journey}@${one.version}`).join(', ')}.`,
    );
  if (path === undefined) process.stdout.write(found.text);
  else writeFile(path, found.text);
}

async function list(config: Config): Promise<void> {
  for (const one of await published(config))
    say(`${one.journey}@${one.version}  ${one.at === 0 ? 'only a file' : new Date(one.at).toISOString()}  by ${one.by}`);
}

/** The JSON Schema of journey files, as text. */
export function journeySchemaText(): string {
  const schema = z.toJSONSchema(journeySchema, { io: 'input' });
  return `${JSON.stringify({ title: 'A journey file of Throughline', ...schema }, null, 2)}\n`;
}

function schema(path: string | undefined): void {
  if (path === undefined) process.stdout.write(journeySchemaText());
  else writeFile(path, journeySchemaText());
}

/** `npm run journey`. @throws Fault with a sentence that says what to do */
export async function runJourney(argv: readonly string[], config: Config): Promise<void> {
  const { positionals, values } = readArguments(argv, { options: { by: { type: 'string' } }, allowPositionals: true }, USAGE);
  const [what, first, second, ...more] = positionals;
  if (more.length === 0 && (what === 'schema' || what === 'list') && second === undefined) {
    if (what === 'list' && first === undefined) return list(config);
    if (what === 'schema') return schema(first);
  }
  if (more.length > 0 || first === undefined) throw new Fault('bad_request', USAGE);
  if (what === 'check' && second === undefined) return check(first);
  if (what === 'diff') return diff(first, second, config);
  if (what === 'publish' && second === undefined) return publish(first, values.by ?? 'command line', config);
  if (what === 'export') return exportJourney(first, second, config);
  throw new Fault('bad_request', USAGE);
}
