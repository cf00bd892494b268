import { basename, join } from 'node:path';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import type { EventInput } from '#lib/contract/index.ts';
import { caseMemory } from './case-memory.ts';
import type { BatchAnswer, Door } from './door.ts';
import { openLanes } from './lanes.ts';
import type { Parcel } from './lanes.ts';
import type { Mapping } from './mapping.ts';
import { orderer } from './order.ts';
import type { Orderer } from './order.ts';
import { readProgress, writeProgress } from './progress-file.ts';
import type { Progress } from './progress-file.ts';
import { openReport } from './report.ts';
import type { Report } from './report.ts';
import { rowMapper } from './row-mapper.ts';
import { openSource } from './source-rows.ts';
import type { OpenSource } from './source-rows.ts';
import { kindOf, problemOf } from './value-rules.ts';
import type { Problem } from './value-rules.ts';

/** Told how far the import is. */
export interface Display {
  /** @param share of the file, 0..1 */
  reading(rows: number, share: number): void;
  sending(done: number, total: number): void;
  finished(): void;
}

/** What to map: a file, how, and where notes may be kept. */
export interface MapOptions {
  readonly file: string;
  readonly mapping: Mapping;
  /** folder for pieces being sorted and for the report */
  readonly folder: string;
  /** names this import among others in the folder */
  readonly name: string;
  readonly display: Display;
  readonly clock: () => number;
  readonly rowsInMemory?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to import. */
export interface ImportOptions extends MapOptions {
  readonly door: Door;
  /** forget how far an earlier run came */
  readonly restart: boolean;
}

/** What the door says against an event. */
export interface Refusal {
  /** e.g. `customer.phone`; empty for the event as a whole */
  readonly field: string;
  /** for programs */
  readonly code: string;
  readonly message: string;
}

/** What to try. */
export interface DryRunOptions extends MapOptions {
  /** what the door would say against an event; undefined: it would take it. Default: it takes all */
  readonly refuses?: (event: EventInput) => Refusal | undefined;
}

/** What became of the rows. `rows = accepted + duplicates + rejected + refused + skipped` */
export interface ImportSummary {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** refused by the door */
  readonly rejected: number;
  /** never sent: the whole row could not be used */
  readonly refused: number;
  /** arrived in an earlier run */
  readonly skipped: number;
  /** lines that this run wrote to the report */
  readonly reported: number;
  readonly report: string;
  readonly seconds: number;
}

/** One event in sending order, with the row it was. */
export interface MappedEvent {
  readonly position: number;
  readonly row: number;
  readonly event: EventInput;
  /** what only the case's earlier rows could tell was wrong */
  readonly problems: readonly Problem[];
}

/** A file read, mapped and sorted. */
export interface MappedFile {
  readonly rows: number;
  readonly refused: number;
  /** number of events */
  readonly size: number;
  /** once: events as they happened */
  events(): AsyncGenerator<MappedEvent>;
  dispose(): Promise<void>;
}

const READ_NEWS_EVERY = 2_000;
const SAVE_EVERY_BATCHES = 8;

function checkColumns(source: OpenSource, needed: readonly string[], file: string): void {
  if (source.columns === null) return;
  const there = new Set(source.columns);
  const missing = needed.filter((column) => !there.has(column));
  if (missing.length === 0) return;
  throw new Fault(
    'bad_config',
    `${basename(file)} has no column ${missing.map((m) => `"${m}"`).join(', ')}. It has: ${source.columns.join(', ')}`,
  );
}

function stopWhenAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Fault('not_ready', 'Stopped. Start the same import again to go on where it stopped.');
}

