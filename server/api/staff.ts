import { staffWord, takeBackParams } from '#lib/contract/index.ts';
import type { StaffWord, TakeBackParams } from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';
import { read as procedure, t } from './trpc.ts';

/** Where people state something about a customer. Each statement is an event; @throws Fault `not_found`, `forbidden` in words for people */
export interface StaffDesk {
  say(word: StaffWord, actor: Actor): Promise<void>;
  /** takes back what was stated on a page */
  takeBack(what: TakeBackParams, actor: Actor): Promise<void>;
}

/** What people here say about a customer. */
export const staffRouter = t.router({
  say: procedure.input(staffWord).mutation(({ ctx, input }) => ctx.staff.say(input, ctx.actor)),
  takeBack: procedure.input(takeBackParams).mutation(({ ctx, input }) => ctx.staff.takeBack(input, ctx.actor)),
});
