import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPreviews } from '#lib/contract/index.ts';
import type { JourneyPreview, PreviewPiece, PreviewPlace } from '#lib/contract/index.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 9, 15, 12);
const CUSTOMERS = 900;
const DRAFT = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2')
  .replace('type: order.placed', 'type: order.sent')
  .replace('standard: 6h', 'standard: 3d')
  .replace('window: 2d', 'window: 9d');

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: NOON });
  await app.take(Array.from({ length: CUSTOMERS }, (_, i) => [event(i, 'page.viewed', 0), event(i, 'order.placed', 1)]).flat());
  // Heard of before the last 24 hours only, and gone; and somebody who has been looking around ever since.
  await app.take([
    { id: 'old', customer: { customerId: 'old' }, type: 'page.viewed', occurredAt: NOON - 20 * 24 * HOUR },
    { id: 'waits', customer: { customerId: 'waits' }, type: 'page.viewed', occurredAt: NOON - 40 * HOUR },
  ]);
});
afterAll(() => app[Symbol.asyncDispose]());

const event = (who: number, type: string, k: number): object => ({
  id: `${who}-${k}`,
  customer: { customerId: `c${who}` },
  type,
  occurredAt: NOON - 5 * HOUR + k * HOUR,
});

async function piece(from: PreviewPlace | null, text = DRAFT, of = app): Promise<PreviewPiece> {
  const answer = await fetch(`${of.address}/api/trpc/journeys.preview`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, ...(from === null ? {} : { from }) }),
  });
  const body = (await answer.json()) as { readonly result: { readonly data: PreviewPiece } };
  return body.result.data;
}

describe('the preview of a draft over many customers', () => {
  it('comes in pieces that add up to everybody heard of in the last 24 hours or in a stage now, each once, also who is heard of meanwhile', async () => {
    let [pieces, whole, from]: [number, JourneyPreview | null, PreviewPlace | null] = [0, null, null];
    do {
      const { preview, next }: PreviewPiece = await piece(from);
      expect(preview.of).toBe(CUSTOMERS + 1);
      whole = whole === null ? preview : joinPreviews(whole, preview);
      pieces++;
      if (pieces === 1) {
        expect(preview.customers).toBeLessThan(CUSTOMERS);
        app.now = NOON + HOUR;
        await app.take(Array.from({ length: CUSTOMERS }, (_, i) => event(i, 'delivery.started', 6)));
      }
      from = next;
    } while (from !== null);
    expect(pieces).toBeGreaterThan(2);
    expect(whole).toMatchObject({
      customers: CUSTOMERS + 1,
      leftOut: 0,
      events: 2 * CUSTOMERS,
      unmatched: [0, CUSTOMERS],
      lost: [{ name: 'order.placed', events: CUSTOMERS }],
      cases: [CUSTOMERS + 1, CUSTOMERS + 1],
    });
    expect(whole?.stages.find((stage) => stage.stage === 'order')).toMatchObject({ here: [CUSTOMERS, 0] });
    expect(whole?.stages.find((stage) => stage.stage === 'look')).toMatchObject({ here: [1, CUSTOMERS + 1], stuck: [1, 0] });
  });
});

