import { z } from 'zod';

/** One thing that is wrong with an input: where, and what. An answer of the API with the code `BAD_REQUEST` lists them as `data.problems`. */
export interface InputProblem {
  /** names and positions (from 0) that lead from the input to the field */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const NO_FORM = 'has none of the forms that are possible here';

/** What a type of values is called by people who do not write programs. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** A value of this type, with its article: `a whole number`. */
export function typeWords(type: string): string {
  return TYPES[type] ?? `a ${type}`;
}

/** What a value must be where only some are possible. */
export function choiceWords(values: readonly unknown[]): string {
  const words = values.map(String).join(', ');
  return values.length === 1 ? `must be ${words}` : `must be one of ${words}`;
}

function exactWords(count: number | bigint, unit: 'characters' | 'items'): string {
  return count === 1 ? `must be a single ${unit.slice(0, -1)}` : `must have exactly ${count} ${unit}`;
}

/** How long a text or a list must be at least. */
export function shortWords(least: number, unit: 'characters' | 'items'): string {
  return least === 1 ? 'must not be empty' : `must have at least ${least} ${unit}`;
}

function unitOf(origin: string): 'characters' | 'items' | undefined {
  if (origin === 'string') return 'characters';
  return ['array', 'set', 'map', 'object', 'record'].includes(origin) ? 'items' : undefined;
}

function tooSmall({ origin, minimum, inclusive, exact }: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  const unit = unitOf(origin);
  if (unit !== undefined && exact === true) return exactWords(minimum, unit);
  if (unit !== undefined) return shortWords(Number(minimum), unit);
  return inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

function tooBig({ origin, maximum, inclusive, exact }: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig>): string {
  const unit = unitOf(origin);
  if (unit !== undefined && exact === true) return exactWords(maximum, unit);
  if (unit !== undefined) return `must have at most ${maximum} ${unit}`;
  return inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`;
}

/** What a schema refuses, in words that go behind the name of the field, wherever the schema itself has none. */
function refusalWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${typeWords(issue.expected)}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : choiceWords(issue.values);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a name that is not possible here';
    case 'invalid_union':
      if (Array.isArray(issue.options)) return choiceWords(issue.options);
      return issue.input === undefined ? 'is missing' : NO_FORM;
    case 'invalid_format':
      return issue.format === 'regex' ? 'does not have the form that is needed' : `is not a valid ${issue.format}`;
    default:
      return 'is not valid';
  }
}

// The one place where what schemas refuse is put into words: every program that reads anything by a schema of the contract takes them from here.
z.config({ localeError: refusalWords });

type Path = readonly PropertyKey[];

/** A step of the path to a field, as JSON can say it. */
function partOf(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

/** What the one form of several says that an input comes nearest to: others want a value of another type, or more of it is wrong for them. */
function likely(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const possible = forms.filter((issues) => issues.some(({ path }) => path.length > 0) || issues[0]?.code !== 'invalid_type');
  const least = Math.min(...possible.map((issues) => issues.length));
  const nearest = possible.filter((issues) => issues.length === least);
  return nearest.length === 1 ? nearest[0] : undefined;
}

function problemsAt(issue: z.core.$ZodIssue, at: Path): readonly InputProblem[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key].map(partOf), message: issue.message }));
  if (issue.code === 'invalid_union' && issue.message === NO_FORM) {
    const form = likely(issue.errors);
    if (form !== undefined) return form.flatMap((inner) => problemsAt(inner, path));
    const types = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' && first.path.length === 0 ? [first.expected] : []));
    if (types.length > 0 && types.length === issue.errors.length)
      return [{ path: path.map(partOf), message: `must be ${[...new Set(types.map(typeWords))].join(' or ')}` }];
  }
  return [{ path: path.map(partOf), message: issue.message }];
}

/** What is wrong with an input that does not fit its schema, field by field. */
export function inputProblemsOf({ issues }: z.ZodError): readonly InputProblem[] {
  return issues.flatMap((issue) => problemsAt(issue, []));
}

/** The same in words: `window: must be one of 15m, 1h`. */
export function inputWords(problems: readonly InputProblem[]): string {
  return problems.map(({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`).join('; ');
}
