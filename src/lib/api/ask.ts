import { error } from '@sveltejs/kit';

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
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'The address asks for something that does not exist. Check the link, or start again from the menu.',
  403: 'You may not see this.',
  404: 'There is nothing under this address.',
  429: 'Too many requests at once. Wait a moment and reload.',
  503: 'The store does not answer at the moment. Nothing that was accepted is lost; reload in a few seconds.',
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
    error(status, SENTENCES[status] ?? 'This cannot be shown.');
  }
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
