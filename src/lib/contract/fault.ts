import { inputWords } from './refusal.ts';
import type { InputProblem } from './refusal.ts';

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

/** An input that fits its schema and yet cannot be: `problems` names the fields, as for one that does not fit. */
export class InputFault extends Fault {
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super('bad_request', inputWords(problems));
    this.name = 'InputFault';
    this.problems = problems;
  }
}

/** The words of whatever was thrown. */
export function thrownWords(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
