import { z } from 'zod';
import type { FindAnswer, IdentityView, MergePreview } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';
import { customerId } from '#lib/contract/customer-id.ts';
import { read as procedure, t } from './trpc.ts';

/** Who came out of a decision: go there. */
interface Decided {
  readonly customer: string;
}

/** What can be asked and decided about who is who. Decisions are events; @throws Fault `not_found`, `conflict` in words for people */
export interface IdentityDesk {
  explain(customer: string): Promise<IdentityView>;
  preview(people: { readonly customer: string; readonly other: string }): Promise<MergePreview>;
  merge(people: { readonly customer: string; readonly other: string; readonly reason: string }, actor: Actor): Promise<Decided>;
  /** takes a merge or a split back */
  unmerge(
    decision: { readonly customer: string; readonly source: string; readonly event: string; readonly reason: string },
    actor: Actor,
  ): Promise<Decided>;
  split(identifier: { readonly customer: string; readonly node: string; readonly reason: string }, actor: Actor): Promise<Decided>;
}

const reason = z.string().trim().min(3, 'must say why, in a few words').max(500);

/** Who is who: why, and what people decide about it. */
export const identityRouter = t.router({
  explain: procedure.input(z.strictObject({ customerId })).query(({ ctx, input }) => ctx.identity.explain(input.customerId)),
  /** a mutation although it changes nothing: what somebody looks for must not stand in an address */
  find: procedure
    .input(z.strictObject({ q: z.string().min(1).max(256) }))
    .mutation(({ ctx, input }): Promise<FindAnswer> => ctx.reader.find(input.q, { actor: ctx.actor })),
  preview: procedure
    .input(z.strictObject({ customerId, other: customerId }))
    .query(({ ctx, input }) => ctx.identity.preview({ customer: input.customerId, other: input.other })),
  merge: procedure
    .input(z.strictObject({ customerId, other: customerId, reason }))
    .mutation(({ ctx, input }) => ctx.identity.merge({ customer: input.customerId, other: input.other, reason: input.reason }, ctx.actor)),
  unmerge: procedure
    .input(z.strictObject({ customerId, source: z.string().min(1).max(128), event: z.string().min(1).max(256), reason }))
    .mutation(({ ctx, input: { customerId: customer, ...decision } }) => ctx.identity.unmerge({ customer, ...decision }, ctx.actor)),
  split: procedure
    .input(z.strictObject({ customerId, identifier: customerId, reason }))
    .mutation(({ ctx, input }) =>
      ctx.identity.split({ customer: input.customerId, node: input.identifier, reason: input.reason }, ctx.actor),
    ),
});
