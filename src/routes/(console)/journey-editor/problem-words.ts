import { speech } from '#lib/messages/say.svelte.ts';
import * as m from '#messages/editor.ts';

/** What the check says of a journey file, and the message that says it in every language. */
const SENTENCES = {
  'is not a duration such as 90s, 30m, 2h, 3d or 2w': 'duration',
  'is not a standard time such as 6h, 3d or {working: 8h}': 'standard',
  'is not a date rule: `stated`, {within: 2d}, {working: 8h} or {workingDays: 2, by: "17:00"}': 'due',
  'is longer than 100 years': 'tooLong',
  'is empty': 'fileEmpty',
  'has no fields such as `name: value`': 'noFields',
  'is missing': 'missing',
  'is missing: name the department that answers for it': 'owner',
  'is empty: name the department that answers for it': 'ownerEmpty',
  'is not known here': 'unknown',
} as const;

/** A problem of a journey file: English is the check's own, and what is not among the messages stays English. */
export function problemWords(sentence: string): { readonly text: string; readonly english: boolean } {
  const code = Object.entries(SENTENCES).find(([known]) => known === sentence)?.[1];
  return code === undefined ? { text: sentence, english: speech.spoken !== 'en' } : { text: m.problem(code), english: false };
}

/** `stages.0.standard` -> `Stage 1, standard time`, for the fields that the form has; null: only the file has it. */
export function placeWords(field: string): string | null {
  const [, number, part] = /^stages\.(\d+)\.(?:name\.)?(\w+)/.exec(field) ?? [];
  if (number === undefined || part === undefined) return null;
  const what = part === 'needs' ? m.needs() : m.isField(part) ? m.field(part) : null;
  return what === null ? null : m.place({ number: Number(number) + 1, what });
}
