import { correctionParams } from '#lib/contract/index.ts';
import { read, t } from './trpc.ts';

/** What people say about emotions. */
export const labelsRouter = t.router({
  queue: read.query(({ ctx }) => ctx.labels.queue()),
  correct: read.input(correctionParams).mutation(({ ctx, input }) => ctx.labels.correct(input, ctx.actor.name)),
});