async function readAll(
  options: MapOptions,
  order: Orderer,
  told: (problems: readonly Problem[]) => Promise<void>,
): Promise<{ rows: number; refused: number }> {
  const mapper = rowMapper(options.mapping, options.clock());
  const source = await openSource(options.file, options.mapping, mapper.columns);
  checkColumns(source, mapper.columns, options.file);
  let rows = 0;
  let refused = 0;
  for await (const row of source.rows) {
    rows += 1;
    const { mapped, problems } = mapper.map(row);
    if (problems.length > 0) await told(problems);
    if (mapped === null) refused += 1;
    else await order.add(mapped);
    if (rows % READ_NEWS_EVERY !== 0) continue;
    stopWhenAsked(options.signal);
    options.display.reading(rows, source.done());
  }
  options.display.reading(rows, 1);
  return { rows, refused };
}

/**
 * Reads, maps and sorts a file: by time, sequence, row. Pure but for the pieces it sorts on disk; call `dispose` when done.
 * @param told is given what could not be used while reading; events carry what else turned up
 * @throws Fault `bad_request` (file cannot be read), `bad_config` (a column is missing)
 */
export async function mapFile(options: MapOptions, told: (problems: readonly Problem[]) => Promise<void>): Promise<MappedFile> {
  const order = orderer(join(options.folder, `${options.name}.sorting`), options.rowsInMemory);
  const memory = caseMemory(options.mapping);
  try {
    const counts = await readAll(options, order, told);
    return {
      ...counts,
      size: order.size,
      async *events() {
        let position = 0;
        for await (const mapped of order.sorted()) {
          yield { position, row: mapped.row, ...memory.complete(mapped) };
          position += 1;
        }
      },
      dispose: () => order.dispose(),
    };
  } catch (error) {
    await order.dispose();
    throw asFault(error, options.file);
  }
}

function asFault(error: unknown, file: string): unknown {
  if (error instanceof Fault) return error;
  return new Fault('bad_request', `${basename(file)} cannot be read: ${thrownWords(error)}`, {
    cause: error,
  });
}

/** The identifier by which a person's events keep to one lane: the first that the mapping names and the event has. */
function personOf(event: EventInput): string {
  const [first] = Object.entries(event.customer);
  return first === undefined ? '' : `${first[0]}:${first[1]}`;
}

/** Where the report of an import is written. */
function reportFile(options: Pick<MapOptions, 'folder' | 'file'>, dryRun: boolean): string {
  return join(options.folder, `${basename(options.file)}${dryRun ? '.dry-run' : ''}.report.ndjson`);
}

function refusedRow(row: number, { field, message }: Pick<Refusal, 'field' | 'message'>, code?: string): Problem {
  return problemOf(row, field === '' ? null : field, null, `refused by the door: ${message}`, code);
}

class Tally {
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  readonly report: Report;
  constructor(report: Report) {
    this.report = report;
  }

  async add(batch: readonly Parcel[], answer: BatchAnswer): Promise<void> {
    this.accepted += answer.accepted;
    this.duplicates += answer.duplicates;
    this.rejected += new Set(answer.rejected.map((r) => r.index)).size;
    await this.report.write(answer.rejected.map((r) => refusedRow(batch[r.index]?.row ?? 0, r)));
  }
}

interface Sending {
  readonly file: MappedFile;
  readonly tally: Tally;
  readonly from: number;
  readonly progressFile: string;
}

async function sendAll(options: ImportOptions, { file, tally, from, progressFile }: Sending): Promise<void> {
  let batches = 0;
  let saved = Promise.resolve();
  const save = (complete: boolean): Promise<void> => {
    const arrived = Math.max(from, lanes.arrived());
    saved = saved.then(() => writeProgress(progressFile, { arrived, complete, rows: file.rows, refused: file.refused }));
    return saved;
  };
  const lanes = openLanes(options.door, async (batch, answer) => {
    await tally.add(batch, answer);
    options.display.sending(Math.max(from, lanes.arrived()), file.size);
    if ((batches += 1) % SAVE_EVERY_BATCHES === 0) await save(false);
  });
  try {
    for await (const { position, row, event, problems } of file.events()) {
      if (position < from) continue;
      stopWhenAsked(options.signal);
      await tally.report.write(problems);
      await lanes.put({ position, row, person: personOf(event), json: JSON.stringify(event) });
    }
    await lanes.finish();
  } catch (error) {
    await lanes.abandon();
    await save(false);
    throw options.signal?.aborted === true && !(error instanceof Fault)
      ? new Fault('not_ready', 'Stopped. Start the same import again to go on where it stopped.', { cause: error })
      : error;
  }
  await save(true);
}

