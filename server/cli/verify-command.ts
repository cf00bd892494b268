import { Fault } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import { loadRules } from '#server/identity/load.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import type { PartitionReport } from '#server/projector/verify/verify.ts';
import { readArguments } from './command-line.ts';
import { addressOf, connectTo, partitionsOf } from './running-store.ts';

const USAGE = `npm run verify [-- --partition n]

  Folds every customer again from the first event and compares streams, states, lists, sums, identities and the index of people with what is stored.
  The product keeps running: one partition after the other waits meanwhile, and the door keeps accepting.

  --partition n   only this partition (0 is the first)`;

function partitionFrom(argv: readonly string[]): number | undefined {
  const { values } = readArguments(argv, { options: { partition: { type: 'string' } } }, USAGE);
  if (values.partition === undefined) return undefined;
  if (/^\d{1,2}$/.test(values.partition)) return Number(values.partition);
  throw new Fault('bad_request', USAGE);
}

const number = (value: number): string => value.toLocaleString('en-US');

function lineOf(report: PartitionReport): string {
  const counts = `${number(report.customers)} customers, ${number(report.events)} events, ${number(report.rows)} list rows, ${number(report.sums)} sums`;
  const found = report.disturbed
    ? 'somebody else wrote meanwhile: says nothing'
    : report.differing === 0
      ? 'equal'
      : `${number(report.differing)} differences`;
  return `partition ${report.partition}: ${counts}: ${found}`;
}

/** The last words of a run: what was compared, and the first differences. */
export function summaryOf(reports: readonly PartitionReport[]): string {
  const total = (of: (report: PartitionReport) => number): string => number(reports.reduce((sum, report) => sum + of(report), 0));
  const counts = `${total((r) => r.customers)} customers, ${total((r) => r.events)} events, ${total((r) => r.rows)} list rows, ${total((r) => r.sums)} sums`;
  const differences = reports.flatMap(({ partition, differences: found }) =>
    found.map(({ kind, words }) => `  partition ${partition}, ${kind}: ${words}`),
  );
  const void_ = reports.filter((report) => report.disturbed).map((report) => report.partition);
  if (differences.length > 0)
    return `NOT EQUAL: ${counts}; ${total((r) => r.differing)} differences. The first:\n${differences.slice(0, 20).join('\n')}`;
  if (void_.length > 0) return `NO RESULT for partition ${void_.join(', ')}: somebody else wrote while it was held. Verify again.`;
  return `verified: ${counts}: all equal`;
}

/**
 * `npm run verify`.
 * @returns whether everything is equal
 * @throws Fault with a sentence that says what to do
 */
export async function runVerify(argv: readonly string[], config: Config): Promise<boolean> {
  const only = partitionFrom(argv);
  const abort = new AbortController();
  const stop = (): void => abort.abort(new Fault('not_ready', 'Stopped; the partition was let go.'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const redis = await connectTo(await addressOf(config));
  try {
    const partitions = await partitionsOf(redis);
    if (only !== undefined && only >= partitions)
      throw new Fault('bad_request', `There are ${partitions} partitions; the last one is ${partitions - 1}.`);
    const definitions = new Definitions(redis);
    await definitions.look();
    const contexts = new PublishedContexts(definitions);
    const live = process.stderr.isTTY;
    const reports: PartitionReport[] = [];
    for (const partition of only === undefined ? Array.from({ length: partitions }, (_, p) => p) : [only]) {
      const report = await verifyPartition(
        {
          redis,
          partitions,
          contexts,
          rules: loadRules(config.identityFile),
          refresh: () => definitions.look(),
          signal: abort.signal,
          onProgress: ({ customers, of }) =>
            live && process.stderr.write(`\r  partition ${partition}: ${number(customers)} of ${number(of)} customers `),
        },
        partition,
      );
      if (live) process.stderr.write('\r\u001b[2K');
      reports.push(report);
      process.stdout.write(`${lineOf(report)}\n`);
    }
    process.stdout.write(`${summaryOf(reports)}\n`);
    return reports.every((report) => report.differing === 0 && !report.disturbed);
  } finally {
    redis.destroy();
  }
}
