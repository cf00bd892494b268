import { AHEAD_MS, EARLIEST_MS, eventSchema } from '#lib/contract/index.ts';
import type { EventInput } from '#lib/contract/index.ts';
import { instantReader } from './instant.ts';
import type { InstantReader } from './instant.ts';
import { RULED } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import type { SourceRow } from './source-rows.ts';
import { cellsOf, conditionHolds, problemOf, ruleColumns, valueReader } from './value-rules.ts';
import type { Cells, Problem, ValueReader } from './value-rules.ts';

/** A row that became an event, before its case's earlier rows are known. */
export interface MappedRow {
  readonly row: number;
  /** ms since 1970 */
  readonly at: number;
  readonly sequence: number;
  readonly event: EventInput;
  readonly caseId: string | null;
  /** what is compared with the case's earlier rows, in the order of `CaseMemory` */
  readonly compared: readonly (string | null)[];
}

/** What became of a row: an event, or nothing; and what of it could not be used. */
export interface RowResult {
  readonly mapped: MappedRow | null;
  readonly problems: readonly Problem[];
}

/** A mapping made ready for many rows. */
export interface RowMapper {
  /** columns that the file must have */
  readonly columns: readonly string[];
  map(row: SourceRow): RowResult;
}

type Draft = { -readonly [K in keyof EventInput]: EventInput[K] };
const MOST_ATTRIBUTES = 200;
const WHOLE = /^\d{1,15}$/;
const LARGEST_SEQUENCE = 65_535;
const FUTURE = 'lies in the future: it counts for the moment of the import, marked as suspect';
/** Without these an event says nothing: where one of them is bad the row is not imported. */
const VITAL: ReadonlySet<PropertyKey> = new Set(['id', 'occurredAt']);

/** The field of an event that holds its attributes. */
const OWN = 'attributes';
const WITHIN = `${OWN}.`;

/** Columns whose change within a case means something: signals first, in file order, then the identifiers kept per case. */
function comparedColumns(mapping: Mapping): string[] {
  return mapping.signals.flatMap((s) => s.grows ?? s.turns?.column ?? []);
}

/** Columns that a mapping looks at. */
function columnsOf(mapping: Mapping): string[] {
  const { promise } = mapping;
  const promised = [promise?.kind, promise?.id, promise?.wording];
  const rules = [mapping.id, mapping.caseId, ...Object.values(mapping.customer), ...RULED.map((name) => mapping[name]), ...promised];
  const columns = [
    mapping.occurredAt.column,
    ...rules.flatMap((r) => (r === undefined ? [] : ruleColumns(r))),
    ...(mapping.sequence === undefined ? [] : [mapping.sequence]),
    ...(mapping.score === undefined ? [] : [mapping.score.value]),
    ...[promise?.due?.column, promise?.graceSeconds].filter((name) => name !== undefined),
    ...comparedColumns(mapping),
    ...mapping.signals.flatMap((s) => [...(s.value === undefined ? [] : [s.value]), ...Object.keys(s.when ?? {})]),
    ...(mapping.attributes === 'all' ? [] : mapping.attributes),
    ...mapping.checks.flatMap((c) => [c.column, c.notBefore]),
  ];
  return [...new Set(columns)];
}

function readSequence(column: string | undefined, cells: Cells, row: number, problems: Problem[]): number | undefined {
  const text = column === undefined ? undefined : cells(column);
  if (column === undefined || text === undefined) return undefined;
  if (WHOLE.test(text) && Number(text) <= LARGEST_SEQUENCE) return Number(text);
  problems.push(problemOf(row, column, text, `is not a whole number from 0 to ${LARGEST_SEQUENCE}`));
  return undefined;
}

