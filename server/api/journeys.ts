import { z } from 'zod';
import { LONGEST_JOURNEY, journeyParams, previewPlaceSchema } from '#lib/contract/index.ts';
import { read, t } from './trpc.ts';

const draft = z.strictObject({ text: z.string().max(LONGEST_JOURNEY) });

/** Journeys: what they are and were, and drafts of what they shall be. */
export const journeysRouter = t.router({
  list: read.query(({ ctx }) => ctx.reader.journeys()),
  get: read.input(journeyParams).query(({ ctx, input }) => ctx.reader.journey(input)),
  text: read.input(journeyParams.pick({ journey: true, version: true })).query(({ ctx, input }) => ctx.journeyDesk.text(input)),
  // Mutations only because a draft does not fit into an address.
  check: read.input(draft).mutation(({ ctx, input }) => ctx.journeyDesk.check(input.text)),
  preview: read
    .input(draft.extend({ from: previewPlaceSchema.optional() }))
    .mutation(({ ctx, input }) => ctx.journeyDesk.preview(input.text, input.from)),
  publish: read.input(draft).mutation(({ ctx, input }) => ctx.journeyDesk.publish(input.text, ctx.actor)),
});
