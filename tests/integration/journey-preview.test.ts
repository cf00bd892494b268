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

async function piece(from: PreviewPlace | null): Promise<PreviewPiece> {
  const answer = await fetch(`${app.address}/api/trpc/journeys.preview`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: DRAFT, ...(from === null ? {} : { from }) }),
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
