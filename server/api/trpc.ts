import { TRPCError, initTRPC } from '@trpc/server';
import { z } from 'zod';
import { InputFault, inputProblemsOf, inputWords } from '#lib/contract/index.ts';
import type { Fault, FaultCode } from '#lib/contract/index.ts';
import { knownFault } from '#server/redis/faults.ts';
import type { Actor } from '#server/security/actor.ts';
import type { IdentityDesk } from './identity.ts';
import type { FunnelDesk } from './funnel-desk.ts';
import type { JourneyDesk } from './journey-desk.ts';
import type { LabelDesk } from './labels.ts';
import type { NameDesk } from './names.ts';
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
  /** what customers are called */
  readonly names: NameDesk;
  /** where people state something about a customer */
  readonly staff: StaffDesk;
  /** where people take up what needs somebody */
  readonly queue: QueueDesk;
  /** waits for an answer, but not for that of a store that hangs @throws Fault `store_unavailable` */
  readonly unlessHanging: <Answer>(answer: Promise<Answer>) => Promise<Answer>;
  readonly actor: Actor;
}

export const t = initTRPC.context<Context>().create({
  isDev: false,
  // Beside the sentence the same problems as data, for a page that puts them into its own words.
  errorFormatter({ shape, error: { cause } }) {
    const problems = cause instanceof z.ZodError ? inputProblemsOf(cause) : cause instanceof InputFault ? cause.problems : [];
    const message = problems.length === 0 ? shape.message : inputWords(problems);
    return { ...shape, message, data: { ...shape.data, problems } };
  },
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
  store_full: 'SERVICE_UNAVAILABLE',
  not_ready: 'SERVICE_UNAVAILABLE',
};

/** Every procedure begins here. */
export const read = t.procedure.use(async ({ ctx, next }) => {
  const result = await ctx.unlessHanging(next()).catch((hanging: unknown) => failed(knownFault(hanging), hanging));
  if (result.ok) return result;
  const fault = knownFault(result.error.cause);
  return fault === undefined ? result : failed(fault, result.error.cause);
});

function failed(fault: Fault | undefined, cause: unknown): never {
  if (fault === undefined) throw cause;
  throw new TRPCError({ code: CODES[fault.code] ?? 'INTERNAL_SERVER_ERROR', message: fault.message, cause: fault });
}

/** The id of an entry of the store, as pages end with: what lies before it is asked for. None is at 0, and the store knows no larger ones. */
const ENTRY = '[1-9]\\d{0,14}-\\d{1,19}';
export const entryId = z.string().regex(new RegExp(`^${ENTRY}$`), 'is not a cursor');
/** Where a page of a timeline ended; behind `~` the earliest arrival shown so far, ms. */
export const timelineCursor = z.string().regex(new RegExp(`^${ENTRY}(~\\d{0,15})?$`), 'is not a cursor');
