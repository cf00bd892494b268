import { fixStep, type FixRule, type FixStep } from '#lib/contract/sources.ts';
import * as m from '#messages/sources.ts';

/** A step as it stands in the form: three fields of text whose meaning the kind of step decides. */
export interface StepDraft {
  readonly id: number;
  kind: FixStep['do'];
  path: string;
  first: string;
  second: string;
}

type FieldWord = 'from' | 'to' | 'field' | 'value' | 'pairs' | 'format' | 'zone';

/** What the fields of a step are called. `second` is absent where a step has no second one. */
export const STEP_FORMS: Readonly<
  Record<FixStep['do'], { readonly path: FieldWord; readonly first?: FieldWord; readonly second?: FieldWord }>
> = {
  rename: { path: 'from', first: 'to' },
  default: { path: 'field', first: 'value' },
  set: { path: 'field', first: 'value' },
  map: { path: 'field', first: 'pairs' },
  date: { path: 'field', first: 'format', second: 'zone' },
  number: { path: 'field' },
  text: { path: 'field' },
  remove: { path: 'field' },
};

/** `fax=post, mail=email` as a record. */
function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(',')
      .map((pair) => pair.split('=').map((word) => word.trim()))
      .filter(([from, to]) => from !== undefined && from !== '' && to !== undefined)
      .map(([from = '', to = '']) => [from, to]),
  );
}

function plain({ kind, path, first, second }: StepDraft): object {
  switch (kind) {
    case 'rename':
      return { do: kind, from: path, to: first };
    case 'default':
    case 'set':
      return { do: kind, path, value: first };
    case 'map':
      return { do: kind, path, values: pairs(first) };
    case 'date':
      return { do: kind, path, format: first, zone: second === '' ? 'UTC' : second };
    default:
      return { do: kind, path };
  }
}

/** The rule that a form holds, or what is wrong with it in a sentence. */
export function ruleOf(steps: readonly StepDraft[]): { readonly rule: FixRule } | { readonly problem: string } {
  const read: FixStep[] = [];
  for (const [i, step] of steps.entries()) {
    const parsed = fixStep.safeParse(plain(step));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = String(issue?.path[0] ?? '');
      const problem =
        issue?.code === 'too_small' ? m.problem('empty') : issue?.code === 'invalid_format' ? m.problem('path') : m.notValid();
      return { problem: m.stepProblem({ number: i + 1, name: m.stepName(step.kind), field, problem }) };
    }
    read.push(parsed.data);
  }
  return { rule: { steps: read } };
}
