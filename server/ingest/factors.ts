import { EARLIEST_MS } from '#lib/contract/index.ts';
import type { Factor, IngestAnswer, Rejection } from '#lib/contract/index.ts';
import { readInstant } from './instants.ts';
import type { Item } from './items.ts';
import { LATEST_PLAN_MS } from './limits.ts';
import { redactText } from './redact.ts';
import { isHalved, plainText } from './text.ts';
import type { EventProblem, Validators } from './validator.ts';

/**
 * Stores factors, each for itself. A factor sent again replaces the former one, so none is ever a duplicate.
 * @throws Fault as `put`; sending the same body again is safe
 */
export async function acceptFactors(
  items: readonly Item[],
  put: (factor: Factor) => Promise<void>,
  validators: Validators,
): Promise<IngestAnswer> {
  const rejected: Rejection[] = [];
  for (const [index, item] of items.entries()) {
    const outcome = readFactor(item, validators);
    if ('code' in outcome) rejected.push({ index, ...outcome });
    else await put(outcome);
  }
  return { accepted: items.length - rejected.length, duplicates: 0, rejected };
}

function readFactor({ value, problem }: Item, { factor: validator }: Validators): Factor | EventProblem {
  if (problem !== undefined) return { field: '', ...problem };
  if (!validator.accepts(value))
    return validator.problemOf(value) ?? { field: '', code: 'invalid_field', message: 'The factor is not valid.' };
  const from = readInstant(value.from);
  const to = value.to === undefined ? null : readInstant(value.to);
  if (from === undefined || !isPlannable(from)) return badInstant('from');
  if (to === undefined || (to !== null && !isPlannable(to))) return badInstant('to');
  if (to !== null && to < from) return { field: 'to', code: 'invalid_field', message: 'to must not lie before from.' };
  if (isHalved(value.id)) return { field: 'id', code: 'invalid_field', message: 'id must not hold half characters (lone surrogates).' };
  const [id, kind] = [plainText(value.id), plainText(value.kind)];
  for (const [field, text] of Object.entries({ id, kind }))
    if (text === '') return { field, code: 'invalid_field', message: `${field} must not be empty.` };
  return {
    id,
    kind,
    name: redactText(plainText(value.name ?? value.kind)),
    from,
    to,
    areas: namesOf(value.areas),
    segments: namesOf(value.segments),
    journeys: namesOf(value.journeys),
  };
}

/** Names as those of events are kept: else `Köln` would not be the `Köln` of another keyboard. */
function namesOf(names: readonly string[] | undefined): string[] {
  return (names ?? []).map((name) => redactText(plainText(name)));
}

function isPlannable(at: number): boolean {
  return at >= EARLIEST_MS && at <= LATEST_PLAN_MS;
}

function badInstant(field: string): EventProblem {
  return {
    field,
    code: 'invalid_field',
    message: `${field} must be ISO 8601 with an offset or milliseconds since 1970, between 2000 and 2100.`,
  };
}
