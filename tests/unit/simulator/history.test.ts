import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHANNELS, COMPONENTS, eventSchema } from '#lib/contract/index.ts';
import { usableIdentifiers } from '#server/security/identifiers.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { scoreText } from '#server/domain/emotion/lexicon.ts';
import { FEEDS, STAGES, TOUCHPOINTS } from '#server/simulator/catalogue.ts';
import { tellHistory } from '#server/simulator/history.ts';
import type { History, HistoryOptions } from '#server/simulator/history.ts';
import { fictionalPhone } from '#server/simulator/people.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const endsAt = Date.UTC(2026, 5, 17, 14, 30);
const small: HistoryOptions = { seed: 7, endsAt, customers: 300 };
const middle: HistoryOptions = { seed: 11, endsAt, customers: 3000 };
const history = tellHistory(middle);
const truth = history.truthAt(endsAt);
const first = history.events.filter((sent) => !sent.duplicate);

function digestOf(told: History): string {
  const hash = createHash('sha256');
  for (const sent of told.events) hash.update(JSON.stringify(sent));
  return hash.digest('hex');
}

const at = (sent: (typeof first)[number]): number => Number(sent.event.occurredAt);

describe('the demo history', () => {
  it('is the same for the same seed, bit by bit, and its truth is the one on record', async () => {
    const told = tellHistory(small);
    const record = { options: small, digest: digestOf(told), truth: told.truthAt(endsAt) };
    expect(digestOf(tellHistory(small))).toBe(record.digest);
    await expect(`${JSON.stringify(record, null, 2)}\n`).toMatchFileSnapshot('../../fixtures/demo-truth.json');
  });

  it('is another for another seed', () => {
    expect(digestOf(tellHistory({ ...small, seed: 8 }))).not.toBe(digestOf(tellHistory(small)));
  });

  it('fills nine weeks, in order of arrival, and never knows the future', () => {
    expect(Math.min(...first.map(at))).toBeGreaterThanOrEqual(endsAt - 63 * DAY);
    expect(Math.max(...first.map(at))).toBeLessThanOrEqual(endsAt);
    expect(history.events.every((sent, i) => sent.arrivesAt >= (history.events[i - 1]?.arrivesAt ?? 0))).toBe(true);
    expect(history.events.every((sent) => sent.arrivesAt >= at(sent) && sent.arrivesAt <= endsAt)).toBe(true);
  });

  it('makes about 13 events per customer, most of them in the last weeks', () => {
    expect(truth.events / truth.customers).toBeGreaterThan(11);
    expect(truth.events / truth.customers).toBeLessThan(15);
    const lastWeek = first.filter((sent) => at(sent) > endsAt - 7 * DAY).length;
    expect(lastWeek / truth.events).toBeGreaterThan(0.13);
  });

  it('sends 3 % late, by minutes to days, and 1 % twice, byte for byte', () => {
    expect(truth.late / truth.events).toBeGreaterThan(0.025);
    expect(truth.late / truth.events).toBeLessThan(0.035);
    const delays = first.filter((sent) => sent.late && sent.arrivesAt < endsAt).map((sent) => sent.arrivesAt - at(sent));
    expect(Math.min(...delays)).toBeLessThan(HOUR);
    expect(Math.max(...delays)).toBeGreaterThan(DAY);
    expect(truth.duplicates / truth.events).toBeGreaterThan(0.007);
    expect(truth.duplicates / truth.events).toBeLessThan(0.013);
    const seen = new Map(first.map((sent) => [`${sent.source} ${sent.event.id ?? ''}`, JSON.stringify(sent.event)]));
    expect(seen.size).toBe(first.length);
    for (const sent of history.events)
      if (sent.duplicate) expect(seen.get(`${sent.source} ${sent.event.id ?? ''}`)).toBe(JSON.stringify(sent.event));
  });

  it('is made of events that the door takes, with identifiers that it can use', () => {
    const options = { region: 'DE', nodeOf: createNodeHasher('pepper') };
    for (const { event } of first) {
      const parsed = eventSchema.safeParse(event);
      if (!parsed.success) expect.fail(`${JSON.stringify(event)}: ${parsed.error.message}`);
      const { who, problems } = usableIdentifiers(event.customer, options);
      if (who.length === 0 || problems.length > 0) expect.fail(`${JSON.stringify(event.customer)}: ${JSON.stringify(problems)}`);
    }
    expect(first.length).toBe(truth.events);
  });

  it('gives every customer a telephone number of their own, from blocks that no subscriber has', () => {
    const numbers = Array.from({ length: 25_000 }, (_, place) => fictionalPhone(place));
    expect(new Set(numbers).size).toBe(25_000);
    expect(fictionalPhone(25_000)).toBeNull();
    expect(numbers.every((one) => /^\+(4930|4969|4940|49221|4989|33639|33199)/.test(one ?? ''))).toBe(true);
  });

  it('says of everybody that they are invented', () => {
    for (const { event } of first) {
      const { email } = event.customer;
      if (email !== undefined && !/@example\.(com|org)$/.test(String(email))) expect.fail(String(email));
      const name = event.attributes?.['name'];
      if (name !== undefined && !(typeof name === 'string' && name.startsWith('Demo '))) expect.fail(JSON.stringify(name));
    }
    expect(truth.events).toBeGreaterThan(0);
  });

  it('says the names of many it knows, in the way that the product takes names, and lets strangers call', () => {
    const known = new Set(first.flatMap(({ event }) => event.customer['customerId'] ?? []));
    const named = new Set(
      first.flatMap(({ event }) =>
        event.type === 'identify' && event.attributes?.['name'] !== undefined ? [event.customer['customerId']] : [],
      ),
    );
    expect(named.size / known.size).toBeGreaterThan(0.5);
    const phones = new Set(first.flatMap(({ event: { customer } }) => (customer['customerId'] !== undefined ? [customer['phone']] : [])));
    const strangers = new Set(
      first.flatMap(({ event: { customer } }) =>
        customer['phone'] !== undefined && Object.keys(customer).length === 1 && !phones.has(customer['phone']) ? [customer['phone']] : [],
      ),
    );
    expect(strangers.size).toBeGreaterThan(20);
    expect(strangers.size).toBeLessThan(90);
  });

  it('shows every channel, feed, stage and touchpoint, and something nobody has mapped', () => {
    expect(Object.keys(truth.byChannel).sort()).toEqual([...CHANNELS].sort());
    expect(Object.keys(truth.byFeed).sort()).toEqual([...FEEDS].sort());
    const touchpoints = new Set(first.map((sent) => sent.event.touchpoint));
    expect(Object.keys(TOUCHPOINTS).filter((id) => !touchpoints.has(id))).toEqual([]);
    expect(STAGES.every((stage) => Object.values(TOUCHPOINTS).some((one) => one.stage === stage))).toBe(true);
    expect(truth.unmapped).toBeGreaterThan(20);
  });

  it('shows every component of friction', () => {
    const named = new Set(first.flatMap((sent) => (sent.event.signals ?? []).map((signal) => signal.kind)));
    const types = truth.byType;
    const byType = {
      transfer: types['contact.transferred'],
      error: types['error.shown'],
      rage_click: types['click.rage'],
      dead_click: types['click.dead'],
      failed_self_service: types['selfservice.failed'],
      abandon: types['form.abandoned'],
      reopen: types['case.reopened'],
      promise_missed: truth.promises.broken + truth.promises.late,
      backtrack: first.filter((sent) => sent.event.touchpoint === 'order_correction').length,
      repeat_contact: repeats(),
      dwell: slowDeliveries(),
    };
    const shown = new Set([...named, ...Object.entries(byType).flatMap(([kind, count]) => ((count ?? 0) > 0 ? [kind] : []))]);
    expect(COMPONENTS.filter((component) => !shown.has(component))).toEqual([]);
  });

  it('shows promises in every state, and some moved before they were due', () => {
    const { made, open, kept, late, broken, withdrawn, moved } = truth.promises;
    expect(made).toBe(open + kept + late + broken + withdrawn);
    for (const count of [open, kept, late, broken, withdrawn, moved]) expect(count).toBeGreaterThan(10);
    expect(Object.keys(truth.byPromiseKind)).toEqual(['appointment', 'call_back', 'delivery', 'refund', 'repair']);
  });

  it('lets customers speak in every mood, in words that the lexicon reads as it was meant', () => {
    expect(Object.keys(truth.byMood)).toEqual([
      'anxious',
      'confused',
      'delighted',
      'disappointed',
      'frustrated',
      'mixed',
      'neutral',
      'satisfied',
    ]);
    const read = new Set(
      first.flatMap((sent) => (sent.event.text === undefined ? [] : [scoreText(sent.event.text, 'en')?.label ?? 'unknown'])),
    );
    expect([...read].sort()).toEqual(['anxious', 'confused', 'delighted', 'disappointed', 'frustrated', 'neutral', 'satisfied', 'unknown']);
    expect(new Set(first.flatMap((sent) => sent.event.score?.kind ?? []))).toEqual(new Set(['csat', 'ces', 'nps', 'stars', 'valence']));
  });

  it('tells of a funnel that loses some at every step and adds up', () => {
    const { entered, converted, inProgress, dropped, excluded } = truth.funnel;
    expect(entered).toBe(converted + inProgress + dropped + excluded);
    const reached = Object.values(truth.reached);
    expect(reached.every((count, k) => k === 0 || count < (reached[k - 1] ?? 0))).toBe(true);
    expect((truth.reached['order'] ?? 0) / entered).toBeGreaterThan(0.5);
    expect(Object.keys(truth.bySegment)).toEqual(['business', 'consumer', 'vip']);
    for (const part of ['converted', 'inProgress', 'dropped', 'excluded'] as const)
      expect(Object.values(truth.bySegment).reduce((sum, one) => sum + one[part], 0)).toBe(truth.funnel[part]);
  });

  it('knows the truth of any earlier instant too', () => {
    const told = tellHistory(small);
    const [before, after] = [told.truthAt(endsAt - 10 * DAY), told.truthAt(endsAt)];
    expect(before.events).toBeLessThan(after.events);
    expect(before.funnel.converted).toBeLessThan(after.funnel.converted);
    expect(before.funnel.entered).toBe(before.funnel.converted + before.funnel.inProgress + before.funnel.dropped + before.funnel.excluded);
  });

  it('has two storms: one long over and one still blowing, and the parcels of their areas come late', () => {
    const [north, west] = history.factors;
    expect(Number(north?.to)).toBeLessThan(endsAt - 7 * DAY);
    expect(Number(west?.from)).toBeGreaterThan(endsAt - DAY);
    expect(Number(west?.to)).toBeGreaterThan(endsAt);
    const hit = lateShare(Number(north?.from), Number(north?.to), 'north');
    const spared = lateShare(Number(north?.from), Number(north?.to), 'south');
    expect(hit).toBeGreaterThan(3 * spared);
  });

  it('falls silent in the shops six hours before the end, and in check-in mails although their feed goes on', () => {
    const last = (is: (sent: (typeof first)[number]) => boolean): number => Math.max(...first.filter(is).map(at));
    expect(last((sent) => sent.source === 'store')).toBeLessThanOrEqual(endsAt - 6 * HOUR);
    expect(last((sent) => sent.event.touchpoint === 'check_in')).toBeLessThan(endsAt - 40 * HOUR);
    expect(last((sent) => sent.source === 'orders')).toBeGreaterThan(endsAt - HOUR);
  });

  it('has anonymous visitors who become known, others who never do, and a tablet that many share', () => {
    const known = new Set(
      first.flatMap(({ event: { customer } }) => (customer['customerId'] !== undefined ? [customer['anonymousId']] : [])),
    );
    const wereAnonymous = new Set(
      first.flatMap(({ event: { customer } }) => (customer['customerId'] === undefined ? [customer['anonymousId'] ?? 'x'] : [])),
    );
    expect([...wereAnonymous].filter((device) => known.has(device)).length).toBeGreaterThan(100);
    expect(truth.anonymous).toBeGreaterThan(100);
    expect(truth.tabletUsers).toBeGreaterThan(5);
  });

  it('names customers by order, telephone, e-mail or ticket alone, as the systems behind the feeds do', () => {
    const alone = new Set(
      first.filter((sent) => Object.keys(sent.event.customer).length === 1).flatMap((sent) => Object.keys(sent.event.customer)),
    );
    expect([...alone].sort()).toEqual(['anonymousId', 'customerId', 'email', 'orderId', 'phone', 'ticketId']);
  });

  it('holds ties: the same customer at the same millisecond, numbered and not', () => {
    const seen = new Set<string>();
    let [numbered, plain] = [0, 0];
    for (const { event } of first) {
      const place = `${event.id?.split('-')[0] ?? ''} ${event.occurredAt ?? ''}`;
      if (event.sequence !== undefined) numbered += 1;
      else if (seen.has(place)) plain += 1;
      seen.add(place);
    }
    expect(numbered).toBeGreaterThan(100);
    expect(plain).toBeGreaterThan(5);
  });
});

