import { expect, it } from 'vitest';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { readMetrics } from '../support/metrics.ts';
import { startProduct } from '../support/product.ts';

const PARTITIONS = 4;
const REQUESTS = 30;
const EVENTS = 40;

it('the metrics count every commit of all projecting threads once, as the store itself does', async () => {
  await using product = await startProduct({ env: { PARTITIONS: String(PARTITIONS) } });
  for (let request = 0; request < REQUESTS; request++)
    await product.send(
      Array.from({ length: EVENTS }, (_, i) => ({ id: `${request}-${i}`, customer: { customerId: `C-${(request * 7 + i) % 97}` } })),
    );
  await product.settled();
  const redis = await connect({ socketPath: product.socketPath });
  const versions = await Promise.all(Array.from({ length: PARTITIONS }, (_, p) => redis.get(keys.version(p))));
  redis.destroy();
  const commits = versions.reduce((sum, version) => sum + Number(version?.split(':')[0]), 0);
  const figures = readMetrics(await (await fetch(`${product.address}/metrics`)).text());
  // Every partition's first write says under which definitions it begins, and takes nothing in.
  expect(figures.get('throughline_commit_duration_seconds_count')).toBe(commits - PARTITIONS);
  const outcomes = ['accepted', 'projected', 'duplicate'].map((outcome) =>
    figures.get(`throughline_store_events_total{outcome="${outcome}"}`),
  );
  expect(outcomes).toEqual([REQUESTS * EVENTS, REQUESTS * EVENTS, 0]);
  expect(figures.get('throughline_events_total{door="events",outcome="accepted"}')).toBe(REQUESTS * EVENTS);
});