function nothingLeft(earlier: Progress, report: string): ImportSummary {
  const { rows, refused, arrived } = earlier;
  return { rows, accepted: 0, duplicates: 0, rejected: 0, refused, skipped: arrived, reported: 0, report, seconds: 0 };
}

/**
 * Imports a file through the public door. Running it again is safe: it goes on where it stopped, and the door refuses what it has.
 * @throws Fault as `mapFile` and `Door.send`; `not_ready` when stopped by the signal
 */
export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const startedAt = options.clock();
  const progressFile = join(options.folder, `${options.name}.progress.json`);
  const earlier = options.restart ? null : await readProgress(progressFile);
  const from = earlier?.arrived ?? 0;
  const path = reportFile(options, false);
  if (earlier?.complete === true) return nothingLeft(earlier, path);
  const report = await openReport(path, from > 0);
  let file: MappedFile | undefined;
  try {
    // What reading complains about was written in full by the run that began this import: sending starts after the last row is read.
    file = await mapFile(options, (problems) => (from > 0 ? Promise.resolve() : report.write(problems)));
    const tally = new Tally(report);
    if (from === 0) await writeProgress(progressFile, { arrived: 0, complete: false, rows: file.rows, refused: file.refused });
    await sendAll(options, { file, tally, from, progressFile });
    const { rows, refused } = file;
    const { accepted, duplicates, rejected } = tally;
    const seconds = (options.clock() - startedAt) / 1000;
    return {
      rows,
      accepted,
      duplicates,
      rejected,
      refused,
      skipped: Math.min(from, file.size),
      reported: report.lines,
      report: path,
      seconds,
    };
  } finally {
    options.display.finished();
    await file?.dispose();
    await report.close();
  }
}

/** What a dry run found. */
export interface DryRun {
  readonly rows: number;
  /** never sent, or sent in vain: the door would refuse it */
  readonly refused: number;
  readonly first: readonly MappedEvent[];
  readonly reported: number;
  readonly report: string;
  /** kinds of problems, most frequent first, with the first of each */
  readonly problems: readonly { readonly count: number; readonly example: Problem }[];
}

/**
 * Maps a whole file and sends nothing.
 * @param shown how many events to keep for showing
 * @throws Fault as `mapFile`
 */
export async function dryRun(options: DryRunOptions, shown = 20): Promise<DryRun> {
  const path = reportFile(options, true);
  const report = await openReport(path, false);
  const groups = new Map<string, { count: number; example: Problem }>();
  let file: MappedFile | undefined;
  try {
    const told = async (problems: readonly Problem[]): Promise<void> => {
      for (const problem of problems) {
        const kind = kindOf(problem);
        const group = groups.get(kind) ?? { count: 0, example: problem };
        group.count += 1;
        groups.set(kind, group);
      }
      await report.write(problems);
    };
    file = await mapFile(options, told);
    let { refused } = file;
    const first: MappedEvent[] = [];
    for await (const mapped of file.events()) {
      const refusal = options.refuses?.(mapped.event);
      await told(refusal === undefined ? mapped.problems : [...mapped.problems, refusedRow(mapped.row, refusal, refusal.code)]);
      if (refusal !== undefined) refused += 1;
      else if (first.length < shown) first.push(mapped);
    }
    const problems = [...groups.values()].map(({ count, example }) => ({ count, example })).sort((a, b) => b.count - a.count);
    return { rows: file.rows, refused, first, reported: report.lines, report: path, problems };
  } finally {
    options.display.finished();
    await file?.dispose();
    await report.close();
  }
}
