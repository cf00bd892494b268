import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Factor } from '#lib/contract/index.ts';
import type { FaultCode } from '#lib/contract/fault.ts';
import type { EventLog } from '#server/log/log.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { NodeHasher } from '#server/security/node-hash.ts';
import { isSourceName, type WriteKeys } from '#server/security/write-keys.ts';
import { createAcceptor, type Acceptor, type SourcedItem } from './acceptor.ts';
import { faultAnswer, refusal, send, statusOf, takenAnswer, type Answer, type Refusal } from './answers.ts';
import { readBody } from './body.ts';
import { browserSettings, settingsKeyOf, SHORT_PATHS } from './browser.ts';
import { readCloudEvents } from './cloudevents.ts';
import { originOf, preflightHeaders } from './cross-origin.ts';
import { acceptFactors } from './factors.ts';
import { parseShallow, readItems, TOO_DEEP } from './items.ts';
import { LIMITS, type Limits } from './limits.ts';
import { isRecord, readMessage, SEGMENT_CALLS, type SegmentCall } from './segment.ts';
import { createValidators, type Validators } from './validator.ts';

/** Whether events can be taken just now. */
export type Readiness =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: Extract<FaultCode, 'not_ready' | 'too_many' | 'store_unavailable' | 'store_full'>;
      readonly message: string;
      /** seconds */
      readonly retryAfter: number;
    };

/** What the doors need. */
export interface DoorOptions {
  readonly log: EventLog;
  /** Stores or replaces something outside our control, as a source tells it. @throws Fault `store_unavailable`, `store_full` */
  putFactor(factor: Factor, source: string): Promise<void>;
  /** Takes a factor back: it never was. @returns false: there is none of this id. @throws Fault `store_unavailable`, `store_full` */
  withdrawFactor(id: string, source: string): Promise<boolean>;
  readonly clock: Clock;
  readonly nodeOf: NodeHasher;
  /** ISO country of telephone numbers without country code */
  readonly region: string;
  readonly keys: Pick<WriteKeys, 'sourceOf' | 'isNamed' | 'isBrowser'>;
  /** sites whose pages may send with a browser key; default: none */
  readonly browserOrigins?: readonly string[];
  readonly limits?: Limits;
  /** asked before each body is read; must be quick */
  ready(): Readiness;
  /** share the acceptor of an importer or simulator in the same process; default: one of its own */
  readonly acceptor?: Acceptor;
  /** hears of every answer. @param door undefined: there is none of that path */
  onAnswer?(door: DoorName | undefined, answer: Answer): void;
  /** hears of every fault that is not an expected one, for the log */
  onFault?(fault: unknown): void;
}

/** Handles a request if it is for a door. @returns false where the path is not ours: nothing was touched */
export type Doors = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A door as people tell them apart. */
export type DoorName = NativeRoute | 'segment';

type SegmentRoute = 'batch' | SegmentCall;
type NativeRoute = 'events' | 'factors' | 'cloudevents';
type Route = NativeRoute | SegmentRoute;

interface Sender {
  readonly source: string;
  /** the key has no name of its own and the sender gave none: a Segment library may name the source */
  readonly nameless: boolean;
  /** the key is public: it stands in a web page */
  readonly browser: boolean;
  readonly key: string;
}

interface Context {
  readonly options: DoorOptions;
  readonly limits: Limits;
  readonly acceptor: Acceptor;
  readonly validators: Validators;
  readonly origins: ReadonlySet<string>;
}

const OURS = /^\/v1(?:\/|$)/;
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...(['events', 'factors', 'cloudevents', 'batch', ...SEGMENT_CALLS] as const).map((route): [string, Route] => [`/v1/${route}`, route]),
  ...Object.entries(SHORT_PATHS).map(([short, route]): [string, Route] => [`/v1/${short}`, route]),
]);
/** One factor by its id, to take it back. */
const ONE_FACTOR = /^\/v1\/factors\/([^/]+)$/;
const FOREIGN: Refusal = {
  status: 403,
  code: 'forbidden',
  message: 'Pages of this site may not send. Add its origin to BROWSER_ORIGINS.',
};
const UNAUTHORISED: Refusal = {
  status: 401,
  code: 'unauthorised',
  message: 'A valid write key is needed: send "Authorization: Bearer <write key>".',
  headers: { 'www-authenticate': 'Bearer realm="throughline"' },
};
const WRONG_KEY: Refusal = {
  status: 403,
  code: 'forbidden',
  message: 'Pages send with a browser key, and a browser key sends only by the Segment calls. Make one on the page of sources.',
};
const LONGEST_REQUEST_KEY = 256;

