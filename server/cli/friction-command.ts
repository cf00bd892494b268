import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { COMPONENTS, COMPONENT_NAMES, Fault } from '#lib/contract/index.ts';
import type { FrictionFile } from '#lib/contract/index.ts';
import { HOUR } from '#lib/contract/time.ts';
import type { Config } from '#server/config.ts';
import { Definitions, textOf } from '#server/definitions/definitions.ts';
import type { DefinitionSet } from '#server/definitions/definitions.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { frictionHistory, rulesOf } from '#server/domain/friction/rules.ts';
import type { FrictionHistory, FrictionRules } from '#server/domain/friction/rules.ts';
import { frictionId, parseFriction, readFriction, unknownNames } from '#server/friction/read.ts';
import { compilePublished, parseJourney, readJourneys } from '#server/journeys/load.ts';
import { problemText } from '#server/platform/yaml.ts';
import type { Redis } from '#server/redis/client.ts';
import { squaresOf } from '#server/projector/pull.ts';
import { estimateKappa } from '#server/domain/friction/pull.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { readArguments } from './command-line.ts';
import { calibration, calibrationOptions, proposal, visitsOf } from './friction-calibrate.ts';
import type { CalibrateGiven } from './friction-calibrate.ts';
import { addressOf, connectTo, partitionsOf } from './running-store.ts';
import { writeFile } from './write-file.ts';

const USAGE = `npm run friction -- <what> ...

  show [<journey>[/<segment>]]       what friction is judged by now, and its published versions
  check <file>                       everything that is wrong with a configuration: line, field, reason
  publish <file> [--by <name>]       publishes a version; visits that began from its date on are judged by it
  export <version>                   the text as it was published, to the letter
  calibrate <journey> [--outcomes answers|all] [--customers <n>] [--at-least <n>] [--out <file>]
                                     fits the weights to how visits ended, shows old against new and what the heatmap would change,
                                     and writes a version for a person to accept: publish it, or do not
  pull                               how strongly squares are pulled to their stage, estimated from the last seven days`;

const say = (words: string): void => void process.stdout.write(`${words}\n`);

function fileIn(path: string): { readonly text: string; readonly file: FrictionFile } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('bad_request', `${path} cannot be read.`, { cause });
  }
  const reading = readFriction(text);
  if (reading.ok) return { text, file: reading.value };
  throw new Fault('bad_config', reading.problems.map((problem) => problemText(basename(path), problem)).join('\n'));
}

async function withStore<Answer>(config: Config, use: (redis: Redis, definitions: Definitions) => Promise<Answer>): Promise<Answer> {
  const redis = await connectTo(await addressOf(config));
  try {
    return await use(redis, new Definitions(redis));
  } finally {
    redis.destroy();
  }
}

/** What is published; where no product runs, the journeys it would publish when it starts. */
interface Known {
  readonly journeys: readonly Blueprint[];
  readonly history: FrictionHistory;
  readonly entries: readonly { readonly version: number; readonly at: number; readonly by: string; readonly why: string }[];
}

function knownOf(set: DefinitionSet): Known {
  const entries = set.all('friction').map((entry) => ({ entry, version: parseFriction(entry.id, textOf(entry.body), entry.at) }));
  return {
    journeys: set.all('journey').map((entry) => compilePublished(entry.id, textOf(entry.body))),
    history: frictionHistory(entries.map(({ version }) => version)),
    entries: entries.map(({ entry, version: { file } }) => ({ version: file.version, at: entry.at, by: entry.by, why: file.why })),
  };
}

async function known(config: Config): Promise<Known> {
  const address = await addressOf(config).catch(() => undefined);
  if (address !== undefined) return withStore(config, async (_, definitions) => knownOf(await definitions.look()));
  const journeys = readJourneys(config.journeysDir).map(({ name, text }) => parseJourney(name, text));
  return { journeys, history: frictionHistory([]), entries: [] };
}

/** The newest version of each journey. */
function newest(journeys: readonly Blueprint[]): Blueprint[] {
  const found = new Map<string, Blueprint>();
  for (const one of journeys) if ((found.get(one.journey)?.version ?? 0) < one.version) found.set(one.journey, one);
  return [...found.values()];
}

function rulesText(title: string, rules: FrictionRules): string {
  const rows = COMPONENTS.map(
    (component) =>
      `  ${COMPONENT_NAMES[component].padEnd(26)} weight ${rules.weights[component].toFixed(2)}   half ${
        rules.half[component] === 0 ? 'at once' : `at ${rules.half[component]}${unitOf(component)}`
      }`,
  );
  const more = [
    ...Object.entries(rules.promiseHalf).map(([kind, hours]) => `  promise ${kind}: half at ${hours} h late`),
    ...Object.entries(rules.waits).map(([touchpoint, ms]) => `  standard wait at ${touchpoint}: ${ms / 1000} s`),
    ...Object.entries(rules.dwell).map(
      ([stage, usual]) => `  usual time in ${stage}: ${(usual.medianMs / HOUR).toFixed(2)} h, MAD of ln ${usual.mad}`,
    ),
    `  a warning leaves ${rules.warned} of a missed promise; pull to the parent: ${rules.kappa === null ? 'estimated' : `${rules.kappa} visits`}`,
  ];
  return [title, ...rows, ...more].join('\n');
}

