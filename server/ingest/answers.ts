import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault, type FaultCode } from '#lib/contract/fault.ts';
import type { IngestAnswer } from '#lib/contract/index.ts';

/** What a door says to a sender. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** what became of the events; absent: none were read */
  readonly taken?: IngestAnswer;
}

/** An answer that refuses a request as a whole. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;
  /** for programs */
  readonly code: FaultCode | 'method_not_allowed' | 'unsupported_encoding';
  /** for people */
  readonly message: string;
  /** seconds; given with every 429 and 503 */
  readonly retryAfter?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS: Readonly<Record<FaultCode, Refusal['status']>> = {
  bad_request: 400,
  unauthorised: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  store_unavailable: 503,
  store_full: 503,
  not_ready: 503,
  bad_config: 500,
  internal: 500,
};
const RETRY_AFTER_SECONDS = 5;

/** The HTTP status of a fault. */
export function statusOf(code: FaultCode): Refusal['status'] {
  return STATUS[code];
}

/** Turns a refusal into `{code, message}` with the headers it needs. */
export function refusal({ status, code, message, retryAfter, headers }: Refusal): Answer {
  const wait = status === 429 || status === 503 ? { 'retry-after': String(Math.max(1, Math.ceil(retryAfter ?? RETRY_AFTER_SECONDS))) } : {};
  return { status, body: { code, message }, headers: { ...wait, ...headers } };
}

/** The answer about events that were read. @param more stands before it */
export function takenAnswer(taken: IngestAnswer, more: object = {}): Answer {
  return { status: 200, body: { ...more, ...taken }, taken };
}

/** Turns whatever was thrown into an answer that gives nothing away. */
export function faultAnswer(thrown: unknown): Answer {
  if (!(thrown instanceof Fault))
    return refusal({ status: 500, code: 'internal', message: 'Something went wrong here. It has been logged.' });
  return refusal({ status: STATUS[thrown.code], code: thrown.code, message: thrown.message, retryAfter: thrown.retryAfter });
}

/** Sends an answer, unless the sender has gone. A request that was not read to its end takes its connection with it. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const payload = answer.status === 204 ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...(payload === '' ? {} : { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(payload) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(request.complete ? {} : { connection: 'close' }),
    ...answer.headers,
  });
  response.end(payload);
}
