import { findParams } from '#lib/contract/index.ts';
import type { FindAnswer, UnknownCaller } from '#lib/contract/index.ts';
import { read } from './trpc.ts';

/** Finding people; part of the router `customers`. */
export const findProcedures = {
  find: read
    .input(findParams)
    .query(({ ctx, input }): Promise<FindAnswer> => ctx.reader.find(input.q, { actor: ctx.actor, exact: input.exact })),
  /** the same as a mutation although it changes nothing: what somebody types in a browser must not stand in an address */
  search: read
    .input(findParams)
    .mutation(({ ctx, input }): Promise<FindAnswer> => ctx.reader.find(input.q, { actor: ctx.actor, exact: input.exact })),
  callers: read.query(({ ctx }): Promise<readonly UnknownCaller[]> => ctx.reader.callers(ctx.actor)),
};