function unitOf(component: keyof FrictionRules['half']): string {
  if (component === 'promise_missed') return ' h late';
  if (component === 'wait') return ' standard(s) beyond the first';
  return component === 'dwell' ? ' z beyond the tolerance' : ' time(s)';
}

async function show(scope: string | undefined, config: Config): Promise<void> {
  const { journeys, history, entries } = await known(config);
  const [journey, segment] = (scope ?? '').split('/');
  const now = history.versionAt(Date.now());
  for (const { version, at, by, why } of entries)
    say(`version ${version}  published ${new Date(at).toISOString()} by ${by}${why === '' ? '' : `: ${why}`}`);
  say(
    now === undefined
      ? 'In force: the defaults.'
      : `In force: version ${now.file.version}, for visits that began from ${new Date(now.from).toISOString()} on.`,
  );
  const chosen = newest(journeys).filter((one) => journey === '' || one.journey === journey);
  if (chosen.length === 0) throw new Fault('not_found', `There is no journey ${journey ?? ''}.`);
  for (const one of chosen)
    say(
      `\n${rulesText(segment === undefined ? one.journey : `${one.journey}, segment ${segment}`, rulesOf(one.file, segment ?? null, now?.file ?? null))}`,
    );
}

async function check(path: string, config: Config): Promise<void> {
  const { file } = fileIn(path);
  const unknown = unknownNames(file, (await known(config)).journeys);
  say(`${basename(path)}: version ${file.version} of the friction configuration can be published`);
  for (const name of new Set(unknown)) say(`  note: no published journey has the ${name}; what is said of it changes nothing`);
}

async function publish(path: string, by: string, config: Config): Promise<void> {
  const { text, file } = fileIn(path);
  const revision = await withStore(config, (_, definitions) =>
    definitions.publish({ kind: 'friction', id: frictionId(file.version), body: text, by, at: Date.now() }),
  );
  const since = file.from === undefined ? 'from now on' : `from ${file.from} on`;
  say(
    revision === null
      ? `Version ${file.version} is published already, to the letter.`
      : `Version ${file.version} is published: visits that began ${since} are judged by it. The numbers of those there are already follow while the product runs.`,
  );
}

async function exportVersion(version: string, config: Config): Promise<void> {
  const entry = await withStore(config, async (_, definitions) => (await definitions.look()).get('friction', frictionId(Number(version))));
  if (entry === undefined) throw new Fault('not_found', `There is no version ${version} of the friction configuration.`);
  process.stdout.write(textOf(entry.body));
}

async function pull(config: Config): Promise<void> {
  await withStore(config, async (redis, definitions) => {
    const partitions = await partitionsOf(redis);
    for (const one of newest(knownOf(await definitions.look()).journeys)) {
      const estimate = estimateKappa(await squaresOf({ redis, partitions }, one, Date.now()));
      say(
        estimate === null
          ? `${one.journey}: too few visits in the last seven days to estimate the pull`
          : `${one.journey}: ${estimate.kappa.toFixed(1)} visits (${estimate.visits} visits in ${estimate.squares} squares; variance within ${estimate.within.toFixed(4)}, between ${estimate.between.toFixed(4)})`,
      );
    }
  });
}

async function calibrate(journey: string, given: CalibrateGiven, config: Config): Promise<void> {
  const options = calibrationOptions(given);
  await withStore(config, async (redis, definitions) => {
    const set = await definitions.look();
    const { history, journeys, entries } = knownOf(set);
    const blueprint = newest(journeys).find((one) => one.journey === journey);
    if (blueprint === undefined) throw new Fault('not_found', `There is no journey ${journey}.`);
    const partitions = await partitionsOf(redis);
    const contexts = new PublishedContexts(definitions);
    const visits = await visitsOf({ redis, partitions }, contexts.current, { journey, customers: options.customers });
    const version = history.versionAt(Date.now());
    const rules = rulesOf(blueprint.file, null, version?.file ?? null);
    const next = Math.max(0, ...entries.map((entry) => entry.version)) + 1;
    const result = calibration(visits, { ...options, journey, weights: rules.weights, now: Date.now() });
    say(result.text);
    writeFile(options.out, proposal({ file: version?.file ?? null, version: next, journey, result }));
    say(`\nWritten to ${options.out} as version ${next}. If you accept it: npm run friction -- publish ${options.out} --by <your name>`);
  });
}

/** `npm run friction`. @throws Fault with a sentence that says what to do */
export async function runFriction(argv: readonly string[], config: Config): Promise<void> {
  const { positionals, values } = readArguments(argv, { options: OPTIONS, allowPositionals: true }, USAGE);
  const [what, first, ...more] = positionals;
  if (more.length > 0) throw new Fault('bad_request', USAGE);
  if (what === 'show') return show(first, config);
  if (what === 'pull' && first === undefined) return pull(config);
  if (first === undefined) throw new Fault('bad_request', USAGE);
  if (what === 'check') return check(first, config);
  if (what === 'publish') return publish(first, values.by ?? 'command line', config);
  if (what === 'export') return exportVersion(first, config);
  if (what === 'calibrate') return calibrate(first, values, config);
  throw new Fault('bad_request', USAGE);
}

const OPTIONS = {
  by: { type: 'string' },
  outcomes: { type: 'string' },
  customers: { type: 'string' },
  'at-least': { type: 'string' },
  out: { type: 'string' },
} as const;
