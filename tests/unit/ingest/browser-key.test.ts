import { describe, expect, test } from 'vitest';
import { BROWSER_KEY, startDoors } from '../../support/doors.ts';

const PAGE_ID = '5f0c1d4e-8f1c-4f1e-9a55-0d6a3d1c2b10';
const OTHER_ID = '0d6a3d1c-8f1c-4f1e-9a55-5f0c1d4e2b10';

/** Sends one message with the public key. */
const send = async (call: string, message: object) => {
  await using doors = await startDoors();
  const { status } = await doors.post(`/v1/${call}`, JSON.stringify({ messageId: 'm', writeKey: BROWSER_KEY, ...message }), {});
  const [event] = doors.log.events;
  const who = event?.who.map(([kind, value]) => `${kind}=${value}`);
  return { status, event, who, refused: doors.log.refused[0] };
};

describe('a browser key', () => {
  test.each([
    ['identity.merged', { other: { customerId: 'C-2' } }],
    ['identity.split', {}],
    ['identity.unmerged', { eventId: '1' }],
    ['identity.rejoined', { eventId: '1' }],
    ['event.retracted', { eventId: '1' }],
    ['event.corrected', { eventId: '1', fields: { channel: 'web' } }],
    ['emotion.corrected', { eventId: '1', emotion: 'happy' }],
    ['note.added', { by: 'ada', case: '' }],
    ['disposition.noted', {}],
    ['promise.made', { promise: { kind: 'delivery', due: '2026-03-02T00:00:00Z' } }],
    ['promise.kept', { promise: { kind: 'delivery' } }],
    ['recovery.won', {}],
    ['queue.done', { item: 'x' }],
    ['gesture.given', { gesture: 'flowers' }],
    ['consent.changed', { emotion: 'off' }],
  ])('does not send %s', async (type, properties) => {
    const { status, event, refused } = await send('track', { userId: 'C-1', event: type, properties });
    expect([status, event]).toEqual([200, undefined]);
    expect(refused?.browser).toBe(true);
    expect(refused?.raw).toContain(type);
  });

  test('makes no promise in any other event either', async () => {
    const properties = { promise: { kind: 'delivery', due: '2026-03-02T00:00:00Z' } };
    expect((await send('track', { userId: 'C-1', event: 'order.placed', properties })).refused?.field).toBe('promise');
  });

  test('sends what happens on a page', async () => {
    for (const type of ['page.viewed', 'form.abandoned', 'order.placed', 'survey.answered', 'Note Added'])
      expect((await send('track', { userId: 'C-1', event: type })).event).toBeDefined();
  });

  test('says whose an anonymous id is, within the limits of every event', async () => {
    const own = await send('alias', { userId: 'C-1', previousId: 'own-form', anonymousId: 'own-form' });
    expect([own.event?.type, own.who]).toEqual(['identify', ['customerId=C-1', 'anonymousId=own-form']]);
    const former = await send('alias', { userId: 'C-1', previousId: OTHER_ID, anonymousId: PAGE_ID });
    expect([former.event?.type, former.who]).toEqual(['identify', ['customerId=C-1', `anonymousId=${OTHER_ID}`]]);
  });

  test('does not say that two customers are one', async () => {
    const { event, refused } = await send('alias', { userId: 'C-1', previousId: 'C-2', anonymousId: PAGE_ID });
    expect(event).toBeUndefined();
    expect(refused).toMatchObject({ field: 'previousId', shape: 'segment', browser: true });
    expect(JSON.parse(refused?.raw ?? '')).toMatchObject({ type: 'alias', previousId: 'C-2' });
  });
});
