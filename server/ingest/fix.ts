import { DateTime } from 'luxon';
import type { FixRule, FixStep } from '#lib/contract/index.ts';
import { isRecord } from './segment.ts';

type Draft = Record<string, unknown>;
/** A place in a list. */
const PLACE = /^\d+$/;
const NUMBER = /^\s*-?\d+([.,]\d+)?\s*$/;

/**
 * Applies a rule to a refused event. Pure: the value given stays as it is. A step that finds nothing to do does nothing.
 * @returns the repaired event; the value itself where it is no object
 */
export function applyRule(rule: FixRule, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const draft: Draft = structuredClone(value);
  for (const step of rule.steps) applyStep(step, draft);
  return draft;
}

function applyStep(step: FixStep, draft: Draft): void {
  switch (step.do) {
    case 'rename': {
      const moved = take(draft, step.from);
      if (moved !== undefined) put(draft, step.to, moved);
      return;
    }
    case 'default':
      if (read(draft, step.path) === undefined || read(draft, step.path) === null) put(draft, step.path, step.value);
      return;
    case 'set':
      return put(draft, step.path, step.value);
    case 'map':
      return change(draft, step.path, (value) => (Object.hasOwn(step.values, String(value)) ? step.values[String(value)] : value));
    case 'date':
      return change(draft, step.path, (value) => instantOf(value, step));
    case 'number':
      return change(draft, step.path, (value) =>
        typeof value === 'string' && NUMBER.test(value) ? Number(value.trim().replace(',', '.')) : value,
      );
    case 'text':
      return change(draft, step.path, (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value));
    case 'remove':
      take(draft, step.path);
  }
}

/** A date in the format named becomes milliseconds since 1970; anything else stays. */
function instantOf(value: unknown, { format, zone }: { readonly format: string; readonly zone: string }): unknown {
  if (format === 's') return Number.isFinite(Number(value)) && value !== '' ? Number(value) * 1000 : value;
  const at = DateTime.fromFormat(String(value), format, { zone, locale: 'en' });
  return at.isValid ? at.toMillis() : value;
}

/** What holds the last name of a path: an object by its own properties, or a list by the places that it has. */
function holder(draft: Draft, path: string, make: boolean): readonly [at: Draft, name: string] | undefined {
  const names = path.split('.');
  const name = names.pop() ?? '';
  let at = draft;
  for (const step of names) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (isRecord(next) || isList(next)) at = next;
    else if (next === undefined && make && !isList(at)) at = at[step] = {};
    else return undefined;
  }
  return isList(at) && !(PLACE.test(name) && Object.hasOwn(at, name)) ? undefined : [at, name];
}

/** A list is read as a record of its places: `signals.0.kind`, as the reason of a refusal names it. */
function isList(value: unknown): value is Draft & unknown[] {
  return Array.isArray(value);
}

function read(draft: Draft, path: string): unknown {
  const [at, name] = holder(draft, path, false) ?? [{}, ''];
  return Object.hasOwn(at, name) ? at[name] : undefined;
}

function put(draft: Draft, path: string, value: unknown): void {
  const found = holder(draft, path, true);
  if (found !== undefined) found[0][found[1]] = value;
}

function take(draft: Draft, path: string): unknown {
  const value = read(draft, path);
  const found = holder(draft, path, false);
  if (found === undefined) return value;
  const [at, name] = found;
  if (isList(at)) at.splice(Number(name), 1);
  else delete at[name];
  return value;
}

function change(draft: Draft, path: string, make: (value: unknown) => unknown): void {
  const value = read(draft, path);
  if (value !== undefined && value !== null) put(draft, path, make(value));
}
