import { error } from '@sveltejs/kit';
import * as m from '#messages/frame.ts';

/** HTTP status for what the API can answer, by its own codes and by those of faults. */
const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  bad_request: 400,
  UNAUTHORIZED: 401,
  unauthorised: 401,
  FORBIDDEN: 403,
  forbidden: 403,
  NOT_FOUND: 404,
  not_found: 404,
  TOO_MANY_REQUESTS: 429,
  too_many: 429,
  SERVICE_UNAVAILABLE: 503,
  store_unavailable: 503,
  not_ready: 503,
};
/** The HTTP status a thrown thing stands for; undefined where it is a plain fault of ours. */
export function statusOf(thrown: unknown): number | undefined {
  const seen = [thrown, causeOf(thrown)];
  for (const one of seen.reverse()) {
    const code = codeOf(one);
    if (code !== undefined && STATUS[code] !== undefined) return STATUS[code];
  }
  return undefined;
}

/** Runs one API call for a page's load; what the API refuses becomes the matching error page. */
export async function ask<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === undefined) throw thrown;
    const code = String(status);
    error(status, m.refused(m.isRefused(code) ? code : 'other'));
  }
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
