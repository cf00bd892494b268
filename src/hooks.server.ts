import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { error, type RequestEvent, type Handle, type HandleServerError } from '@sveltejs/kit';
import { place, readZone, writtenZone, ZONE_COOKIE } from '#lib/components/zone.ts';
import { accepted, isSpoken, type Spoken } from '#lib/messages/languages.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import * as m from '#messages/frame.ts';
import type { Caller } from '#server/api/router.ts';
import type { Actor, ActorRequest } from '#server/security/actor.ts';

/** What the server leaves for the pages: this bundle is a module graph of its own, so nothing can simply be imported. */
interface Services {
  callerFor(actor: Actor): Caller;
  actorOf(request: ActorRequest): Actor | undefined;
  /** file of the write key; absent where the operator set the key */
  readonly writeKeyFile?: string | undefined;
  /** sites that may show the pages under /embed in a frame */
  readonly frameAncestors: readonly string[];
}

const SERVICES = Symbol.for('throughline.services');
const THEMES: readonly string[] = ['light', 'dark', 'system'];
const YEAR_S = 31_536_000;
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** Who reads the answer to a request. */
interface Reader {
  readonly language: Spoken;
  /** IANA name; undefined: the browser has not told it yet */
  readonly zone: string | undefined;
}

/** In which language and time zone the request being answered is read, however many are answered at the same time. */
const requests = new AsyncLocalStorage<Reader>();
speech.follow(() => requests.getStore()?.language);
place.follow(() => requests.getStore()?.zone);

export const handle: Handle = async ({ event, resolve }) => {
  const reader = readerOf(event);
  return requests.run(reader, () => answer(event, reader.language, resolve));
};

export const handleError: HandleServerError = ({ error: thrown, event, status }) => {
  const traceId = randomBytes(6).toString('hex');
  if (status >= 500) {
    const path = event.route.id ?? 'no route';
    const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    // One line per fault for the log; the route's pattern instead of the address, which may name a customer.
    process.stderr.write(`${JSON.stringify({ level: 50, time: Date.now(), name: 'pages', traceId, path, reason })}\n`);
  }
  return {
    // Asked for outside the request's own context, where a page could not be made at all.
    message: requests.run(readerOf(event), () => (status >= 500 ? m.errorText('500') : sayRefused(status))),
    // Only what the log knows has a number to ask for there.
    ...(status >= 500 ? { traceId } : {}),
  };
};

/** Why there is no page, in the words of the reader: those of the framework are in English only. */
function sayRefused(status: number): string {
  const code = String(status);
  return m.refused(m.isRefused(code) ? code : 'other');
}

async function answer(event: RequestEvent, language: Spoken, resolve: Parameters<Handle>[0]['resolve']): Promise<Response> {
  const services = servicesOf(globalThis);
  if (!services) error(503, m.errorText('503'));
  const actor = services.actorOf(requestOf(event));
  if (!actor) error(403, m.errorText('403'));
  event.locals.api = services.callerFor(actor);
  event.locals.writeKeyFile = services.writeKeyFile ?? null;
  const theme = themeOf(event.cookies.get('theme'));
  const transformPageChunk = ({ html }: { html: string }) =>
    html.replace('%throughline.theme%', theme).replace('%throughline.language%', language).replace('%throughline.zone%', writtenZone());
  const response = await resolve(event, { transformPageChunk });
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  response.headers.set('referrer-policy', referrerPolicyOf(event.url));
  allowFrames(response.headers, event.url.pathname.startsWith('/embed/') ? services.frameAncestors : []);
  // Pages and their data speak of people and of this moment: neither belongs in a cache.
  if (!event.url.pathname.startsWith('/_app/immutable/')) response.headers.set('cache-control', 'no-store');
  return response;
}

/** Says which sites may show a page in a frame: none, but for the pages made for that. The policy of every page names nobody. */
function allowFrames(headers: Headers, sites: readonly string[]): void {
  const policy = headers.get('content-security-policy');
  if (sites.length === 0) headers.set('x-frame-options', 'DENY');
  else if (policy !== null)
    headers.set('content-security-policy', policy.replace("frame-ancestors 'none'", `frame-ancestors ${sites.join(' ')}`));
}

/**
 * Nothing is ever told to other sites. An address that came with a look-up (`/pop?phone=…`) is told to nobody at all;
 * elsewhere our own server may know, because browsers under `no-referrer` post forms with the origin `null`, which the forgery check refuses.
 */
function referrerPolicyOf(url: URL): string {
  return ['/c', '/pop', '/embed/pop'].includes(url.pathname) && url.search !== '' ? 'no-referrer' : 'same-origin';
}

/** The request as the server's other doors see it. */
function requestOf(event: RequestEvent): ActorRequest {
  return { headers: Object.fromEntries(event.request.headers), socket: { remoteAddress: event.getClientAddress() } };
}

function servicesOf(holder: object): Services | undefined {
  const found: unknown = Reflect.get(holder, SERVICES);
  return found === undefined ? undefined : (found as Services);
}

function readerOf(event: RequestEvent): Reader {
  return { language: languageOf(event), zone: readZone(event.cookies.get(ZONE_COOKIE)) };
}

/** What was chosen, by address (`?lang=de`, kept from then on) or in the menu, goes before what the browser asks for. */
function languageOf({ url, cookies, request }: RequestEvent): Spoken {
  const wished = url.searchParams.get('lang');
  if (isSpoken(wished)) {
    cookies.set('language', wished, { path: '/', maxAge: YEAR_S, sameSite: 'lax', httpOnly: false, secure: false });
    return wished;
  }
  const kept = cookies.get('language');
  return isSpoken(kept) ? kept : accepted(request.headers.get('accept-language'));
}

function themeOf(cookie: string | undefined): string {
  return cookie !== undefined && THEMES.includes(cookie) ? cookie : 'system';
}
