import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { ID_PATTERN_WORDS, choiceWords, eventSchema, factorSchema, shortWords, typeWords } from '#lib/contract/index.ts';
import type { EventInput, FactorInput, RejectionCode } from '#lib/contract/index.ts';

/** What is wrong with an event, in words that name the field. */
export interface EventProblem {
  /** e.g. `score.kind`; empty for the event as a whole */
  readonly field: string;
  readonly code: RejectionCode;
  readonly message: string;
}

/** Checks a value and tells the first thing that is wrong with it. */
export interface Validator<Valid> {
  /** undefined: the value is valid */
  problemOf(value: unknown): EventProblem | undefined;
  /** the same as a type guard */
  accepts(value: unknown): value is Valid;
}

/** The checks of the doors, compiled once. */
export interface Validators {
  readonly event: Validator<EventInput>;
  readonly factor: Validator<FactorInput>;
}

/** How what is checked is called, and what to do with a field that it has not. */
interface Words {
  readonly subject: string;
  readonly unknown: string;
}
const EVENT: Words = { subject: 'An event', unknown: 'is not part of the envelope; put it under attributes' };
const FACTOR: Words = { subject: 'A factor', unknown: 'is no field of a factor; leave it out' };

/**
 * Compiles the contract's schemas into functions that cost nanoseconds per event. Takes some 30 ms, once.
 * Lengths are counted in code points, as zod counts them, so both agree on every input. Counting them means walking over every text, so a check
 * that takes a text's own length comes first: that is never smaller, and what passes it passes the other.
 */
export function createValidators(): Validators {
  const options = { strict: true, strictTypes: false, ownProperties: true, logger: false } as const;
  const compilers = { quick: new Ajv2020({ ...options, unicode: false }), exact: new Ajv2020(options) };
  return {
    event: validatorOf<EventInput>(compilers, eventSchema, EVENT),
    factor: validatorOf<FactorInput>(compilers, factorSchema, FACTOR),
  };
}

function validatorOf<Valid>(
  { quick, exact }: { readonly quick: Ajv2020; readonly exact: Ajv2020 },
  schema: z.ZodType<Valid>,
  words: Words,
): Validator<Valid> {
  const json = z.toJSONSchema(schema);
  const passes = quick.compile<Valid>(json);
  const validate = exact.compile<Valid>(json);
  return {
    accepts: (value): value is Valid => passes(value) || validate(value),
    problemOf: (value) => (validate(value) ? undefined : explain(validate.errors?.at(-1), words)),
  };
}

/** The last error of a failed check is the outermost: "neither text nor number" rather than "no text". */
function explain(error: ErrorObject | undefined, words: Words): EventProblem {
  if (error === undefined) return { field: '', code: 'invalid_field', message: `${words.subject} is not valid.` };
  const path = fieldOf(error.instancePath);
  const parameters: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === 'required') return about(words, path, String(parameters['missingProperty']), 'missing_field', 'is required');
  if (error.keyword === 'additionalProperties')
    return about(words, path, String(parameters['additionalProperty']), 'unknown_field', words.unknown);
  if (error.keyword === 'propertyNames') return about(words, path, '', 'invalid_field', 'has a name that is empty or too long');
  return about(words, path, '', 'invalid_field', sentence(error, parameters));
}

function sentence(error: ErrorObject, parameters: Readonly<Record<string, unknown>>): string {
  const limit = String(parameters['limit']);
  switch (error.keyword) {
    case 'enum': {
      const allowed: unknown = parameters['allowedValues'];
      return Array.isArray(allowed) ? choiceWords(allowed) : 'must be one of the values listed in the documentation';
    }
    case 'anyOf':
      return 'must be text or a number, and not too long';
    case 'pattern':
      return ID_PATTERN_WORDS;
    case 'type':
      return `must be ${typeWords(String(parameters['type']))}`;
    case 'minLength':
      return shortWords(Number(limit), 'characters');
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    default:
      return error.message ?? 'is not valid';
  }
}

function about(words: Words, path: string, name: string, code: RejectionCode, predicate: string): EventProblem {
  const field = [path, shortened(name)].filter((part) => part !== '').join('.');
  return { field, code, message: `${field === '' ? words.subject : field} ${predicate}.` };
}

/** A JSON pointer as people write paths: `/signals/0/kind` is `signals.0.kind`. */
function fieldOf(pointer: string): string {
  return shortened(pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Names come from the sender: one that is a megabyte long is not repeated to it. */
function shortened(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100)}...`;
}
