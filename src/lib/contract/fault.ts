import type { z } from 'zod';

/** What can go wrong, as a closed list. One table in server/api maps the codes to HTTP, tRPC and socket answers. */
export type FaultCode =
  | 'bad_request'
  | 'unauthorised'
  | 'forbidden'
  | 'not_found'
  | 'too_large'
  | 'too_many'
  | 'store_unavailable'
  | 'store_full'
  | 'not_ready'
  | 'bad_config'
  | 'conflict'
  | 'internal';

/** A fault: a code for programs, a sentence for people, the cause for the log. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** seconds after which trying again makes sense */
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, message: string, options: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}

/** The words of whatever was thrown. */
export function thrownWords(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** One thing that is wrong with an input: where, and what. An answer of the API with the code `BAD_REQUEST` lists them as `data.problems`. */
export interface InputProblem {
  /** names and positions (from 0) that lead from the input to the field */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A step of the path to a field, as JSON can say it. */
function partOf(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

/** What is wrong with an input that does not fit its schema, field by field. */
export function inputProblemsOf({ issues }: z.ZodError): readonly InputProblem[] {
  return issues.map(({ path, message }) => ({ path: path.map(partOf), message }));
}

/** The same in words: `window: Invalid option: ...`. */
export function inputWords(problems: readonly InputProblem[]): string {
  return problems.map(({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`).join('; ');
}
