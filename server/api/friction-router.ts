import { z } from 'zod';
import { customerId } from '#lib/contract/customer-id.ts';
import { read, t } from './trpc.ts';

/** Why numbers of friction are what they are. */
export const frictionRouter = t.router({
  why: read
    .input(
      z.strictObject({
        customerId,
        visit: z
          .string()
          .regex(/^[0-9a-f]{30}$/, 'is not a visit')
          .optional(),
        at: z.int().min(0).optional(),
      }),
    )
    .query(({ ctx, input }) => ctx.reader.why(input)),
});
