import { z } from 'zod';
import { customerId } from '#lib/contract/customer-id.ts';
import { entryId, read as procedure, t } from './trpc.ts';

/** Accounts and households: groups of people, each at home under the opaque id of its identifier. */
export const accountsRouter = t.router({
  get: procedure.input(z.strictObject({ accountId: customerId })).query(({ ctx, input }) => ctx.reader.account(input.accountId)),
  timeline: procedure
    .input(
      z.strictObject({
        accountId: customerId,
        before: entryId.optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => ctx.reader.accountTimeline(input)),
});
