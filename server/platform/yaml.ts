import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, stringify, visit } from 'yaml';
import type { Alias, Document } from 'yaml';
import type { z } from 'zod';
import { Fault, inputProblemsOf } from '#lib/contract/index.ts';

type Path = readonly PropertyKey[];

/** Something wrong at a place in a YAML file. */
export interface YamlProblem {
  readonly path: Path;
  readonly message: string;
}

/** Something wrong on a line of a text. */
export interface LineProblem {
  /** from 1 */
  readonly line: number;
  /** `stages.2.standard`; empty: the file as a whole */
  readonly field: string;
  readonly message: string;
}

export type YamlReading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly LineProblem[] };

/** Reads YAML against a schema and further checks: the value, or everything that is wrong with it and on which line. */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, check: (value: T) => readonly YamlProblem[] = () => []): YamlReading<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (path: Path): number => {
    const parent = document.getIn(path.slice(0, -1), true);
    // A field stands where its name does, even where its value begins below.
    const name = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))?.key : undefined;
    if (isNode(name) && name.range) return lines.linePos(name.range[0]).line;
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const wrong = (problems: readonly YamlProblem[]): YamlReading<T> => ({
    ok: false,
    problems: problems
      .map((p) => ({ line: lineOf(p.path), field: p.path.map(String).join('.'), message: p.message }))
      .sort((a, b) => a.line - b.line),
  });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const message = broken.code === 'MULTIPLE_DOCS' ? 'a second document begins with ---: a file holds one' : broken.message;
    return { ok: false, problems: [{ line: lines.linePos(broken.pos[0]).line, field: '', message }] };
  }
  // A tag that this reader does not know is dropped by it: `!env HOME` would be the text HOME.
  const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tag !== undefined) {
    const message = `the tag ${text.slice(...tag.pos)} is not known here: write the value itself, or put it in quotes`;
    return { ok: false, problems: [{ line: lines.linePos(tag.pos[0]).line, field: '', message }] };
  }
  const loose = looseAlias(document);
  if (loose !== undefined) {
    const { line } = lines.linePos(loose.range?.[0] ?? 0);
    return { ok: false, problems: [{ line, field: '', message: `*${loose.source} stands for nothing: put what begins with * in quotes` }] };
  }
  const plain = plainOf(document);
  if (!plain.ok) return wrong([{ path: [], message: plain.message }]);
  const parsed = schema.safeParse(plain.value);
  if (!parsed.success) return wrong(inputProblemsOf(parsed.error));
  const problems = check(parsed.data);
  return problems.length > 0 ? wrong(problems) : { ok: true, value: parsed.data };
}

/** The fields of a document; or why it has none: nothing is in it, something else than fields is, or its `*aliases` unfold without bound. */
function plainOf(document: Document): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return { ok: false, message: 'is empty' };
  if (isScalar(document.contents) || isSeq(document.contents)) return { ok: false, message: 'has no fields such as `name: value`' };
  try {
    return { ok: true, value: document.toJS() };
  } catch (error) {
    if (error instanceof ReferenceError) return { ok: false, message: 'repeats parts of itself by `*` too often to be unfolded' };
    throw error;
  }
}

/** The first `*alias` of a document for which there is no anchor before it: to make values of it would throw. */
function looseAlias(document: Document): Alias | undefined {
  let loose: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      loose = alias;
      return visit.BREAK;
    },
  });
  return loose;
}

/** One problem as a sentence: file, line, field and reason. */
export function problemText(file: string, problem: LineProblem): string {
  return `${file}:${problem.line}: ${problem.field === '' ? '' : `${problem.field} `}${problem.message}`;
}

/** Reads a YAML file against a schema and further checks. @throws Fault `bad_config` that names file, line, field and reason */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>, check?: (value: T) => readonly YamlProblem[]): T {
  return valueOf(file, parseYaml(text, schema, check));
}

/** The value of what was read. @throws Fault `bad_config` that names file, line, field and reason */
export function valueOf<T>(file: string, reading: YamlReading<T>): T {
  if (reading.ok) return reading.value;
  throw new Fault(
    'bad_config',
    reading.problems
      .slice(0, 10)
      .map((p) => problemText(file, p))
      .join('\n'),
  );
}

/** A value as YAML, for a person to read and change. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
