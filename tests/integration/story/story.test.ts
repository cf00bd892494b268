import { describe, expect, it } from 'vitest';
import type { IdentityView, StoryPage, StoryPageParams, StoryParams, StoryView } from '#lib/contract/index.ts';
import { startTestApp } from '../../support/app.ts';
import type { TestApp } from '../../support/app.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;

const personOf = async (app: TestApp, q: string): Promise<string> => (await app.find(q)).hits[0]?.customer ?? '';
const story = (app: TestApp, params: StoryParams) => app.call<StoryView>('story.get', params);
const page = (app: TestApp, params: StoryPageParams) => app.call<StoryPage>('story.page', params);
const types = ({ groups }: StoryPage) => groups.flatMap(({ items }) => items.map(({ type }) => type));

describe('the story of a customer', () => {
  it('follows what is added, what comes late, what is taken back and what is merged, whether it was looked at before or not', async () => {
    await using app = await startTestApp({ now: NOON });
    const ada = { customerId: 'A' };
    await app.take([
      { id: '1', customer: ada, type: 'page.viewed', channel: 'web', occurredAt: NOON - 50 * HOUR },
      { id: '2', customer: ada, type: 'message.in', channel: 'chat', text: 'Where is my Päckchen?', occurredAt: NOON - 5 * HOUR },
    ]);
    const customerId = await personOf(app, 'A');
    const first = await story(app, { customerId });
    expect(types(first.page)).toEqual(['message.in', 'page.viewed']);
    expect(first.page.groups[1]?.silence).toMatchObject({ from: NOON - 50 * HOUR, to: NOON - 5 * HOUR });
    expect(first.header?.events).toBe(2);
    expect(await page(app, { customerId, filter: { text: 'packchen' } })).toMatchObject({ shown: 1, hidden: 1 });

    await app.take([{ id: '3', customer: ada, type: 'message.in', channel: 'chat', text: 'PÄCKCHEN!', occurredAt: NOON - 4 * HOUR }]);
    expect(await page(app, { customerId, filter: { text: 'packchen' } })).toMatchObject({ shown: 2, hidden: 1 });

    await app.take([{ id: '4', customer: ada, type: 'order.placed', channel: 'web', occurredAt: NOON - 30 * HOUR }]);
    expect(types((await story(app, { customerId })).page)).toEqual(['message.in', 'message.in', 'order.placed', 'page.viewed']);

    await app.take([{ id: '5', customer: ada, type: 'event.retracted', attributes: { eventId: '2' }, occurredAt: NOON - HOUR }]);
    const after = await story(app, { customerId });
    expect(after.page.groups.flatMap(({ items }) => items).find(({ text }) => text?.startsWith('Where'))?.retracted).toBe(true);
    expect(after.strip?.lanes.reduce((sum, { events }) => sum + events, 0)).toBe(3);

    await app.take([
      { id: '6', customer: { customerId: 'B' }, type: 'contact.queued', channel: 'phone', occurredAt: NOON - 3 * HOUR },
      { id: '7', customer: ada, type: 'identity.merged', attributes: { other: { customerId: 'B' }, reason: 'same' }, occurredAt: NOON },
    ]);
    const other = await personOf(app, 'B');
    expect(other).toBe(customerId);
    const merged = (await story(app, { customerId })).page.groups.flatMap(({ items }) => items);
    // Under whose name an event came is seen on it: of the two, the one that was merged in.
    expect(merged.filter(({ mergedIn }) => mergedIn === true).map(({ type }) => type)).toEqual(['contact.queued']);
  });

  it('says which identifiers at the head of the page are not theirs, as the identity panel does, also once others have changed that', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      {
        id: '1',
        customer: { customerId: 'A', anonymousId: 'tablet', email: 'a@example.com' },
        type: 'page.viewed',
        occurredAt: NOON - 3 * HOUR,
      },
    ]);
    const customerId = await personOf(app, 'A');
    const notTheirs = async () => (await story(app, { customerId })).notTheirs;
    const byThePanel = async () =>
      (await app.call<IdentityView>('identity.explain', { customerId })).identifiers
        .filter(({ belongs }) => !belongs)
        .map(({ kind, value }) => ({ kind, value }));
    expect(await notTheirs()).toEqual([]);

    await app.take([{ id: '2', customer: { customerId: 'B', anonymousId: 'tablet' }, type: 'page.viewed', occurredAt: NOON - 2 * HOUR }]);
    expect(await notTheirs()).toEqual([{ kind: 'anonymousId', value: 'tablet' }]);
    expect(await notTheirs()).toEqual(await byThePanel());

    await app.take([
      {
        id: '3',
        customer: { email: 'a@example.com' },
        type: 'identity.split',
        attributes: { reason: 'a shared box' },
        occurredAt: NOON - HOUR,
      },
    ]);
    expect((await notTheirs()).map(({ kind }) => kind).toSorted()).toEqual(['anonymousId', 'email']);
    expect(new Set((await byThePanel()).map(({ kind }) => kind))).toEqual(new Set(['anonymousId', 'email']));
  });

  it('leads from an id that was merged away to the person, and says nothing of nobody', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      { id: '1', customer: { customerId: 'A' }, type: 'page.viewed', occurredAt: NOON - HOUR },
      { id: '2', customer: { customerId: 'B' }, type: 'page.viewed', occurredAt: NOON - HOUR },
    ]);
    const [a, b] = [await personOf(app, 'A'), await personOf(app, 'B')];
    await app.take([
      { id: '3', customer: { customerId: 'A' }, type: 'identity.merged', attributes: { other: { customerId: 'B' } }, occurredAt: NOON },
    ]);
    const [one, two] = [await story(app, { customerId: a }), await story(app, { customerId: b })];
    expect([one.movedTo, two.movedTo].filter((moved) => moved !== null)).toHaveLength(1);
    const nobody = await story(app, { customerId: '0'.repeat(20) });
    expect([nobody.header, nobody.movedTo, nobody.brief, nobody.strip, nobody.page.groups]).toEqual([null, null, [], null, []]);
  });

  it('opens at any date and any event, goes on both ways, and says exactly how much is above and hidden', async () => {
    await using app = await startTestApp({ now: NOON });
    const events = Array.from({ length: 1500 }, (_, i) => ({
      id: String(i),
      customer: { customerId: 'A' },
      type: i % 10 === 0 ? 'message.in' : 'page.viewed',
      channel: i % 10 === 0 ? 'chat' : 'web',
      text: i % 100 === 0 ? `Parcel number ${i}` : undefined,
      occurredAt: NOON - (1500 - i) * HOUR,
    }));
    await app.take(events);
    const customerId = await personOf(app, 'A');
    const at = NOON - 700 * HOUR;
    const jumped = await page(app, { customerId, place: { at }, limit: 20 });
    expect(jumped.groups[0]?.to).toBe(at);
    expect([jumped.above, jumped.shown, jumped.hidden]).toEqual([699, 1500, 0]);
    const above = await page(app, { customerId, place: { after: jumped.newer ?? '' }, limit: 20 });
    expect(above.groups.at(-1)?.from).toBe(at + HOUR);
    const below = await page(app, { customerId, place: { before: jumped.older ?? '' }, limit: 20 });
    expect(below.groups[0]?.to).toBe(at - 20 * HOUR);
    const found = await page(app, { customerId, filter: { text: 'PARCEL number' } });
    expect([found.shown, found.hidden, types(found).length]).toEqual([15, 1485, 15]);
    const event = found.groups[3]?.items[0]?.id ?? '';
    expect((await page(app, { customerId, place: { event }, limit: 1 })).groups[0]?.items[0]?.id).toBe(event);
    expect(await page(app, { customerId, filter: { channels: ['chat'], kinds: ['online'] } })).toMatchObject({
      shown: 0,
      hidden: 1500,
      groups: [],
    });
    const refused = await fetch(
      `${app.address}/api/trpc/story.page?input=${encodeURIComponent(JSON.stringify({ customerId, place: { before: '+' } }))}`,
    );
    expect(refused.status).toBe(400);
  });
});
