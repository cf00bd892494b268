import { LineCounter, isNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Fault } from '#lib/contract/index.ts';

type Path = readonly PropertyKey[];

/** Something wrong at a place in a YAML file. */
export interface YamlProblem {
  readonly path: Path;
  readonly message: string;
}

/** Reads a YAML file against a schema and further checks. @throws Fault `bad_config` that names file, line, field and reason */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>, check: (value: T) => readonly YamlProblem[] = () => []): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: Path): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const fail = (problems: readonly YamlProblem[]): never => {
    const words = problems.slice(0, 10).map((p) => `${file}:${lineOf(p.path)}: ${p.path.map(String).join('.') || 'file'} ${p.message}`);
    throw new Fault('bad_config', words.join('\n'));
  };
  const broken = document.errors[0];
  if (broken !== undefined)
    throw new Fault('bad_config', `${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0] ?? ''}`);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) return fail(parsed.error.issues.map((issue) => ({ path: issue.path, message: issue.message })));
  const problems = check(parsed.data);
  return problems.length > 0 ? fail(problems) : parsed.data;
}
