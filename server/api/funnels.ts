import { z } from 'zod';
import { funnelDefinition, savedFunnelParams } from '#lib/contract/index.ts';
import { read, t } from './trpc.ts';

/** Saved funnels: reading them, and making, changing and removing them. */
export const funnelsRouter = t.router({
  list: read.query(({ ctx }) => ctx.funnels.list()),
  get: read.input(savedFunnelParams).query(({ ctx, input }) => ctx.funnels.get(input)),
  words: read.query(({ ctx }) => ctx.funnels.words()),
  preview: read.input(funnelDefinition).mutation(({ ctx, input }) => ctx.funnels.preview(input)),
  save: read
    .input(z.strictObject({ definition: funnelDefinition, replaces: z.int().min(1).nullable() }))
    .mutation(({ ctx, input }) => ctx.funnels.save(input, ctx.actor)),
  remove: read
    .input(z.strictObject({ id: z.string().min(1).max(64) }))
    .mutation(({ ctx, input }) => ctx.funnels.remove(input.id, ctx.actor)),
});
