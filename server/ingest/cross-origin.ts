import type { IncomingMessage } from 'node:http';

/** Where a request comes from: a program or one of our own pages, a page of a site that may send, or a page of any other site. */
export type Origin =
  | { readonly kind: 'own' }
  | { readonly kind: 'allowed'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'foreign' };

const OWN: Origin = { kind: 'own' };
const FOREIGN: Origin = { kind: 'foreign' };
const PREFLIGHT_SECONDS = 600;

/**
 * Tells requests of web pages apart by the `Origin` that browsers add and pages cannot change. Nothing is allowed but what is listed.
 * @param allowed origins such as `https://shop.example`, without a trailing slash
 */
export function originOf(request: IncomingMessage, allowed: ReadonlySet<string>): Origin {
  const { origin, host } = request.headers;
  if (origin === undefined || isOwn(origin, host)) return OWN;
  return allowed.has(origin) ? { kind: 'allowed', headers: { 'access-control-allow-origin': origin, vary: 'origin' } } : FOREIGN;
}

/** What a browser is told that asks before it sends. */
export function preflightHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    ...headers,
    'access-control-allow-methods': 'POST, GET',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}

function isOwn(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