/**
 * Makes the HTTP doors: `POST /v1/events`, `POST /v1/factors`, `DELETE /v1/factors/<id>`, `POST /v1/cloudevents` and the Segment calls. Mount them before everything else on `node:http`,
 * because senders use content types and encodings that page servers refuse.
 */
export function createDoors(options: DoorOptions): Doors {
  const limits = options.limits ?? LIMITS;
  const validators = createValidators();
  const acceptor = options.acceptor ?? createAcceptor({ ...options, limits, validators });
  const context: Context = { options, limits, acceptor, validators, origins: new Set(options.browserOrigins) };
  let atWork = 0;
  return (request, response) => {
    const path = pathOf(request);
    if (!OURS.test(path)) return false;
    const finish = (answered: Answer): void => {
      options.onAnswer?.(doorOf(path), answered);
      send(request, response, answered);
    };
    if (atWork >= limits.requestsAtOnce) {
      const busy = 'Too many requests at once. Send larger batches over fewer connections.';
      finish(refusal({ status: 429, code: 'too_many', message: busy, retryAfter: 1 }));
      return true;
    }
    atWork++;
    answerPage(request, path, context)
      .catch((thrown: unknown) => faultOf(thrown, context))
      .then((answered) => answered && finish(answered))
      .catch((thrown: unknown) => {
        options.onFault?.(thrown);
        response.destroy();
      })
      .finally(() => atWork--);
    return true;
  };
}

/** The browser's side of an answer: what a page of another site may do, and what it may read of the answer. */
async function answerPage(request: IncomingMessage, path: string, context: Context): Promise<Answer | undefined> {
  const origin = originOf(request, context.origins);
  if (origin.kind === 'own') return answer(request, path, { ...context, crossOrigin: false });
  const route = ROUTES.get(path);
  const forPages = settingsKeyOf(path) !== undefined || (route !== undefined && !isNative(route));
  if (origin.kind === 'foreign' || !forPages) return refusal(FOREIGN);
  if (request.method === 'OPTIONS') return { status: 204, body: {}, headers: preflightHeaders(origin.headers) };
  const answered = await answer(request, path, { ...context, crossOrigin: true }).catch((thrown: unknown) => faultOf(thrown, context));
  return answered === undefined ? undefined : { ...answered, headers: { ...answered.headers, ...origin.headers } };
}

function faultOf(thrown: unknown, { options }: Context): Answer {
  const answered = faultAnswer(thrown);
  if (answered.status === 500) options.onFault?.(thrown);
  return answered;
}

function isNative(route: Route): route is NativeRoute {
  return route === 'events' || route === 'factors' || route === 'cloudevents';
}

/** @returns undefined where the sender hung up */
async function answer(
  request: IncomingMessage,
  path: string,
  context: Context & { readonly crossOrigin: boolean },
): Promise<Answer | undefined> {
  const settingsKey = settingsKeyOf(path);
  if (settingsKey !== undefined) return settingsAnswer(request, settingsKey, context);
  const [, factor] = ONE_FACTOR.exec(path) ?? [];
  if (factor !== undefined) return withdrawalAnswer(request, factor, context);
  const route = ROUTES.get(path);
  if (route === undefined)
    return refusal({ status: 404, code: 'not_found', message: 'There is no such door. Events go to POST /v1/events.' });
  if (request.method !== 'POST')
    return refusal({ status: 405, code: 'method_not_allowed', message: 'Send this with POST.', headers: { allow: 'POST' } });
  const native = isNative(route);
  const asked = headerOf(request, 'x-source');
  if (asked !== undefined && !isSourceName(asked))
    return badRequest('X-Source must be 1 to 64 letters, digits, dots, dashes or underscores.');
  const key = keyOf(request, native);
  const known = key === undefined ? undefined : senderOf(key, asked, context);
  if (known === undefined && (native || key !== undefined)) return refusal(UNAUTHORISED);
  if (known !== undefined && !mayUse(known, native, context)) return refusal(WRONG_KEY);
  const readiness = context.options.ready();
  if (!readiness.ok) return refusal({ status: statusOf(readiness.code), ...readiness });
  const body = await readBody(request, context.limits.bodyBytes);
  if (!body.ok) {
    if (body.code === 'gone') return undefined;
    if (body.code === 'unsupported_encoding')
      return refusal({ status: 415, code: body.code, message: body.message, headers: { 'accept-encoding': 'gzip' } });
    return refusal({ status: statusOf(body.code), code: body.code, message: body.message });
  }
  if (!isNative(route)) return segmentAnswer(route, body.text, { known, asked, context });
  return known === undefined ? refusal(UNAUTHORISED) : nativeAnswer(route, body.text, { request, sender: known, context });
}

