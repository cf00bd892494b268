import { expect, it } from 'vitest';
import { fill } from '#server/cli/bench/find.ts';
import { writeDown } from '#server/cli/bench/store.ts';
import { NOBODY, findableOf } from '#server/domain/find/terms.ts';
import type { Findable } from '#server/domain/find/terms.ts';
import { readState } from '#server/projector/saved-states.ts';
import { FindCheck } from '#server/projector/verify/find.ts';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { startTestRedis } from '../support/redis.ts';
import { openWorld } from '../support/world.ts';

it('the people that the bench writes stand in the index exactly as their events say', async () => {
  const server = await startTestRedis({ fsync: 'no' });
  const world = await openWorld(server, { partitions: 2 });
  const { redis, partitions, blueprints } = world;
  expect((await fill({ redis, partitions }, 300)).indexBytes).toBeGreaterThan(0);
  const findable = async (person: string): Promise<Findable> => {
    const state = await readState({ redis, partitions, context: () => ({ blueprints }) }, person);
    return state === null ? NOBODY : findableOf(state);
  };
  const differences: string[] = [];
  let named = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const check = new FindCheck({ redis, partition, findable, differs: (words) => differences.push(words) });
    for (const person of await redis.zRange(keys.customers(partition), 0, -1)) {
      const found = await findable(person);
      if (found.name !== '' && found.identifiers.length === 3) named++;
      await check.person(person, found);
    }
    await check.surplus();
  }
  expect([named, differences]).toEqual([300, []]);
  await world.close();
  await server.stop();
});

it('the store that was told not to write down what is filled in ends when asked, once it writes again', async () => {
  await using server = await startTestRedis();
  const redis = await connect(server);
  await writeDown(redis, false);
  await fill({ redis, partitions: 2 }, 5000);
  await writeDown(redis, true);
  const ended = new Promise<void>((resolve) => void redis.once('reconnecting', () => resolve()));
  // The answer to this is the end of the connection; a server that cannot end says so.
  const refusal = await redis.sendCommand(['SHUTDOWN']).then(
    () => '',
    (error: unknown) => String(error),
  );
  expect(refusal).not.toMatch(/SHUTDOWN/);
  await ended;
  redis.destroy();
});