/** Contacts of one person about one topic within a week of the last. */
function repeats(): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const sent of [...first].sort((a, b) => at(a) - at(b))) {
    if (sent.event.type !== 'contact.queued') continue;
    const key = `${sent.event.id?.split('-')[0] ?? ''} ${sent.event.topic ?? ''}`;
    if (at(sent) - (last.get(key) ?? 0) < 7 * DAY) count += 1;
    last.set(key, at(sent));
  }
  return count;
}

/** Parcels that took four times as long as usual. */
function slowDeliveries(): number {
  const sentAt = new Map<unknown, number>();
  return [...first]
    .sort((a, b) => at(a) - at(b))
    .filter((sent) => {
      const { orderId } = sent.event.customer;
      if (sent.event.type === 'delivery.handed_over') sentAt.set(orderId, at(sent));
      return sent.event.type === 'delivery.delivered' && at(sent) - (sentAt.get(orderId) ?? at(sent)) > 8 * DAY;
    }).length;
}

/** Share of the parcels handed over in a time and area that had not come by their day. */
function lateShare(from: number, to: number, area: string): number {
  const areas = new Map(first.flatMap(({ event }) => (event.type === 'order.placed' ? [[event.customer['orderId'], event.area]] : [])));
  const made = first.filter(
    ({ event }) => event.type === 'promise.made' && event.promise?.kind === 'delivery' && areas.get(event.customer['orderId']) === area,
  );
  const there = new Map(
    first.flatMap((sent) => (sent.event.type === 'delivery.delivered' ? [[sent.event.customer['orderId'], at(sent)]] : [])),
  );
  const judged = made.filter((sent) => at(sent) >= from && at(sent) < to);
  return (
    judged.filter((sent) => (there.get(sent.event.customer['orderId']) ?? endsAt) > Number(sent.event.promise?.due)).length / judged.length
  );
}
