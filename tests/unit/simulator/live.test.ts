import { describe, expect, it } from 'vitest';
import { eventSchema } from '#lib/contract/index.ts';
import { stillToCome, tellHistory } from '#server/simulator/history.ts';
import type { SimulatedEvent } from '#server/simulator/history.ts';
import { liveTraffic } from '#server/simulator/live.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const endsAt = Date.UTC(2026, 5, 17, 14, 30);
const size = { seed: 5, endsAt, customers: 3000 };
const history = tellHistory(size);
const options = { ...size, unfinished: history.unfinished };

/** Plays some hours, asking every so many milliseconds. */
function play(hours: number, everyMs: number): SimulatedEvent[] {
  const live = liveTraffic(options);
  const events: SimulatedEvent[] = [];
  for (let now = endsAt + everyMs; now <= endsAt + hours * HOUR; now += everyMs)
    for (const sent of live(now)) {
      if (sent.arrivesAt > now || Number(sent.event.occurredAt) > now) expect.fail('an event came before its time');
      events.push(sent);
    }
  return events;
}

const week = play(7 * 24, 10_000);
const once = week.filter((sent) => !sent.duplicate);
const at = (sent: SimulatedEvent): number => Number(sent.event.occurredAt);
const lastWeek = history.events.filter((sent) => !sent.duplicate && at(sent) > endsAt - 7 * DAY);

/** How many times as many there are in the week after the end as in the week before it. */
function growth(is: (sent: SimulatedEvent) => boolean): number {
  return once.filter(is).length / lastWeek.filter(is).length;
}

describe('live traffic', () => {
  it('is as dense as the history at the same weekday and hour, so that the demo does not look like a crisis', () => {
    expect(growth(() => true)).toBeGreaterThan(0.95);
    expect(growth(() => true)).toBeLessThan(1.2);
    for (let hour = 0; hour < 24; hour += 4) {
      const there = (sent: SimulatedEvent): boolean =>
        (at(sent) - endsAt + 7 * DAY) % DAY < (hour + 4) * HOUR && (at(sent) - endsAt + 7 * DAY) % DAY >= hour * HOUR;
      expect(growth(there)).toBeGreaterThan(0.85);
      expect(growth(there)).toBeLessThan(1.35);
    }
  });

  it('brings as many new customers and contacts from the first hours on', () => {
    const visits = (sent: SimulatedEvent): boolean => sent.event.segment !== undefined && sent.event.type !== 'order.placed';
    const contacts = (sent: SimulatedEvent): boolean => sent.event.type === 'contact.queued';
    for (const is of [visits, contacts]) {
      expect(growth(is)).toBeGreaterThan(0.85);
      expect(growth(is)).toBeLessThan(1.3);
      const first = once.filter((sent) => is(sent) && at(sent) < endsAt + DAY).length;
      const before = lastWeek.filter((sent) => is(sent) && at(sent) > endsAt - DAY).length;
      expect(first / before).toBeGreaterThan(0.65);
      expect(first / before).toBeLessThan(1.5);
    }
  });

  it('is the same for the same seed and history, however often one asks', () => {
    const texts = (sent: readonly SimulatedEvent[]): string[] => sent.map((one) => JSON.stringify(one));
    expect(texts(play(24, 500))).toEqual(texts(play(24, 60_000)));
  });

  it('goes on in the same way after a later start, which tells the stories again', () => {
    const again = liveTraffic({ ...options, unfinished: stillToCome(size) })(endsAt + 7 * DAY);
    expect(again.map((sent) => JSON.stringify(sent))).toEqual(week.map((sent) => JSON.stringify(sent)));
  });

  it('keeps to the same rates as the history: 3 % late, 1 % twice', () => {
    const late = once.filter((sent) => sent.late).length / once.length;
    expect(late).toBeGreaterThan(0.02);
    expect(late).toBeLessThan(0.04);
    const twice = (week.length - once.length) / once.length;
    expect(twice).toBeGreaterThan(0.005);
    expect(twice).toBeLessThan(0.015);
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

  it('never uses an event id of the history', () => {
    const ids = [...history.events.filter((sent) => !sent.duplicate), ...once].map((sent) => sent.event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('never pauses for long with the usual number of customers, not even at night', () => {
    const full = tellHistory({ seed: 5, endsAt, customers: 12_000 });
    const arrivals = liveTraffic({ seed: 5, endsAt, unfinished: full.unfinished })(endsAt + DAY).map((sent) => sent.arrivesAt);
    const pauses = arrivals.slice(1).map((arrivesAt, i) => arrivesAt - (arrivals[i] ?? 0));
    expect(arrivals.length / 24).toBeGreaterThan(120);
    expect(pauses.filter((pause) => pause < 30_000).length / pauses.length).toBeGreaterThan(0.7);
    expect(Math.max(...pauses)).toBeLessThan(10 * 60_000);
  }, 30_000);
});
