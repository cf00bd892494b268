import { fixStep, type FixRule, type FixStep } from '#lib/contract/sources.ts';

/** A step as it stands in the form: three fields of text whose meaning the kind of step decides. */
export interface StepDraft {
  readonly id: number;
  kind: FixStep['do'];
  path: string;
  first: string;
  second: string;
}

/** What the fields of a step are called. `second` is absent where a step has no second one. */
export const STEP_FORMS: Readonly<
  Record<FixStep['do'], { readonly name: string; readonly path: string; readonly first?: string; readonly second?: string }>
> = {
  rename: { name: 'Rename a field', path: 'from', first: 'to' },
  default: { name: 'Set where missing', path: 'field', first: 'value' },
  set: { name: 'Set always', path: 'field', first: 'value' },
  map: { name: 'Map values', path: 'field', first: 'as sent=as meant, …' },
  date: { name: 'Read a date', path: 'field', first: 'format, e.g. dd.MM.yyyy HH:mm', second: 'zone, e.g. Europe/Berlin' },
  number: { name: 'Make it a number', path: 'field' },
  text: { name: 'Make it text', path: 'field' },
  remove: { name: 'Remove a field', path: 'field' },
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
      return {
        problem: `Step ${i + 1} (${STEP_FORMS[step.kind].name}): ${String(issue?.path[0] ?? 'it')} ${issue?.message ?? 'is not valid'}.`,
      };
    }
    read.push(parsed.data);
  }
  return { rule: { steps: read } };
}