/** `4,5`, `1234,5` or `1.234,5`: a number as much of the world writes it. */
const WITH_COMMA = /^[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$/;

type NumberReader = (column: string, cells: Cells, row: number, problems: Problem[]) => number | undefined;

/** Reads numbers as the file writes them: what could be meant otherwise is none. */
function numberReader({ csv: { decimal } }: Mapping): NumberReader {
  const valueOf = (text: string): number => {
    if (decimal === '.') return Number(text);
    return WITH_COMMA.test(text) ? Number(text.replaceAll('.', '').replace(',', '.')) : NaN;
  };
  return (column, cells, row, problems) => {
    const text = cells(column);
    if (text === undefined) return undefined;
    const value = valueOf(text);
    if (Number.isFinite(value)) return value;
    const isOther = decimal === '.' && WITH_COMMA.test(text);
    problems.push(
      problemOf(row, column, text, isOther ? "is not a number (where a comma stands before decimals: csv.decimal ',')" : 'is not a number'),
    );
    return undefined;
  };
}

type SignalReader = (cells: Cells, row: number, problems: Problem[]) => NonNullable<EventInput['signals']>;

function signalReader(mapping: Mapping): SignalReader {
  const plain = mapping.signals.filter((s) => s.when !== undefined);
  const readNumber = numberReader(mapping);
  return (cells, row, problems) =>
    plain.flatMap(({ kind, when, value: column }) => {
      if (when === undefined || !conditionHolds(when, cells)) return [];
      const value = column === undefined ? undefined : readNumber(column, cells, row, problems);
      return [value === undefined ? { kind } : { kind, value }];
    });
}

type PromiseReader = (cells: Cells, row: number, problems: Problem[]) => EventInput['promise'];

function promiseReader(mapping: Mapping): PromiseReader {
  const { promise, occurredAt } = mapping;
  if (promise === undefined) return () => undefined;
  const readNumber = numberReader(mapping);
  const { due, graceSeconds } = promise;
  const [kindOf, idOf, wordingOf] = [promise.kind, promise.id, promise.wording].map((r) => (r === undefined ? undefined : valueReader(r)));
  const instant = instantReader(due?.format ?? occurredAt.format, occurredAt.zone);
  return (cells, row, problems) => {
    const kind = kindOf?.(cells, row, problems);
    if (kind === undefined) return undefined;
    const text = due === undefined ? undefined : cells(due.column);
    const at = text === undefined ? undefined : instant(text);
    if (due !== undefined && text !== undefined && at === undefined)
      problems.push(problemOf(row, due.column, text, 'is not a time of the format named'));
    return {
      kind,
      id: idOf?.(cells, row, problems),
      due: at,
      graceSeconds: graceSeconds === undefined ? undefined : readNumber(graceSeconds, cells, row, problems),
      wording: wordingOf?.(cells, row, problems),
    };
  };
}

type Check = (cells: Cells, row: number, problems: Problem[]) => void;

function checkers(mapping: Mapping): Check[] {
  return mapping.checks.map(({ column, notBefore, format }): Check => {
    const read = instantReader(format ?? mapping.occurredAt.format, mapping.occurredAt.zone);
    return (cells, row, problems) => {
      const [text, floor] = [cells(column), cells(notBefore)];
      if (text === undefined || floor === undefined) return;
      const [at, earliest] = [read(text), read(floor)];
      if (at === undefined) problems.push(problemOf(row, column, text, 'is not a time of the format named'));
      else if (earliest === undefined) problems.push(problemOf(row, notBefore, floor, 'is not a time of the format named'));
      else if (at < earliest) problems.push(problemOf(row, column, text, `lies before ${notBefore} ${floor}`, `lies before ${notBefore}`));
    };
  });
}

/** Takes out of the draft what the door would refuse, and says so; false where nothing useful is left. */
function repair(draft: Draft, row: number, problems: Problem[]): boolean {
  const parsed = eventSchema.safeParse(draft);
  if (parsed.success) return true;
  for (const issue of parsed.error.issues) {
    const [field, kind] = issue.path;
    const value: unknown = field === undefined ? undefined : draft[field as keyof EventInput];
    if (field === 'customer' && typeof kind === 'string') {
      problems.push(problemOf(row, `customer.${kind}`, String(draft.customer[kind]), issue.message));
      delete draft.customer[kind];
      continue;
    }
    problems.push(problemOf(row, String(field ?? ''), typeof value === 'string' ? value : JSON.stringify(value ?? null), issue.message));
    if (field === undefined || VITAL.has(field)) return false;
    delete draft[field as keyof Omit<EventInput, 'customer'>];
  }
  return Object.keys(draft.customer).length > 0 && eventSchema.safeParse(draft).success;
}

interface Readers {
  readonly nulls: ReadonlySet<string>;
  readonly instant: InstantReader;
  readonly id: ValueReader | undefined;
  readonly caseId: ValueReader | undefined;
  readonly customer: readonly (readonly [kind: string, read: ValueReader, columns: readonly string[]])[];
  readonly fields: readonly (readonly [name: (typeof RULED)[number], read: ValueReader])[];
  readonly number: NumberReader;
  readonly signals: SignalReader;
  readonly promise: PromiseReader;
  readonly checks: readonly Check[];
  readonly compared: readonly string[];
  /** columns that rules use */
  readonly used: ReadonlySet<string>;
}

function readersOf(mapping: Mapping): Readers {
  return {
    nulls: new Set(mapping.nulls),
    instant: instantReader(mapping.occurredAt.format, mapping.occurredAt.zone),
    id: mapping.id === undefined ? undefined : valueReader(mapping.id),
    caseId: mapping.caseId === undefined ? undefined : valueReader(mapping.caseId),
    customer: Object.entries(mapping.customer).map(([kind, rule]) => [kind, valueReader(rule), ruleColumns(rule)] as const),
    fields: RULED.flatMap((name) => {
      const rule = mapping[name];
      return rule === undefined ? [] : [[name, valueReader(rule)] as const];
    }),
    number: numberReader(mapping),
    signals: signalReader(mapping),
    promise: promiseReader(mapping),
    checks: checkers(mapping),
    compared: comparedColumns(mapping),
    used: new Set(columnsOf(mapping)),
  };
}

/**
 * Columns as attributes under their own names. Where a file gives attributes as an event does, theirs are the names inside, unless a column has that
 * name already.
 */
function attributesOf(columns: readonly string[], row: SourceRow, cells: Cells): Record<string, unknown> {
  const inside = (name: string): string => (name === '' || columns.includes(name) ? WITHIN + name : name);
  return Object.fromEntries(
    columns.flatMap((column): [string, unknown][] => {
      const text = cells(column);
      if (text === undefined) return [];
      const raw = row.value(column);
      if (column === OWN && typeof raw === 'object' && raw !== null && !Array.isArray(raw))
        return Object.entries(raw).map(([name, value]) => [inside(name), value]);
      const name = column.startsWith(WITHIN) ? inside(column.slice(WITHIN.length)) : column;
      return [[name, typeof raw === 'string' ? text : raw]];
    }),
  );
}

function keptColumns(mapping: Mapping, { used }: Readers, source: SourceRow): readonly string[] {
  if (mapping.attributes !== 'all') return mapping.attributes;
  return (source.columns?.() ?? []).filter((column) => !used.has(column)).slice(0, MOST_ATTRIBUTES);
}

/** Who a row is about. A list or an object names nobody: as text it would be one customer more. */
function identifiersOf(readers: Readers['customer'], source: SourceRow, cells: Cells, problems: Problem[]): Record<string, string> {
  const out: Record<string, string> = {};
  const row = source.number;
  for (const [kind, read, columns] of readers) {
    const composite = columns.find((column) => typeof (source.value(column) ?? '') === 'object');
    if (composite !== undefined) {
      problems.push(problemOf(row, composite, cells(composite) ?? null, 'is a list or an object and identifies nobody'));
      continue;
    }
    const value = read(cells, row, problems);
    if (value !== undefined) out[kind] = value;
  }
  return out;
}

/** The instant of a row, or why there is none. */
function instantOf(mapping: Mapping, readers: Readers, cells: Cells, row: number): number | Problem {
  const { column } = mapping.occurredAt;
  const text = cells(column);
  if (text === undefined) return problemOf(row, column, null, 'row not imported: it has no time');
  const at = readers.instant(text);
  if (at === undefined) return problemOf(row, column, text, 'row not imported: not a time of the format named');
  return at < EARLIEST_MS ? problemOf(row, column, text, 'row not imported: before 2000-01-01') : at;
}

function fill(draft: Draft, mapping: Mapping, readers: Readers, source: SourceRow, cells: Cells, problems: Problem[]): void {
  const row = source.number;
  for (const [name, read] of readers.fields) {
    const value = read(cells, row, problems);
    // The schema decides in `repair` whether a channel is one.
    if (value !== undefined) Object.assign(draft, { [name]: value });
  }
  const sequence = readSequence(mapping.sequence, cells, row, problems);
  if (sequence !== undefined) draft.sequence = sequence;
  if (mapping.score !== undefined) {
    const value = readers.number(mapping.score.value, cells, row, problems);
    const { kind, scale } = mapping.score;
    if (value !== undefined) draft.score = scale === undefined ? { kind, value } : { kind, value, scale };
  }
  const promise = readers.promise(cells, row, problems);
  if (promise !== undefined) draft.promise = promise;
  const signals = readers.signals(cells, row, problems);
  if (signals.length > 0) draft.signals = signals;
  const attributes = attributesOf(keptColumns(mapping, readers, source), source, cells);
  if (Object.keys(attributes).length > 0) draft.attributes = attributes;
}

/**
 * Makes a mapping ready. The mapper is pure: the same row always gives the same event.
 * @param now ms since 1970: what lies behind it is told to be in the future
 */
export function rowMapper(mapping: Mapping, now: number): RowMapper {
  const readers = readersOf(mapping);
  const refused = (problems: Problem[], last: Problem): RowResult => ({ mapped: null, problems: [...problems, last] });
  return {
    columns: columnsOf(mapping),
    map(source) {
      const row = source.number;
      const problems: Problem[] = [];
      if (source.broken !== undefined) return refused(problems, problemOf(row, null, null, `row not imported: ${source.broken}`));
      const cells = cellsOf(source, readers.nulls);
      for (const { column, value, reason } of source.notes ?? [])
        if (readers.used.has(column)) problems.push(problemOf(row, column, value, reason));
      const at = instantOf(mapping, readers, cells, row);
      if (typeof at !== 'number') return refused(problems, at);
      // Every door takes such an event; a file should not surprise anybody with it.
      if (at > now + AHEAD_MS) problems.push(problemOf(row, mapping.occurredAt.column, cells(mapping.occurredAt.column) ?? null, FUTURE));
      const customer = identifiersOf(readers.customer, source, cells, problems);
      const draft: Draft = { customer, occurredAt: at };
      const id = readers.id?.(cells, row, problems);
      if (id !== undefined) draft.id = id;
      else if (readers.id !== undefined)
        return refused(problems, problemOf(row, null, null, 'row not imported: a part of its id is missing'));
      const caseId = readers.caseId?.(cells, row, problems);
      if (caseId !== undefined) draft.caseId = caseId;
      fill(draft, mapping, readers, source, cells, problems);
      for (const check of readers.checks) check(cells, row, problems);
      if (!repair(draft, row, problems))
        return refused(problems, problemOf(row, null, null, 'row not imported: nobody it could belong to, or no usable id'));
      const compared = readers.compared.map((column) => cells(column) ?? null);
      return { mapped: { row, at, sequence: draft.sequence ?? 0, event: draft, caseId: draft.caseId ?? null, compared }, problems };
    },
  };
}
