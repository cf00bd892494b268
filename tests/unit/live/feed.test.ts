import { expect, it } from 'vitest';
import { MINUTE } from '#server/domain/kernel/time.ts';
import { Feed } from '#server/live/feed.ts';
import { createLog } from '#server/platform/log.ts';
import type { Redis } from '#server/redis/client.ts';

it('The sums are read at the minute of the clock, however long the last look at the changes is ago', () => {
  let now = 10 * MINUTE + 59_990;
  const feed = new Feed({
    redis: {} as Redis,
    partitions: 1,
    clock: () => now,
    log: createLog('silent'),
    onCustomers: () => undefined,
    onChange: () => undefined,
  });
  // A case drops in the eleventh minute: known before, by the clock alone.
  feed.sums.add(['F|shop|1|order|', 0, 0, 11, 1]);
  const changes = feed.sums.changes;
  expect(feed.sums.minute).toBe(10);
  now += 20;
  expect(feed.sums.minute).toBe(11);
  expect(feed.sums.changes).toBeGreaterThan(changes);
});
