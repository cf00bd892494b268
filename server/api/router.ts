import { z } from 'zod';
import {
  COLUMNS,
  WINDOW_NAMES,
  barrierInput,
  factorParams,
  funnelParams,
  heatParams,
  hotspotParams,
  momentParams,
  promiseParams,
  silenceParams,
  standingParams,
  stripParams,
  wallParams,
} from '#lib/contract/index.ts';
import { funnelsRouter } from './funnels.ts';
import { journeysRouter } from './journeys.ts';
import { accountsRouter } from './accounts.ts';
import { associationsRouter } from './associations.ts';
import { findProcedures } from './find.ts';
import { frictionRouter } from './friction-router.ts';
import { identityRouter } from './identity.ts';
import { labelsRouter } from './labels-router.ts';
import { nameProcedures } from './names.ts';
import { queueRouter } from './queue.ts';
import { sourcesRouter } from './sources-router.ts';
import { storyRouter } from './story.ts';
import { staffRouter } from './staff.ts';
import { customerName } from '#lib/contract/customer-id.ts';
import { read, t, timelineCursor } from './trpc.ts';

export const appRouter = t.router({
  journeys: journeysRouter,
  funnel: t.router({
    get: read.input(funnelParams).query(({ ctx, input }) => ctx.reader.funnel(input)),
  }),
  funnels: funnelsRouter,
  heat: t.router({
    get: read.input(heatParams.extend({ window: z.enum(WINDOW_NAMES).default('24h') })).query(({ ctx, input }) => ctx.reader.heat(input)),
    hotspots: read.input(hotspotParams).query(({ ctx, input }) => ctx.reader.hotspots(input)),
    strip: read.input(stripParams).query(({ ctx, input }) => ctx.reader.strip(input)),
    cell: read
      .input(heatParams.extend({ stage: z.string().max(128), column: z.string().max(128), by: z.enum(COLUMNS).optional() }))
      .query(({ ctx, input }) => ctx.reader.cell(input)),
  }),
  moments: t.router({
    get: read.input(momentParams).query(({ ctx, input }) => ctx.reader.moments(input)),
  }),
  associations: associationsRouter,
  wall: t.router({
    get: read.input(wallParams).query(({ ctx, input }) => ctx.reader.wall(input)),
  }),
  promises: t.router({
    get: read.input(promiseParams).query(({ ctx, input }) => ctx.reader.promises(input)),
  }),
  standing: t.router({
    get: read.input(standingParams).query(({ ctx, input }) => ctx.reader.standing(input)),
  }),
  silence: t.router({
    get: read.input(silenceParams).query(({ ctx, input }) => ctx.reader.silence(input)),
    note: read.input(barrierInput).mutation(({ ctx, input }) => ctx.reader.noteBarrier(input, ctx.actor.name)),
  }),
  factors: t.router({
    list: read.query(({ ctx }) => ctx.reader.factors()),
    impact: read.input(factorParams).query(({ ctx, input }) => ctx.reader.impact(input)),
  }),
  cases: t.router({
    list: read
      .input(
        z.strictObject({
          list: z.string().max(1000),
          cursor: z
            .string()
            .regex(/^[\w-]{1,300}$/, 'is not a cursor')
            .optional(),
          limit: z.int().min(1).max(200).optional(),
        }),
      )
      .query(({ ctx, input }) => ctx.reader.list(input)),
  }),
  customers: t.router({
    ...findProcedures,
    ...nameProcedures,
    timeline: read
      .input(z.strictObject({ customerId: customerName, before: timelineCursor.optional(), limit: z.int().min(1).max(200).optional() }))
      .query(({ ctx, input }) => ctx.reader.timeline(input)),
  }),
  story: storyRouter,
  friction: frictionRouter,
  identity: identityRouter,
  accounts: accountsRouter,
  staff: staffRouter,
  queue: queueRouter,
  labels: labelsRouter,
  sources: sourcesRouter,
  system: t.router({
    status: read.query(({ ctx }) => ctx.reader.status()),
  }),
});

export type AppRouter = typeof appRouter;
export const createCaller = t.createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;
