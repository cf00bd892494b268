import { careAct, queueParams, recoveryParams } from '#lib/contract/index.ts';
import type { CareAct, QueueParams, QueueView, RecoveryParams, RecoveryView } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';
import { read as procedure, t } from './trpc.ts';

/** What needs somebody now, and what people do about it. @throws Fault `conflict` with who has it, `not_found` where it no longer waits */
export interface QueueDesk {
  get(params: QueueParams): Promise<QueueView>;
  recoveries(params: RecoveryParams): RecoveryView;
  /** two people cannot claim one */
  act(act: CareAct, actor: Actor): Promise<void>;
}

/** The queue. */
export const queueRouter = t.router({
  get: procedure.input(queueParams).query(({ ctx, input }) => ctx.queue.get(input)),
  recoveries: procedure.input(recoveryParams).query(({ ctx, input }) => ctx.queue.recoveries(input)),
  act: procedure.input(careAct).mutation(({ ctx, input }) => ctx.queue.act(input, ctx.actor)),
});
