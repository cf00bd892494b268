import type { IncomingMessage } from 'node:http';

/** A browser names the page's origin; it has to be ours. Programs name none. */
export function sameOrigin(request: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
