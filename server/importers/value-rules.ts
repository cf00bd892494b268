import type { SourceRow } from './source-rows.ts';
import type { Condition, Rule } from './mapping.ts';

/** Something in a row that could not be used, for the report. */
export interface Problem {
  readonly row: number;
  /** null: the row as a whole */
  readonly column: string | null;
  /** the value as it came, cut at 200 characters; null for the row as a whole */
  readonly value: string | null;
  readonly reason: string;
  /** the reason without the file's own words, where it has some: problems of one kind are counted together; not in the report */
  readonly kind?: string;
}

/** The cells of one row as text; undefined for "nothing". */
export type Cells = (column: string) => string | undefined;
/** A rule made ready: the value it gives, or undefined; what is wrong goes to `problems`. */
export type ValueReader = (cells: Cells, row: number, problems: Problem[]) => string | undefined;

const LONGEST_SHOWN = 200;
const PLACEHOLDER = /\{([^{}]+)\}/g;

/** Makes a problem, its value cut to what a report can show. */
export function problemOf(row: number, column: string | null, value: string | null, reason: string, kind?: string): Problem {
  const shown = value === null ? null : value.slice(0, LONGEST_SHOWN);
  return { row, column, value: shown, reason, ...(kind === undefined ? {} : { kind }) };
}

/** The same for problems that differ in nothing but the row and what stands in it. */
export function kindOf({ column, reason, kind }: Problem): string {
  return JSON.stringify([column, kind ?? reason.replaceAll(/\d+/g, '0')]);
}

function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw.trim();
  return raw === undefined || raw === null ? undefined : JSON.stringify(raw);
}

/** Text of a cell: trimmed; undefined where it is missing or means "nothing". */
export function cellsOf(row: SourceRow, nulls: ReadonlySet<string>): Cells {
  return (column) => {
    const text = textOf(row.value(column));
    if (text === undefined) return undefined;
    return text === '' || nulls.has(text) ? undefined : text;
  };
}

/** Whether every column of a condition has one of its values. */
export function conditionHolds(condition: Condition, cells: Cells): boolean {
  for (const column in condition) {
    const wanted = condition[column];
    const value = cells(column);
    if (value === undefined || !(typeof wanted === 'string' ? wanted === value : wanted?.includes(value))) return false;
  }
  return true;
}

/** Columns that a rule looks at, in order. */
export function ruleColumns(rule: Rule): string[] {
  const conditions = [...(rule.when === undefined ? [] : [rule.when]), ...(rule.choose ?? []).map((c) => c.when)];
  const named = [...(rule.template ?? '').matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
  return [...(rule.column === undefined ? [] : [rule.column]), ...named, ...conditions.flatMap((c) => Object.keys(c))];
}

function templateReader(template: string): (cells: Cells) => string | undefined {
  const parts = template.split(PLACEHOLDER);
  return (cells) => {
    let text = '';
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i] ?? '';
      const value = i % 2 === 0 ? part : cells(part);
      if (value === undefined) return undefined;
      text += value;
    }
    return text;
  };
}

function rawReader(rule: Rule): (cells: Cells) => string | undefined {
  const { column, template, constant } = rule;
  if (column !== undefined) return (cells) => cells(column);
  if (template !== undefined) return templateReader(template);
  return () => constant;
}

function chooser(rule: Rule): ValueReader {
  const choices = rule.choose ?? [];
  const column = Object.keys(choices[0]?.when ?? {})[0] ?? null;
  return (cells, row, problems) => {
    for (const choice of choices) if (conditionHolds(choice.when, cells)) return choice.value;
    const value = column === null ? null : (cells(column) ?? null);
    if (rule.otherwise === 'report') problems.push(problemOf(row, column, value, 'is in no entry of the mapping'));
    return undefined;
  };
}

function mapped(rule: Rule, map: Readonly<Record<string, string>>): ValueReader {
  const raw = rawReader(rule);
  const known = new Map(Object.entries(map));
  const column = ruleColumns(rule)[0] ?? null;
  return (cells, row, problems) => {
    const value = raw(cells);
    if (value === undefined) return undefined;
    const found = known.get(value);
    if (found !== undefined) return found;
    if (rule.otherwise === 'keep') return value;
    if (rule.otherwise === 'report') problems.push(problemOf(row, column, value, 'is in no entry of the mapping'));
    return undefined;
  };
}

/** Makes a rule ready to be used on many rows. */
export function valueReader(rule: Rule): ValueReader {
  const read = rule.choose !== undefined ? chooser(rule) : rule.map !== undefined ? mapped(rule, rule.map) : rawReader(rule);
  const { when } = rule;
  return when === undefined ? read : (cells, row, problems) => (conditionHolds(when, cells) ? read(cells, row, problems) : undefined);
}
