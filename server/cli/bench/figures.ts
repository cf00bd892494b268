import { cpus, loadavg, release, totalmem } from 'node:os';

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** what it is held against, measured in the same run; null: nothing */
  readonly beside: { readonly value: number; readonly unit: string } | null;
  /** value / beside; null where nothing is beside it */
  readonly ratio: number | null;
  /** what must hold, in words; null: recorded only */
  readonly gate: string | null;
  /** null: recorded only */
  readonly passed: boolean | null;
  /** what a reader should know about it */
  readonly note?: string;
}

/** The machine a run was made on: figures of two machines are not compared. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
  /** 1, 5 and 15 minutes, at the beginning */
  readonly load: readonly number[];
}

/** Describes this machine. */
export function machineOf(redis: string): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.versions.node,
    redis,
    load: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

/** A figure that is only recorded. */
export function recorded(
  name: string,
  value: number,
  unit: string,
  more: { readonly beside?: number; readonly note?: string } = {},
): Figure {
  const { beside, note } = more;
  return {
    name,
    value,
    unit,
    beside: beside === undefined ? null : { value: beside, unit },
    ratio: beside === undefined ? null : value / beside,
    gate: null,
    passed: null,
    ...(note === undefined ? {} : { note }),
  };
}

/** A figure that must be at least a share of its yardstick; both are medians of the rounds, the ratio is the median of the rounds' ratios. */
export function atLeast(
  name: string,
  share: number,
  rounds: readonly { readonly value: number; readonly yardstick: number }[],
  note?: string,
): Figure {
  const ratio = quantile(
    rounds.map(({ value, yardstick }) => value / yardstick),
    0.5,
  );
  return {
    name,
    value: quantile(
      rounds.map((round) => round.value),
      0.5,
    ),
    unit: 'events/s',
    beside: {
      value: quantile(
        rounds.map((round) => round.yardstick),
        0.5,
      ),
      unit: 'entries/s',
    },
    ratio,
    gate: `>= ${share * 100} % of the yardstick`,
    passed: ratio >= share,
    ...(note === undefined ? {} : { note }),
  };
}

/** A figure in ms that must not be larger than a bound. */
export function atMost(name: string, value: number, bound: number, note: string): Figure {
  return {
    name,
    value,
    unit: 'ms',
    beside: { value: bound, unit: 'ms' },
    ratio: value / bound,
    gate: `<= ${bound} ms`,
    passed: value <= bound,
    note,
  };
}

/** The q-th part of some values, by nearest rank; NaN without any. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
}

/** The table a run ends with. */
export function tableOf(machine: Machine, figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${short(figure.value)} ${figure.unit}`,
    figure.beside === null ? '' : `${short(figure.beside.value)} ${figure.beside.unit}`,
    figure.ratio === null ? '' : figure.ratio < 10 ? `${(figure.ratio * 100).toFixed(1)} %` : `${figure.ratio.toFixed(1)} x`,
    figure.gate ?? 'recorded',
    figure.passed === null ? '' : figure.passed ? 'pass' : 'FAIL',
  ]);
  const all = [['what', 'measured', 'beside', 'ratio', 'gate', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  lines.splice(1, 0, `  ${'-'.repeat(widths.reduce((sum, width) => sum + width + 2, 0) - 2)}`);
  const notes = figures.filter((figure) => figure.note !== undefined).map((figure) => `  ${figure.name}: ${figure.note ?? ''}`);
  const head = `  ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}; Node ${machine.node}, ${machine.redis}; load at the start ${machine.load.join(' ')}`;
  return ['', head, '', ...lines, '', ...notes, '', ...verdictOf(figures)].join('\n');
}

/** What passed and what did not, in words: the last lines of a run. */
function verdictOf(figures: readonly Figure[]): string[] {
  const gates = figures.filter((figure) => figure.passed !== null);
  if (gates.length === 0) return ['  No gate was measured.'];
  const failed = gates.filter((figure) => figure.passed === false);
  if (failed.length === 0) return [`  PASS: all ${gates.length} gates.`];
  return [
    `  FAIL: ${failed.length} of ${gates.length} gates.`,
    ...failed.map(
      ({ name, value, unit, ratio, gate }) =>
        `    ${name}: ${short(value)} ${unit} (${((ratio ?? Number.NaN) * 100).toFixed(1)} %), wanted ${gate ?? ''}`,
    ),
  ];
}
