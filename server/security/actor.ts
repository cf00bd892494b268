import { NAMELESS } from '#lib/contract/staff-choices.ts';

/** Who acts. Until accounts exist the name is self-given and marked so. */
export interface Actor {
  readonly name: string;
  readonly verified: boolean;
}

/** The parts of a request that tell who acts: a `node:http` request fits. */
export interface ActorRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

const NAME_KEY = 'x-actor-name';
const LONGEST_NAME = 60;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Surrogate}]/gu;

/**
 * Who sends a request. Until accounts exist: anybody on this machine, under the name given in the header or cookie `x-actor-name`, unverified.
 * @param options.allowRemote the operator has said that something else keeps strangers out
 * @returns undefined for everybody else: answer 403
 */
export function actorOf(request: ActorRequest, options: { readonly allowRemote?: boolean } = {}): Actor | undefined {
  if (options.allowRemote !== true && !isLocal(request)) return undefined;
  return { name: nameGiven(first(request.headers[NAME_KEY]) ?? cookie(first(request.headers['cookie']), NAME_KEY)), verified: false };
}

/** The name somebody gives themselves, as it is shown: without what cannot be seen, cut where it is long. */
export function nameGiven(given: string | undefined): string {
  const name = cleanName(given);
  return name === '' ? NAMELESS : name;
}

/** On this machine, not passed on by a proxy, and addressed by a local name: a page elsewhere cannot reach us by pointing its own name here. */
function isLocal({ headers, socket }: ActorRequest): boolean {
  if (headers['forwarded'] !== undefined || headers['x-forwarded-for'] !== undefined) return false;
  return isLoopbackAddress(socket.remoteAddress) && isLoopbackHost(first(headers['host']));
}

/** Whether an address is one of this machine's own: 127.x.x.x, ::1, or the former in IPv6 dress. */
function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address);
}

function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

function cookie(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
  return pair?.slice(pair.indexOf('=') + 1);
}

function cleanName(given: string | undefined): string {
  return decoded(given ?? '')
    .replace(UNSEEN, '')
    .normalize('NFC')
    .trim()
    .slice(0, LONGEST_NAME)
    .trim();
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
