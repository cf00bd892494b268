import type { Factor } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { EventLog, Refused } from '#server/log/log.ts';

/** An event log that keeps everything in memory, for tests of what stands before the store. */
export interface MemoryLog extends EventLog {
  readonly events: readonly StoredEvent[];
  readonly refused: readonly Refused[];
  readonly factors: readonly Factor[];
  /** the door's way to keep a factor */
  putFactor(factor: Factor): Promise<void>;
  /** the door's way to take one back */
  withdrawFactor(id: string): Promise<boolean>;
  /** makes every further write fail with this, until told otherwise */
  failWith(fault: Error | undefined): void;
}

/** Makes an empty log with the duplicate rule of the real one. */
export function createMemoryLog(): MemoryLog {
  const events: StoredEvent[] = [];
  const refused: Refused[] = [];
  const factors: Factor[] = [];
  const keys = new Set<string>();
  let failure: Error | undefined;
  const checked = async <Result>(write: () => Result): Promise<Result> => {
    await Promise.resolve();
    if (failure !== undefined) throw failure;
    return write();
  };
  return {
    events,
    refused,
    factors,
    failWith: (fault) => {
      failure = fault;
    },
    append: (batch) =>
      checked(() =>
        batch.map((event) => {
          if (keys.has(event.key)) return false;
          keys.add(event.key);
          events.push(event);
          return true;
        }),
      ),
    quarantine: (batch) => checked(() => void refused.push(...batch)),
    putFactor: (factor) => checked(() => void factors.push(factor)),
    withdrawFactor: (id) =>
      checked(() => {
        const place = factors.findIndex((factor) => factor.id === id);
        if (place >= 0) factors.splice(place, 1);
        return place >= 0;
      }),
  };
}
