import { takesNothing } from '#server/redis/faults.ts';
import type { EventLog } from './log.ts';

/** Senders that were told of a full store come again after half a minute: who has not come by then says nothing more. */
const REMEMBERED_MS = 60_000;

/** Whether the store takes what is sent to it: one without room, or that has become a replica, answers all the same whatever it is asked. */
export class Taking {
  #refusedAt: number | undefined;

  /** False from a refusal until something is taken, or until it is so long ago that nobody knows. */
  get takes(): boolean {
    return this.#refusedAt === undefined || performance.now() - this.#refusedAt > REMEMBERED_MS;
  }

  /** The same log, watched. */
  around(log: EventLog): EventLog {
    return {
      append: async (events) => {
        try {
          const fresh = await log.append(events);
          if (events.length > 0) this.#refusedAt = undefined;
          return fresh;
        } catch (error) {
          if (takesNothing(error)) this.#refusedAt = performance.now();
          throw error;
        }
      },
      quarantine: (refused) => log.quarantine(refused),
    };
  }
}
