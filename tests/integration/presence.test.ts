import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Present } from '#lib/contract/index.ts';
import { Presence } from '#server/live/presence.ts';
import { another, connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

const CUSTOMER = '0123456789abcdef0123';
const SOON = { timeout: 30_000, interval: 20 };
const ADA: Present = { id: 'socket-a', name: 'Ada' };
const BEN: Present = { id: 'socket-b', name: 'Ben' };

let store: TestRedis;
let redis: Redis;
let clock = Date.now();
let ear: Redis;
const heard: string[] = [];
beforeAll(async () => {
  store = await startTestRedis({ fsync: 'no' });
  redis = await connect({ socketPath: store.socketPath });
  ear = await another(redis);
  await ear.subscribe(keys.presence(), (message) => heard.push(message));
});
afterAll(async () => {
  for (const connection of [ear, redis]) connection.destroy();
  await store.stop();
});

/** A process with people of its own, and what it last told them. */
async function process(name: string) {
  const seen = { people: [] as readonly string[] };
  const presence = new Presence({
    redis,
    partitions: 2,
    clock: () => clock,
    process: name,
    onChange: (_, people) => (seen.people = people.map((one) => one.name).sort()),
  });
  await presence.start();
  return { presence, seen };
}

describe('people who look at the same customer', () => {
  it('see one another whichever process they are connected to, under the name they have now, and no longer once they leave', async () => {
    const [one, two] = await Promise.all([process('one'), process('two')]);
    one.presence.enter(CUSTOMER, ADA);
    expect(one.seen.people).toEqual(['Ada']);
    two.presence.enter(CUSTOMER, BEN);
    await expect.poll(() => one.seen.people, SOON).toEqual(['Ada', 'Ben']);
    await expect.poll(() => two.seen.people, SOON).toEqual(['Ada', 'Ben']);
    two.presence.enter(CUSTOMER, { ...BEN, name: 'Benno' });
    await expect.poll(() => one.seen.people, SOON).toEqual(['Ada', 'Benno']);
    one.presence.leave(CUSTOMER, ADA.id);
    await expect.poll(() => two.seen.people, SOON).toEqual(['Benno']);
    await Promise.all([one.presence.stop(), two.presence.stop()]);
    expect(await redis.exists([keys.present(0, CUSTOMER), keys.present(1, CUSTOMER)])).toBe(0);
  });

  it('are gone half a minute after their process was last heard of, and not before', async () => {
    const [one, two] = await Promise.all([process('one'), process('two')]);
    one.presence.enter(CUSTOMER, ADA);
    two.presence.enter(CUSTOMER, BEN);
    await expect.poll(() => one.seen.people, SOON).toEqual(['Ada', 'Ben']);
    // From here on nothing is heard of the second process.
    clock += 29_000;
    await one.presence.renew();
    expect(one.seen.people).toEqual(['Ada', 'Ben']);
    clock += 2000;
    await one.presence.renew();
    expect(one.seen.people).toEqual(['Ada']);
    await Promise.all([one.presence.stop(), two.presence.stop()]);
  });

  it('are told to other processes by the address of the customer and nothing else', () => {
    expect(heard.length).toBeGreaterThan(3);
    expect(new Set(heard)).toEqual(new Set([CUSTOMER]));
  });
});
