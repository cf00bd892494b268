import { QUEUE_HORIZON_MS } from '#lib/contract/index.ts';
import { queueLists } from '#server/domain/case/waits.ts';
import type { Waiting } from '#server/domain/view/queue.ts';
import type { Redis } from '#server/redis/client.ts';
import { scanList } from './scan.ts';

/** Everything that needs somebody at an instant, or will within the horizon. A handful of short lists: nothing of the past is gone through. */
export async function readWaiting(reading: {
  readonly redis: Redis;
  readonly partitions: number;
  readonly now: number;
}): Promise<Waiting[]> {
  const { redis, partitions, now } = reading;
  const found = await Promise.all(
    queueLists(now, QUEUE_HORIZON_MS).map(async (list) => {
      const waiting: Waiting[] = [];
      const scores = { from: -Infinity, to: now + QUEUE_HORIZON_MS };
      for await (const one of scanList<Waiting>({ redis, partitions, at: 0 }, list, scores)) waiting.push(one);
      return waiting;
    }),
  );
  return found.flat();
}
