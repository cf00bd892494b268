import { z } from 'zod';
import { fixRule, keyKinds, quarantineFilter, sourceName } from '#lib/contract/index.ts';
import { entryId, read, t } from './trpc.ts';

const keyId = z.strictObject({ id: z.string().regex(/^[\da-f]{8}$/, 'is not the id of a key') });
const repair = z.strictObject({ filter: quarantineFilter, rule: fixRule.optional() });
const anySource = z.strictObject({ source: z.string().min(1).max(200) });

/** The page of sources: health, quarantine, write keys. What it shows may be personal, so nothing of it is pushed. */
export const sourcesRouter = t.router({
  view: read.query(({ ctx }) => ctx.sources.view()),
  sample: read.input(anySource).query(({ ctx, input }) => ctx.sources.sample(input.source)),
  test: read.input(z.strictObject({ source: sourceName })).mutation(({ ctx, input }) => ctx.sources.test(input.source, ctx.actor.name)),
  quarantine: t.router({
    groups: read.input(anySource.partial().optional()).query(({ ctx, input }) => ctx.sources.groups(input?.source)),
    /** looks only, but by POST: names of fields come from senders and have no place in an address */
    page: read
      .input(
        z.strictObject({
          filter: quarantineFilter,
          before: entryId.optional(),
          limit: z.int().min(1).max(100).default(20),
        }),
      )
      .mutation(({ ctx, input }) => ctx.sources.page(input.filter, input)),
    /** looks only, but by POST: a rule may be long */
    trial: read.input(repair).mutation(({ ctx, input }) => ctx.sources.trial(input.filter, input.rule)),
    replay: read.input(repair).mutation(({ ctx, input }) => ctx.sources.replay(input.filter, input.rule)),
    discard: read.input(z.strictObject({ filter: quarantineFilter })).mutation(({ ctx, input }) => ctx.sources.discard(input.filter)),
  }),
  keys: t.router({
    list: read.query(({ ctx }) => ctx.sources.keys()),
    make: read
      .input(z.strictObject({ source: sourceName, kind: z.enum(keyKinds) }))
      .mutation(({ ctx, input }) => ctx.sources.makeKey(input.source, input.kind, ctx.actor.name)),
    rotate: read.input(keyId).mutation(({ ctx, input }) => ctx.sources.rotateKey(input.id, ctx.actor.name)),
    end: read.input(keyId).mutation(({ ctx, input }) => ctx.sources.endKey(input.id)),
  }),
});
