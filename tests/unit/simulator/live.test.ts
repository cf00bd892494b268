import { describe, expect, it } from 'vitest';
import { eventSchema } from '#lib/contract/index.ts';
import { tellHistory } from '#server/simulator/history.ts';
import type { SimulatedEvent } from '#server/simulator/history.ts';
import { liveTraffic } from '#server/simulator/live.ts';
import { stormsOf } from '#server/simulator/weather.ts';

const HOUR = 3_600_000;
const startsAt = Date.UTC(2026, 5, 17, 14, 30);
const history = tellHistory({ seed: 5, endsAt: startsAt, customers: 1500 });
const options = { seed: 5, startsAt, storms: stormsOf(startsAt), unfinished: history.unfinished, customers: 1500 };

/** Plays some hours, asking every so many milliseconds. */
function play(hours: number, everyMs: number, from = options): SimulatedEvent[] {
  const live = liveTraffic(from);
  const events: SimulatedEvent[] = [];
  for (let now = from.startsAt + everyMs; now <= from.startsAt + hours * HOUR; now += everyMs)
    for (const sent of live(now)) {
      if (sent.arrivesAt > now || Number(sent.event.occurredAt) > now) expect.fail('an event came before its time');
      events.push(sent);
    }
  return events;
}

const afternoon = play(6, 500);
const once = afternoon.filter((sent) => !sent.duplicate);

describe('live traffic', () => {
  it('is the same for the same seed and start, however often one asks', () => {
    expect(play(1, 500).map((sent) => JSON.stringify(sent))).toEqual(play(1, 60_000).map((sent) => JSON.stringify(sent)));
  });

  it('keeps to the same rates as the history: 3 % late, 1 % twice', () => {
    const late = once.filter((sent) => sent.late).length / once.length;
    // those that are late by a day or more are still to come
    expect(late).toBeGreaterThan(0.01);
    expect(late).toBeLessThan(0.04);
    const twice = (afternoon.length - once.length) / once.length;
    expect(twice).toBeGreaterThan(0.005);
    expect(twice).toBeLessThan(0.015);
  });

  it('comes in bursts', () => {
    const perTenSeconds = new Map<number, number>();
    for (const sent of afternoon)
      perTenSeconds.set(Math.floor(sent.arrivesAt / 10_000), (perTenSeconds.get(Math.floor(sent.arrivesAt / 10_000)) ?? 0) + 1);
    const counts = [...perTenSeconds.values()];
    expect(Math.max(...counts)).toBeGreaterThan((2 * afternoon.length) / (6 * 360));
  });

  it('sends events that the door takes, from every feed but the shops', () => {
    for (const { event } of once) {
      const parsed = eventSchema.safeParse(event);
      if (!parsed.success) expect.fail(`${JSON.stringify(event)}: ${parsed.error.message}`);
    }
    expect([...new Set(once.map((sent) => sent.source))].sort()).toEqual([
      'app',
      'billing',
      'carrier',
      'desk',
      'field',
      'orders',
      'social',
      'survey',
      'telephony',
      'web',
    ]);
  });

  it('lets customers of the history go on and brings new ones', () => {
    const orders = new Set(history.events.flatMap(({ event }) => event.customer['orderId'] ?? []));
    expect(once.some(({ event }) => orders.has(event.customer['orderId'] ?? ''))).toBe(true);
    expect(once.some(({ event }) => event.type === 'order.placed' && !orders.has(event.customer['orderId'] ?? ''))).toBe(true);
  });

  it('never uses an event id of the history or of another start', () => {
    const again = play(1, 500, { ...options, startsAt: startsAt + 30 * 60_000, unfinished: [] });
    const ids = [...history.events.filter((sent) => !sent.duplicate), ...once, ...again.filter((sent) => !sent.duplicate)].map(
      (sent) => sent.event.id,
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is about two events a second from the start on, on a first start and on a later one', () => {
    const full = tellHistory({ seed: 5, endsAt: startsAt, customers: 12_000 });
    for (const unfinished of [full.unfinished, []]) {
      const events = play(1, 1000, { ...options, unfinished, customers: 12_000 }).length;
      expect(events).toBeGreaterThan(3600);
      expect(events).toBeLessThan(3 * 3600);
    }
  }, 30_000);
});
