import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The service desk's log, beside the repository where somebody has put it there. Tests that need it skip without it, and say so. */
export const INCIDENT_LOG = resolve(import.meta.dirname, '../../../shared/data/uci_incident/incident_event_log.zip');
export const hasIncidentLog = existsSync(INCIDENT_LOG);

/** What can be counted in the log without any of the product's code. */
export interface IncidentCount {
  readonly rows: number;
  readonly cases: number;
  readonly casesByState: Readonly<Record<string, number>>;
  /** cases that ever were in any of the states that begin with "Awaiting" */
  readonly casesWaiting: number;
  readonly rowsByState: Readonly<Record<string, number>>;
  readonly callers: number;
  readonly rowsWithoutCaller: number;
  readonly casesWithoutCaller: number;
  readonly casesWithTwoCallers: readonly string[];
  /** earliest and latest sys_updated_at, ms, read as UTC */
  readonly from: number;
  readonly to: number;
}

/** Counts straight from the text of the CSV, which holds no quotes: split at commas, gather in sets. Needs `unzip` or python3. */
export function countIncidents(): IncidentCount {
  const rows = csvText()
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  const time = (t: string) =>
    Date.UTC(
      Number(t.split(/[/ :]/)[2]),
      Number(t.split(/[/ :]/)[1]) - 1,
      Number(t.split(/[/ :]/)[0]),
      Number(t.split(/[/ :]/)[3]),
      Number(t.split(/[/ :]/)[4]),
    );
  const callersOf = gather(rows.map((r) => [r[0] ?? '', r[7] ?? '']));
  const casesOf = gather(rows.map((r) => [r[1] ?? '', r[0] ?? '']));
  const sizes = (of: ReadonlyMap<string, ReadonlySet<string>>) => Object.fromEntries([...of].map(([k, v]) => [k, v.size]));
  const times = rows.map((r) => time(r[13] ?? ''));
  return {
    rows: rows.length,
    cases: callersOf.size,
    casesByState: sizes(casesOf),
    casesWaiting: new Set(rows.filter((r) => r[1]?.startsWith('Awaiting')).map((r) => r[0])).size,
    rowsByState: sizes(gather(rows.map((r, i) => [r[1] ?? '', String(i)]))),
    callers: new Set(rows.map((r) => r[7]).filter((c) => c !== '?')).size,
    rowsWithoutCaller: rows.filter((r) => r[7] === '?').length,
    casesWithoutCaller: [...callersOf.values()].filter((c) => c.size === 1 && c.has('?')).length,
    casesWithTwoCallers: [...callersOf].filter(([, c]) => c.size > 1).map(([number]) => number),
    from: times.reduce((a, b) => Math.min(a, b)),
    to: times.reduce((a, b) => Math.max(a, b)),
  };
}

function gather(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  for (const [key, value] of pairs) out.set(key, (out.get(key) ?? new Set()).add(value));
  return out;
}

function csvText(): string {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  };
  try {
    return execFileSync('unzip', ['-p', INCIDENT_LOG], options);
  } catch {
    const script = 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); sys.stdout.buffer.write(z.read(z.namelist()[0]))';
    return execFileSync('python3', ['-c', script, INCIDENT_LOG], options);
  }
}
