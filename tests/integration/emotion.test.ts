import { describe, expect, it } from 'vitest';
import type { LabelQueue, TimelineItem, TimelinePage } from '#lib/contract/index.ts';
import { applyEmotionPolicy } from '#server/definitions/emotion-policy.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 9, 15, 12);
const PARTITIONS = 3;
const SOON = { timeout: 30_000, interval: 50 };

const said = (id: string, minutesAgo: number, text: string, type = 'message.in') => ({
  id,
  type,
  channel: 'chat',
  text,
  occurredAt: NOON - minutesAgo * MINUTE,
  customer: { customerId: 'C-1' },
});
const TEXTS = [
  said('1', 9, 'Nobody called me back, this is unacceptable'),
  said('2', 8, 'I am so angry about this customer', 'message.out'),
  said('3', 7, 'It works now, thank you very much'),
];
const SURVEY = {
  id: '4',
  type: 'survey.answered',
  score: { kind: 'csat', value: 1 },
  occurredAt: NOON - 6 * MINUTE,
  customer: { customerId: 'C-1' },
};

async function personOf(app: TestApp): Promise<string> {
  const [hit] = (await app.find('C-1')).hits;
  if (hit === undefined) throw new Error('C-1 was not found.');
  return hit.customer;
}

const feelings = (page: TimelinePage): readonly (string | null)[] => page.items.map((item) => item.emotion?.label ?? null).reverse();
const itemOf = (page: TimelinePage, text: string): TimelineItem => {
  const item = page.items.find((one) => one.text?.includes(text));
  if (item === undefined) throw new Error(`There is no event with "${text}".`);
  return item;
};

/** Scores kept with the events of a customer. */
async function scoresKept(app: TestApp, customer: string): Promise<number> {
  const entries = await app.app.redis.xRange(keys.customer(partitionOf(customer, PARTITIONS), customer), '-', '+');
  return (entries ?? []).filter(({ message }) => (message['e'] ?? '').includes('"emotion":{')).length;
}

const correct = (app: TestApp, input: object): Promise<Response> =>
  fetch(`${app.address}/api/trpc/labels.correct`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });

describe('an emotion that was inferred', () => {
  it('is the customer’s, never the agent’s, and a person’s word takes its place', async () => {
    await using app = await startTestApp({ now: NOON, partitions: PARTITIONS });
    await app.take([...TEXTS, SURVEY]);
    const customer = await personOf(app);
    const before = await app.timeline(customer);
    expect(feelings(before)).toEqual(['frustrated', null, 'satisfied', 'frustrated']);
    expect(before.items.map((item) => item.mayCorrect).reverse()).toEqual([true, false, true, false]);
    const first = itemOf(before, 'called me back');
    const answer = await correct(app, { customerId: customer, event: first.id, emotion: 'disappointed' });
    expect(answer.status).toBe(200);
    await app.settled();
    const after = itemOf(await app.timeline(customer), 'called me back');
    expect(after.emotion).toMatchObject({ label: 'disappointed', source: 'agent', corrected: true });
    // an agent's words have no emotion to correct
    const refused = await correct(app, { customerId: customer, event: itemOf(before, 'so angry').id, emotion: 'frustrated' });
    expect(refused.status).toBe(403);
    // what has been labelled is not asked for again
    const { tasks } = await app.call<LabelQueue>('labels.queue');
    expect(tasks.map((task) => task.text)).toEqual(['It works now, thank you very much']);
  });

  it('cannot be sent for anybody, least of all an agent: the envelope has no such field, and a correction names a known emotion', async () => {
    await using app = await startTestApp({ now: NOON, partitions: PARTITIONS });
    const posted = await app.post([
      { ...said('1', 9, 'Hello', 'message.out'), emotion: { label: 'frustrated' } },
      { type: 'emotion.corrected', customer: { customerId: 'C-1' }, attributes: { eventId: '1', emotion: 'furious' } },
      { type: 'emotion.corrected', customer: { customerId: 'C-1' }, attributes: { emotion: 'neutral' } },
    ]);
    expect(posted).toMatchObject({
      accepted: 0,
      rejected: [
        { index: 0, field: 'emotion', code: 'unknown_field' },
        { index: 1, field: 'attributes.emotion', code: 'invalid_field' },
        { index: 2, field: 'attributes.eventId', code: 'missing_field' },
      ],
    });
  });

  it('is removed, for the past too, where the customer does not want it', async () => {
    await using app = await startTestApp({ now: NOON, partitions: PARTITIONS });
    await app.take([...TEXTS, SURVEY]);
    const customer = await personOf(app);
    expect(await scoresKept(app, customer)).toBe(2);
    await app.take([
      {
        id: '5',
        type: 'consent.changed',
        attributes: { emotion: 'off' },
        occurredAt: NOON - MINUTE,
        customer: { customerId: 'C-1' },
      },
    ]);
    await app.take([said('6', 0, 'I hate this')]);
    const page = await app.timeline(customer);
    expect(feelings(page)).toEqual([null, null, null, null, null, null]);
    expect(page.header).toMatchObject({ noEmotion: true, line: [], emotion: { label: 'unknown' } });
    expect(await scoresKept(app, customer)).toBe(0);
    const answer = await correct(app, { customerId: customer, event: itemOf(page, 'I hate this').id, emotion: 'frustrated' });
    expect(answer.status).toBe(403);
    await app.settled();
    expect(feelings(await app.timeline(customer)).filter((label) => label !== null)).toEqual([]);
  });

  it('is removed from what an event said before it was corrected, too', async () => {
    await using app = await startTestApp({ now: NOON, partitions: PARTITIONS });
    const about = { occurredAt: NOON - MINUTE, customer: { customerId: 'C-1' } };
    const wording = { eventId: '1', fields: { text: 'The parcel is blue' } };
    await app.take([
      said('1', 9, 'Nobody called me back, this is unacceptable'),
      { id: '2', type: 'event.corrected', attributes: wording, ...about },
    ]);
    const customer = await personOf(app);
    expect(await scoresKept(app, customer)).toBe(1);
    await app.take([{ id: '3', type: 'consent.changed', attributes: { emotion: 'off' }, ...about }]);
    expect(await scoresKept(app, customer)).toBe(0);
  });

  it('is neither kept nor shown where the operator switched it off, and texts of that time stay unread', async () => {
    await using app = await startTestApp({ now: NOON, partitions: PARTITIONS });
    await app.take([...TEXTS, SURVEY]);
    const customer = await personOf(app);
    const definitions = new Definitions(app.app.redis);
    await definitions.look();
    await applyEmotionPolicy(definitions, 'off', NOON);
    await expect.poll(() => scoresKept(app, customer), SOON).toBe(0);
    await app.take([said('6', 0, 'I hate this')]);
    const page = await app.timeline(customer);
    expect(feelings(page).filter((label) => label !== null)).toEqual([]);
    expect(page.header).toMatchObject({ line: [], emotion: { label: 'unknown' } });
    expect(await scoresKept(app, customer)).toBe(0);
    expect((await app.call<LabelQueue>('labels.queue')).emotion).toBe('off');
    await applyEmotionPolicy(definitions, 'on', NOON);
    // the survey is the customer's own word and comes back; what was not read is not read later
    await expect.poll(async () => feelings(await app.timeline(customer)), SOON).toEqual([null, null, null, 'frustrated', null]);
  });
});
