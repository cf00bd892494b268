import { TRPCError, initTRPC } from '@trpc/server';
import { z } from 'zod';
import { Fault } from '#lib/contract/index.ts';
import type { FaultCode } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';
import type { IdentityDesk } from './identity.ts';
import type { FunnelDesk } from './funnel-desk.ts';
import type { JourneyDesk } from './journey-desk.ts';
import type { LabelDesk } from './labels.ts';
import type { QueueDesk } from './queue.ts';
import type { Reader } from './reader.ts';
import type { SourceDesk } from './source-desk.ts';
import type { StaffDesk } from './staff.ts';

/** What every procedure is given: the reader, the desks at which people decide, and who asks. */
export interface Context {
  readonly reader: Reader;
  readonly labels: LabelDesk;
  readonly sources: SourceDesk;
  readonly funnels: FunnelDesk;
  readonly journeyDesk: JourneyDesk;
  /** where people decide who is who */
  readonly identity: IdentityDesk;
  /** where people state something about a customer */
  readonly staff: StaffDesk;
  /** where people take up what needs somebody */
  readonly queue: QueueDesk;
  readonly actor: Actor;
}

/** What is wrong with an input, field by field, in words. */
function wordsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`).join('; ');
}

export const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => (error.cause instanceof z.ZodError ? { ...shape, message: wordsOf(error.cause) } : shape),
});

/** Expected faults in the words of the protocol; everything else stays what it is: a fault of ours. */
const CODES: Partial<Record<FaultCode, TRPCError['code']>> = {
  bad_request: 'BAD_REQUEST',
  unauthorised: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  too_large: 'PAYLOAD_TOO_LARGE',
  too_many: 'TOO_MANY_REQUESTS',
  store_unavailable: 'SERVICE_UNAVAILABLE',
  not_ready: 'SERVICE_UNAVAILABLE',
};

/** Every procedure begins here. */
export const read = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof Fault)) return result;
  const fault = result.error.cause;
  throw new TRPCError({ code: CODES[fault.code] ?? 'INTERNAL_SERVER_ERROR', message: fault.message, cause: fault });
});

/** The opaque id of a customer, of an identifier, or of an account. */
export const customerId = z.string().regex(/^[0-9a-f]{20}$/, 'is not a customer id');
