import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { streamId } from '#server/domain/event/event.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { event } from '../../../support/events.ts';
import { tell } from '../../../support/story.ts';
import { blueprintsFrom, TEST_JOURNEY } from '../../../support/world.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let number = 0;
const ada = (before: number, rest: Partial<StoredEvent>): StoredEvent =>
  event(`e${number++}`, { customerId: 'C-1' }, { at: NOON - before, ...rest });

/** A call in which much goes wrong and nobody says anything. */
const hardCall = (): StoredEvent[] => [
  ada(2 * HOUR + MINUTE, { type: 'page.viewed', channel: 'web' }),
  ada(2 * HOUR, { type: 'contact.queued', channel: 'phone' }),
  ada(2 * HOUR - 20 * MINUTE, { type: 'contact.connected', channel: 'phone' }),
  ada(2 * HOUR - 25 * MINUTE, { type: 'contact.transferred', channel: 'phone' }),
  ada(2 * HOUR - 30 * MINUTE, { type: 'contact.transferred', channel: 'phone' }),
  ada(2 * HOUR - 35 * MINUTE, { type: 'selfservice.failed', channel: 'phone' }),
  ada(2 * HOUR - 40 * MINUTE, { type: 'contact.ended', channel: 'phone', outcome: 'abandoned' }),
];
const feels = (events: readonly StoredEvent[], now = NOON) => tell(events, now).header.emotion;
const rated = (before: number, value: number): StoredEvent =>
  ada(before, { type: 'survey.answered', channel: 'phone', score: { kind: 'csat', value, scale: 5 } });

describe('how a customer feels now', () => {
  it('given much that went wrong and not a word about it, is frustrated by what went wrong, since the last of it, and says which events', () => {
    const call = hardCall();
    const last = call.at(-1);
    const told = tell(call, NOON);
    expect(told.header.emotion).toMatchObject({ label: 'frustrated', source: 'behaviour', since: last?.at });
    expect(told.header.emotion.valence).toBeLessThan(0);
    expect(told.brief.find(({ code }) => code === 'feeling')).toMatchObject({
      label: 'frustrated',
      source: 'behaviour',
      events: [last === undefined ? '' : streamId(last)],
    });
  });
  it('given a little that went wrong, stays unknown', () => {
    expect(feels([ada(HOUR, { type: 'contact.transferred', channel: 'phone' })])).toMatchObject({ label: 'unknown', source: null });
  });
  it('given what was said within the same contact, goes by that alone', () => {
    const call = hardCall();
    const said = rated(HOUR, 5);
    expect(feels([...call, said])).toEqual(feels([said]));
    expect(feels([...call, said])).toMatchObject({ label: 'delighted', source: 'survey' });
  });
  it('given an instant before it was said, goes by what had gone wrong by then', () => {
    const call = hardCall();
    const before = NOON - 70 * MINUTE;
    expect(feels([...call, rated(HOUR, 5)], before)).toEqual(feels(call, before));
    expect(feels(call, before).source).toBe('behaviour');
    expect(feels(call, NOON - 3 * HOUR).label).toBe('unknown');
  });
  it('tells what was said as it was said, also once it has faded', () => {
    const stars = ada(62 * HOUR, { type: 'survey.answered', channel: 'phone', score: { kind: 'stars', value: 2, scale: 5 } });
    const told = tell([stars], NOON);
    expect(told.header.emotion).toMatchObject({ label: 'neutral', source: 'survey', said: 'frustrated' });
    expect(told.brief.find(({ code }) => code === 'feeling')).toMatchObject({ label: 'frustrated', source: 'survey', since: stars.at });
  });
  it('forgets by the clock alone', () => {
    expect(feels(hardCall(), NOON + 24 * HOUR).label).toBe('unknown');
  });
  it('given somebody who wants no emotions read, or a place where none are, stays unknown', () => {
    const { state } = tell(hardCall(), NOON);
    const reading = { blueprints: blueprintsFrom(TEST_JOURNEY), factors: [], now: NOON };
    expect(headerOf('c', state, { ...reading, emotion: 'off' }).emotion.label).toBe('unknown');
    expect(headerOf('c', { ...state, noEmotion: true }, reading).emotion.label).toBe('unknown');
    expect(headerOf('c', state, reading).emotion.label).toBe('frustrated');
  });
});
