import {
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  ReconnectStrategyError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
} from 'redis';
import { Fault, thrownWords } from '#lib/contract/index.ts';

const TRANSIENT = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|UNBLOCKED|NOREPLICAS)/;
const BROKEN = /^(ERR|WRONGTYPE|CROSSSLOT|NOPERM)\b/;
const FULL = /^(OOM|MISCONF)/;

/** What is said of a store without room; `retryAfter` in seconds. */
export const STORE_FULL = {
  code: 'store_full',
  message: 'The store has no room left. Free memory or disk space; nothing was lost.',
  retryAfter: 30,
} as const;

/** Says in the product's words what a failed command means. */
export function storeFault(cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  const message = thrownWords(cause);
  if (FULL.test(message)) return new Fault(STORE_FULL.code, STORE_FULL.message, { cause, retryAfter: STORE_FULL.retryAfter });
  if (TRANSIENT.test(message))
    return new Fault('store_unavailable', 'The store is busy starting or failing over. Try again.', { cause, retryAfter: 2 });
  if (BROKEN.test(message)) return new Fault('internal', 'The store refused a command; this is a fault of Throughline.', { cause });
  return new Fault('store_unavailable', 'The store cannot be reached. Try again.', { cause, retryAfter: 1 });
}

/** Whether the store answers, but takes nothing: it has no room, or has become a replica. */
export function takesNothing(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.cause instanceof ErrorReply && /^(OOM|MISCONF|READONLY|NOREPLICAS)/.test(thrown.cause.message);
}

/** Whether a command failed because its key holds a value of another type. */
export function isOfOtherType(thrown: unknown): boolean {
  return thrown instanceof ErrorReply && thrown.message.startsWith('WRONGTYPE');
}

/** What the client throws while there is no connection. */
const AWAY = [
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ReconnectStrategyError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
];

/** What the system says of a connection that has just broken: the client passes it on as it is. */
const BROKEN_CONNECTION: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT']);

/** The fault that something thrown stands for; undefined where neither the product nor the store threw it. */
export function knownFault(thrown: unknown): Fault | undefined {
  const isAway =
    AWAY.some((kind) => thrown instanceof kind) || (thrown instanceof Error && 'code' in thrown && BROKEN_CONNECTION.has(thrown.code));
  return isAway || thrown instanceof Fault || thrown instanceof ErrorReply ? storeFault(thrown) : undefined;
}
