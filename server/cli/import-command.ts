import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import { progressDisplay } from '#server/importers/display.ts';
import { openDoor } from '#server/importers/door.ts';
import { dryRun, importFile } from '#server/importers/import.ts';
import type { DryRun, DryRunOptions, ImportSummary, MapOptions } from '#server/importers/import.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import type { Mapping } from '#server/importers/mapping.ts';
import { formatOfFile } from '#server/importers/source-rows.ts';
import type { FileFormat } from '#server/importers/source-rows.ts';
import { digestOf } from '#server/importers/progress-file.ts';
import { LIMITS } from '#server/ingest/limits.ts';
import { normalise } from '#server/ingest/normalise.ts';
import { loadRules } from '#server/identity/load.ts';
import { systemClock } from '#server/platform/clock.ts';
import { projectFile } from '#server/platform/files.ts';
import { readYaml } from '#server/platform/yaml.ts';
import { createWriteKeys, isSourceName } from '#server/security/write-keys.ts';
import { readArguments } from './command-line.ts';

const USAGE = `npm run import -- <file> [--map <mapping.yaml>] [--dry-run] [--source name] [--address http://127.0.0.1:4070] [--key k] [--restart]

  <file>      .csv, .ndjson, .xes, .jsonocel or .xmlocel (OCEL 2.0), each also as .gz or inside a .zip
  --map       which column is what; the name of a mapping that ships with the product is enough (service-desk); not needed for event logs, which say themselves what is what (.xes, .jsonocel, .xmlocel; .json and .xml that begin like one; inside a .zip, too)
  --dry-run   shows the first 20 events and everything that cannot be used or would be refused, sends nothing
  --source    the feed's name, instead of the mapping's
  --address   the running product
  --key       write key; else WRITE_KEY, else the key kept in DATA_DIR
  --restart   sends everything again instead of going on where an earlier run stopped`;

interface Request {
  readonly file: string;
  readonly map: string;
  readonly dryRun: boolean;
  readonly restart: boolean;
  readonly source: string | undefined;
  readonly address: string | undefined;
  readonly key: string | undefined;
}

const OPTIONS = {
  map: { type: 'string' },
  'dry-run': { type: 'boolean' },
  restart: { type: 'boolean' },
  source: { type: 'string' },
  address: { type: 'string' },
  key: { type: 'string' },
} as const;

/** Formats that say themselves what is what. */
const DEFAULT_MAPS: Partial<Record<FileFormat, string>> = { xes: 'xes', ocel: 'ocel' };

async function parseRequest(argv: readonly string[]): Promise<Request> {
  const { values, positionals } = readArguments(argv, { options: OPTIONS, allowPositionals: true }, USAGE);
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) throw new Fault('bad_request', USAGE);
  const map = values.map ?? DEFAULT_MAPS[(await formatOfFile(file)) ?? 'csv'];
  if (map === undefined) throw new Fault('bad_request', `${file} needs a mapping that says which column is what: give --map.\n\n${USAGE}`);
  if (values.address !== undefined && !/^https?:\/\/./.test(values.address))
    throw new Fault('bad_request', `--address ${values.address} must begin with http:// or https://`);
  if (values.source !== undefined && !isSourceName(values.source))
    throw new Fault('bad_request', `--source ${values.source} must be 1 to 64 letters, digits, dots, dashes or underscores`);
  return {
    file,
    map,
    dryRun: values['dry-run'] ?? false,
    restart: values.restart ?? false,
    source: values.source,
    address: values.address,
    key: values.key,
  };
}

function readMapping(request: Request): Mapping {
  const shipped = projectFile(join('server/importers/mappings', `${basename(request.map, '.yaml')}.yaml`));
  const path = !existsSync(request.map) && existsSync(shipped) ? shipped : request.map;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('bad_config', `${path} cannot be read: ${thrownWords(cause)}`, { cause });
  }
  const mapping = readYaml(path, text, mappingSchema);
  return request.source === undefined ? mapping : { ...mapping, source: request.source };
}

function keyOf(request: Request, config: Config): string {
  if (request.key !== undefined) return request.key;
  if (config.writeKey === undefined && !existsSync(join(config.dataDir, 'write-key')))
    throw new Fault('unauthorised', `No write key: give --key, set WRITE_KEY, or start the product with DATA_DIR=${config.dataDir} first.`);
  const { writeKey: configured, dataDir } = config;
  return createWriteKeys({ configured, dataDir, onReadable: (words) => process.stderr.write(`${words}\n`) }).first;
}

/** What the door of this product would say against an event, by the code that says it. */
function refusalsOf(config: Config, source: string): NonNullable<DryRunOptions['refuses']> {
  const options = { region: config.phoneRegion, nodeOf: () => '', rules: loadRules(config.identityFile), limits: LIMITS };
  return (event) => {
    const read = normalise(event, { source, received: systemClock() }, options);
    return read.ok ? undefined : read.problem;
  };
}

function showDryRun(found: DryRun): string {
  const events = found.first.map(({ row, event }) => `row ${row}: ${JSON.stringify(event)}`);
  const problems = found.problems.map(
    ({ count, example }) =>
      `${count} x ${example.column ?? 'whole row'}: ${example.reason} (row ${example.row}${example.value === null ? '' : `, ${JSON.stringify(example.value)}`})`,
  );
  const last = `${found.rows} rows, ${found.rows - found.refused} would be sent, ${found.refused} would not. Nothing was sent.`;
  const report = found.reported === 0 ? [] : [`What could not be used: ${found.report}`];
  return [...events, '', ...(problems.length === 0 ? ['Nothing to complain about.'] : problems), '', last, ...report].join('\n');
}

function showSummary(summary: ImportSummary): string {
  const { rows, accepted, duplicates, rejected, refused, skipped, reported, seconds } = summary;
  const lines = [
    `${rows} rows in ${seconds.toFixed(1)} s: ${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected, ${refused} not sent, ${skipped} sent by an earlier run.`,
  ];
  if (skipped > 0 && accepted + duplicates + rejected === 0) lines.push('An earlier run had sent everything; --restart sends it again.');
  if (reported > 0) lines.push(`${reported} values could not be used: ${summary.report}`);
  return lines.join('\n');
}

/** A first Ctrl-C stops in order, so that progress is kept; a second one ends the process as usual. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

/**
 * `npm run import`.
 * @param argv what stands behind the command
 * @param config the environment; the product's own address and key come from it
 * @throws Fault with a sentence that says what to do
 */
export async function runImport(argv: readonly string[], config: Config): Promise<void> {
  const request = await parseRequest(argv);
  const mapping = readMapping(request);
  const address = request.address ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  const signal = stopSignal();
  const display = progressDisplay(process.stderr, systemClock);
  const options: MapOptions = {
    file: request.file,
    mapping,
    folder: join(config.dataDir, 'imports'),
    name: await digestOf(request.file, JSON.stringify(mapping), address),
    display,
    clock: systemClock,
    signal,
  };
  if (request.dryRun) {
    process.stdout.write(`${showDryRun(await dryRun({ ...options, refuses: refusalsOf(config, mapping.source) }))}\n`);
    return;
  }
  const onWait = (why: string): void => display.waiting(`${address}: ${why}`);
  const door = openDoor({ address, key: keyOf(request, config), source: mapping.source, signal, onWait });
  const summary = await importFile({ ...options, door, restart: request.restart });
  process.stdout.write(`${showSummary(summary)}\n`);
}