/** Takes in where a new membership begins, which the test journey takes for a look around, and what follows. */
const CLUB = `
journey: club
name: {customer: My club, internal: Club}
goal: A member
window: 9d
idle: 5d
quiet: 30m
stages:
  - {id: join, name: {customer: Joining, internal: Join}, next: [member]}
  - {id: member, name: {customer: Member, internal: Member}}
touchpoints:
  - {id: join, name: Joins, stage: join, owner: Club, channel: web, match: [{type: page.viewed, channel: store}, {type: club.joined}]}
  - {id: member, name: Card, stage: member, owner: Club, channel: app, match: [{type: club.card}, {type: delivery.arrived}]}
`;
const NEXT = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2');
const FIRST = (draft: string): string => draft.replace('version: 2\n', '');
/** What a draft may change: the stage of a touchpoint, what is matched, standards, the plan, what is another's from then on, a new stage. */
const DRAFTS: Readonly<Record<string, string>> = {
  'nothing but the version': NEXT,
  'another match': NEXT.replace('type: order.placed', 'type: order.sent'),
  'a touchpoint in another stage': NEXT.replace('id: ship, name: Parcel, stage: deliver', 'id: ship, name: Parcel, stage: happy').replace(
    'id: use, name: Using, stage: happy',
    'id: use, name: Using, stage: deliver',
  ),
  'other standards and windows': NEXT.replace('standard: 6h', 'standard: 90m')
    .replace('standard: 1d', 'standard: 2h')
    .replace('idle: 5d', 'idle: 2d'),
  'a variant by channel': `${NEXT}variants:\n  - {id: shop, name: Shop, channels: [store], stages: {look: {standard: 1h}}}\n`,
  'what it leaves to the other journey': NEXT.replace('match: [{type: delivery.arrived}]', 'match: [{type: delivery.used}]'),
};

/** The same days of many people, drawn by a rule without chance. */
function manyDays(): object[] {
  const types = [
    'page.viewed',
    'order.placed',
    'delivery.started',
    'delivery.arrived',
    'case.opened',
    'contact.queued',
    'club.joined',
    'order.cancelled',
  ];
  return Array.from({ length: 120 }, (_, who) =>
    Array.from({ length: 1 + (who % 7) }, (_, k) => ({
      id: `${who}-${k}`,
      customer: { customerId: `p${who}` },
      type: types[k === 0 && who % 5 !== 0 ? 0 : (who * 7 + k * k * 3 + k) % types.length],
      ...(who % 3 === 0 ? { channel: 'store' } : {}),
      occurredAt: NOON - 4 * 24 * HOUR + ((who * 37 + k * 611) % 94) * HOUR + k,
    })),
  ).flat();
}

describe('a draft beside another journey', () => {
  for (const [what, draft] of Object.entries(DRAFTS))
    it(`of ${what} shows what a store shows in which it was in force from the beginning`, async () => {
      await using shown = await startTestApp({ now: NOON, journeys: [TEST_JOURNEY, CLUB] });
      await using real = await startTestApp({ now: NOON, journeys: [FIRST(draft), CLUB] });
      const days = manyDays();
      await shown.take(days);
      await real.take(days);
      const { preview, next } = await piece(null, draft, shown);
      expect(next).toBeNull();
      for (const [k, store] of [shown, real].entries()) {
        const view = await store.funnel({ journey: 'test', from: NOON - 9 * 24 * HOUR });
        const live = view.order.map((stage) => [stage, view.steps[stage]?.occupancy, view.steps[stage]?.stuck]);
        expect(preview.stages.map(({ stage, here, stuck }) => [stage, here[k], stuck[k]])).toEqual(live);
      }
    });

  it('counts what happened to customers: not what was taken back, nor what was only said', async () => {
    await using shown = await startTestApp({ now: NOON });
    const ada = { customer: { customerId: 'ada' } };
    await shown.take([
      { ...ada, id: 'seen', type: 'page.viewed', occurredAt: NOON - 5 * HOUR },
      { ...ada, id: 'wrong', type: 'order.placed', occurredAt: NOON - 4 * HOUR },
      { ...ada, id: 'other', type: 'something.else', occurredAt: NOON - 4 * HOUR },
    ]);
    await shown.take([
      { ...ada, id: 'back', type: 'event.retracted', occurredAt: NOON - 3 * HOUR, attributes: { eventId: 'wrong' } },
      { ...ada, id: 'note', type: 'note.added', occurredAt: NOON - 2 * HOUR, text: 'called', attributes: { by: 'Bo', case: '' } },
    ]);
    const { preview } = await piece(null, NEXT, shown);
    expect(preview).toMatchObject({ customers: 1, events: 2, unmatched: [1, 1], cases: [1, 1] });
    expect(preview.stages.find(({ stage }) => stage === 'order')?.events).toEqual([0, 0]);
  });
});
