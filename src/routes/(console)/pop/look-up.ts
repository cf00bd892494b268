import { ask } from '#lib/api/ask.ts';
import type { FindAnswer } from '#lib/contract/find.ts';
import type { LookUp } from './caller.ts';

/** Tries one after the other until somebody is found. What was searched is told of all that were tried. */
export async function lookUpAll(api: App.Locals['api'], lookUps: readonly LookUp[]): Promise<FindAnswer> {
  const searched: FindAnswer['searched'][number][] = [];
  for (const one of lookUps) {
    const answer = await lookUp(api, one);
    searched.push(...answer.searched);
    if (answer.hits.length > 0) return { ...answer, searched };
  }
  return { searched, hits: [], more: false };
}

/**
 * The search of the console. Where the kind is named only that kind counts:
 * the extension 201 of a colleague must not open the customer with the number 201.
 */
async function lookUp(api: App.Locals['api'], { kind, value }: LookUp): Promise<FindAnswer> {
  if (kind === null) return ask(api.customers.find({ q: value }));
  const answer = await ask(api.customers.find({ q: `${kind}:${value}`, exact: true }));
  return {
    ...answer,
    searched: answer.searched.filter((one) => one.kind === kind),
    hits: answer.hits.filter((hit) => hit.matched === kind),
  };
}