/** `DELETE /v1/factors/<id>`: what was sent by mistake never was, and every number is as if it had never come. */
async function withdrawalAnswer(
  request: IncomingMessage,
  segment: string,
  context: Context & { readonly crossOrigin: boolean },
): Promise<Answer> {
  if (request.method !== 'DELETE')
    return refusal({ status: 405, code: 'method_not_allowed', message: 'Take a factor back with DELETE.', headers: { allow: 'DELETE' } });
  const key = keyOf(request, true);
  const sender = key === undefined ? undefined : senderOf(key, headerOf(request, 'x-source'), context);
  if (sender === undefined) return refusal(UNAUTHORISED);
  if (!mayUse(sender, true, context)) return refusal(WRONG_KEY);
  const readiness = context.options.ready();
  if (!readiness.ok) return refusal({ status: statusOf(readiness.code), ...readiness });
  const id = decoded(segment);
  if (id !== undefined && (await context.options.withdrawFactor(id, sender.source))) return { status: 200, body: { withdrawn: id } };
  return refusal({ status: 404, code: 'not_found', message: 'There is no factor of this id, or it was taken back already.' });
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** A key that is in a page is public: it may only do what a page needs. A page gets by with no other. */
function mayUse(sender: Sender, native: boolean, context: { readonly crossOrigin: boolean }): boolean {
  return sender.browser ? !native : !context.crossOrigin;
}

/** The settings that Segment's browser library asks for; nobody else's key is ever looked for here, because addresses end in logs. */
function settingsAnswer(request: IncomingMessage, key: string, context: Context): Answer {
  if (request.method !== 'GET')
    return refusal({ status: 405, code: 'method_not_allowed', message: 'Ask for this with GET.', headers: { allow: 'GET' } });
  if (!context.options.keys.isBrowser(key)) return refusal({ status: 404, code: 'not_found', message: 'There is no such browser key.' });
  const secure = request.headers['x-forwarded-proto'] === 'https';
  return { status: 200, body: browserSettings(key, { host: request.headers.host ?? '', secure }) };
}

async function nativeAnswer(
  route: NativeRoute,
  text: string,
  { request, sender, context }: { readonly request: IncomingMessage; readonly sender: Sender; readonly context: Context },
): Promise<Answer> {
  if (route === 'cloudevents') return cloudEventsAnswer(text, { request, sender, context });
  const byLine = /ndjson|jsonl|json-seq|jsonlines/i.test(request.headers['content-type'] ?? '');
  const read = readItems(text, byLine, context.limits);
  if (!read.ok) return refusal({ status: statusOf(read.code), code: read.code, message: read.message });
  if (route === 'factors') {
    const put = (factor: Factor): Promise<void> => context.options.putFactor(factor, sender.source);
    return takenAnswer(await acceptFactors(read.items, put, context.validators));
  }
  const requestKey = headerOf(request, 'idempotency-key')?.slice(0, LONGEST_REQUEST_KEY);
  const items = read.items.map((item) => ({ ...item, source: sender.source }));
  return takenAnswer(await context.acceptor.accept(items, requestKey));
}

/** CloudEvents 1.0: each is its own feed's, by its `source`, inside the name of the key. */
async function cloudEventsAnswer(
  text: string,
  { request, sender, context }: { readonly request: IncomingMessage; readonly sender: Sender; readonly context: Context },
): Promise<Answer> {
  const strip = new URL(request.url ?? '/', 'http://here').searchParams.get('strip') ?? undefined;
  const read = readCloudEvents(request.headers, text, context.limits, { strip });
  if (!read.ok)
    return refusal({ status: read.code === 'unsupported_encoding' ? 415 : statusOf(read.code), code: read.code, message: read.message });
  const keyName = context.options.keys.isNamed(sender.key) ? context.options.keys.sourceOf(sender.key) : undefined;
  const readAs = { keyName: keyName ?? '', ...(strip === undefined ? {} : { strip }) };
  const items = read.items.map(({ feed, ...item }): SourcedItem => {
    const source = feed === undefined ? sender.source : (context.options.keys.sourceOf(sender.key, feed) ?? sender.source);
    return { ...item, source, readAs };
  });
  return takenAnswer(await context.acceptor.accept(items));
}

async function segmentAnswer(
  route: 'batch' | SegmentCall,
  text: string,
  {
    known,
    asked,
    context,
  }: {
    readonly known: Sender | undefined;
    readonly asked: string | undefined;
    readonly context: Context & { readonly crossOrigin: boolean };
  },
): Promise<Answer> {
  const parsed = parseShallow(text, context.limits, route === 'batch' ? 2 : 0);
  if (parsed === undefined) return badRequest(`The body is not valid JSON, or nested more than ${context.limits.depth} levels deep.`);
  const body = parsed.value;
  if (!isRecord(body)) return badRequest('The body must be a JSON object.');
  const bodyKey = body['writeKey'];
  const sender = known ?? (typeof bodyKey === 'string' ? senderOf(bodyKey, asked, context) : undefined);
  if (sender === undefined) return refusal(UNAUTHORISED);
  if (!mayUse(sender, false, context)) return refusal(WRONG_KEY);
  const messages: unknown = route === 'batch' ? body['batch'] : [body];
  if (!Array.isArray(messages)) return badRequest('A batch must hold an array named "batch".');
  if (messages.length > context.limits.eventsPerRequest)
    return refusal({ status: 413, code: 'too_large', message: `A request may hold at most ${context.limits.eventsPerRequest} events.` });
  const large = text.length > context.limits.eventCharacters;
  const received = context.options.clock();
  const items = messages.map((message: unknown) => segmentItem(route, sentWith(body, message), { sender, context, large, received }));
  return takenAnswer(await context.acceptor.accept(items), { success: true });
}

/** A message of a batch was sent when its batch was, unless it says otherwise. */
function sentWith({ sentAt }: Readonly<Record<string, unknown>>, message: unknown): unknown {
  return sentAt === undefined || !isRecord(message) || message['sentAt'] !== undefined ? message : { ...message, sentAt };
}

/** @param where.large the body is so large that a single message may be too large */
function segmentItem(
  route: 'batch' | SegmentCall,
  message: unknown,
  {
    sender,
    context,
    large,
    received,
  }: { readonly sender: Sender; readonly context: Context; readonly large: boolean; readonly received: number },
): SourcedItem {
  const { source, browser } = sender;
  if (message === TOO_DEEP) {
    const problem = { code: 'too_deep', message: `The message is nested more than ${context.limits.depth} levels deep.` } as const;
    return { source, browser, value: message, problem };
  }
  if (!isRecord(message))
    return { source, browser, value: message, problem: { code: 'invalid_field', message: 'A message must be an object.' } };
  const raw = large ? JSON.stringify(message) : '';
  if (raw.length > context.limits.eventCharacters) {
    const problem = { code: 'too_large', message: `The message is longer than ${context.limits.eventCharacters} characters.` } as const;
    return { source, browser, value: undefined, raw, problem };
  }
  const { library, ...item } = readMessage(route === 'batch' ? message['type'] : route, message, { browser, received });
  return { ...item, browser, source: librarySource(sender, library, context) };
}

/** A source without a name is called after the library that sends, so that a web page and a back end with one key have health of their own. */
function librarySource(sender: Sender, library: string | undefined, context: Context): string {
  if (!sender.nameless || library === undefined) return sender.source;
  const asked = library
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 64);
  return isSourceName(asked) ? (context.options.keys.sourceOf(sender.key, asked) ?? sender.source) : sender.source;
}

function senderOf(key: string, asked: string | undefined, { options }: Context): Sender | undefined {
  const source = options.keys.sourceOf(key, asked);
  return source === undefined
    ? undefined
    : { source, key, nameless: asked === undefined && !options.keys.isNamed(key), browser: options.keys.isBrowser(key) };
}

/** The key in the request's head: a bearer token, or the user name of Basic, which Segment's clients use. */
function keyOf(request: IncomingMessage, native: boolean): string | undefined {
  const [, scheme = '', credentials = ''] = /^([A-Za-z]+) +([\x21-\x7e]+) *$/.exec(request.headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (native || scheme.toLowerCase() !== 'basic') return undefined;
  const user = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? '';
  return user === '' ? undefined : user;
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const text = (typeof value === 'object' ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
}

/** The door that a path belongs to; undefined: there is none. */
function doorOf(path: string): DoorName | undefined {
  if (ONE_FACTOR.test(path)) return 'factors';
  if (settingsKeyOf(path) !== undefined) return 'segment';
  const route = ROUTES.get(path);
  return route === undefined || isNative(route) ? route : 'segment';
}

/** The path without query and without a trailing slash. */
function pathOf(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?', 1);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function badRequest(message: string): Answer {
  return refusal({ status: 400, code: 'bad_request', message });
}
