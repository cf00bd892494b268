import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { streamId } from '#server/domain/event/event.ts';
import { event } from '../../../support/events.ts';
import { tell } from '../../../support/story.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let number = 0;
const ada = (before: number, rest: Partial<StoredEvent>): StoredEvent =>
  event(`e${number++}`, { customerId: 'C-1' }, { at: NOON - before, ...rest });
const codes = (events: readonly StoredEvent[]) => tell(events, NOON).brief.map(({ code }) => code);
const sentence = (events: readonly StoredEvent[], code: string) => tell(events, NOON).brief.find((one) => one.code === code);

describe('the brief', () => {
  it('given one event, says since when they are known, where they are, and what it was, from that event alone', () => {
    const only = ada(HOUR, { type: 'page.viewed' });
    const { brief } = tell([only], NOON);
    expect(brief.map(({ code }) => code)).toEqual(['known', 'stage', 'last']);
    expect(new Set(brief.flatMap(({ events }) => events))).toEqual(new Set([streamId(only)]));
  });
  it('given an event of no journey, invents no stage', () => {
    expect(codes([ada(HOUR, { type: 'never.heard.of' })])).toEqual(['known', 'last']);
  });
  it('given nobody, says nothing', () => {
    expect(tell([], NOON).brief).toEqual([]);
  });
  it('given a stay longer than its standard, says so, from the event that began it', () => {
    const order = ada(20 * HOUR, { type: 'order.placed' });
    expect(sentence([ada(30 * HOUR, { type: 'page.viewed' }), order], 'stage')).toMatchObject({
      late: true,
      since: order.at,
      standardMs: 12 * HOUR,
      stageName: { customer: 'Ordering' },
      events: [streamId(order)],
    });
  });
  it('given a promise past its date, says that it is broken and how many others are, from the events that made them', () => {
    const first = ada(30 * HOUR, { type: 'promise.made', promise: { kind: 'call', due: NOON - 20 * HOUR, wording: 'We call you' } });
    const second = ada(29 * HOUR, { type: 'promise.made', promise: { kind: 'parcel', due: NOON - 10 * HOUR } });
    expect(sentence([first, second], 'broken')).toMatchObject({
      kind: 'parcel',
      wording: null,
      others: 1,
      events: [streamId(second), streamId(first)],
    });
  });
  it('given promises still open, names the one due first', () => {
    const later = ada(3 * HOUR, { type: 'promise.made', promise: { kind: 'parcel', due: NOON + 20 * HOUR } });
    const sooner = ada(2 * HOUR, { type: 'promise.made', promise: { kind: 'call', due: NOON + HOUR } });
    expect(sentence([later, sooner], 'open')).toMatchObject({ kind: 'call', due: NOON + HOUR, others: 1 });
  });
  it('given several contacts within a week, counts contacts and not events, with what most were about and how many came to nothing', () => {
    const call = (before: number, outcome: string) => [
      ada(before, { type: 'contact.queued', channel: 'phone', topic: 'late' }),
      ada(before - 60_000, { type: 'contact.ended', channel: 'phone', topic: 'late', outcome }),
    ];
    const old = call(9 * DAY, 'resolved');
    const told = sentence(
      [
        ...old,
        ...call(3 * DAY, 'unresolved'),
        ...call(DAY, 'abandoned'),
        ada(HOUR, { type: 'message.in', channel: 'chat', topic: 'bill' }),
      ],
      'contacts',
    );
    expect(told).toMatchObject({ count: 3, days: 7, topic: 'late', unresolved: 2 });
    expect(told?.events).toHaveLength(3);
  });
  it('given one contact, says when, where, about what, and how it ended', () => {
    const end = ada(HOUR, { type: 'contact.ended', channel: 'phone', topic: 'late', outcome: 'resolved' });
    expect(sentence([ada(2 * HOUR, { type: 'page.viewed' }), end], 'contact')).toMatchObject({
      channel: 'phone', topic: 'late', outcome: 'resolved', events: [streamId(end)],
    }); // prettier-ignore
  });
  it('given messages we sent, does not count them as contacts of theirs', () => {
    const out = (before: number) => ada(before, { type: 'message.out', channel: 'email' });
    expect(codes([out(3 * HOUR), out(2 * DAY), out(4 * DAY)])).not.toContain('contacts');
  });
  it('given a survey, says how they feel, where that comes from and how sure it is', () => {
    const survey = ada(HOUR, { type: 'survey.answered', channel: 'email', score: { kind: 'csat', value: 1 } });
    expect(sentence([survey], 'feeling')).toMatchObject({
      label: 'frustrated',
      source: 'survey',
      since: survey.at,
      events: [streamId(survey)],
    });
  });
  it('given a customer who does not want emotions read, says nothing of feelings', () => {
    const survey = ada(2 * HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 1 } });
    const told = codes([survey, ada(HOUR, { type: 'consent.changed', attributes: { emotion: 'off' } })]);
    expect(told.filter((code) => ['feeling', 'worst', 'recovered'].includes(code))).toEqual([]);
  });
  it('given a bad moment that was followed by a good one, says that it was made good, from both events', () => {
    const look = ada(50 * HOUR, { type: 'page.viewed' });
    const bad = ada(40 * HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 1 } });
    const good = ada(HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 5 } });
    expect(sentence([look, bad, good], 'recovered')).toMatchObject({ events: [streamId(good), streamId(bad)] });
    expect(codes([look, bad])).not.toContain('worst');
    const worse = [look, bad, ada(HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 3 } })];
    expect(sentence(worse, 'worst')).toMatchObject({ events: [streamId(bad)] });
  });
  it('given nothing heard for a day and a half, says since when', () => {
    const last = ada(37 * HOUR, { type: 'order.placed' });
    expect(sentence([last], 'silent')).toMatchObject({ since: last.at, events: [streamId(last)] });
    expect(codes([ada(35 * HOUR, { type: 'order.placed' })])).not.toContain('silent');
  });
  it('given much to say, says five things, the pressing ones, in the order in which they are read', () => {
    const told = codes([
      ada(61 * HOUR, { type: 'page.viewed' }),
      ada(60 * HOUR, { type: 'order.placed' }),
      ada(50 * HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'call', due: NOON - 40 * HOUR } }),
      ada(49 * HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'parcel', due: NOON + 40 * HOUR } }),
      ada(45 * HOUR, { type: 'contact.ended', channel: 'phone', outcome: 'unresolved' }),
      ada(40 * HOUR, { type: 'message.in', channel: 'chat' }),
      ada(8 * HOUR, { type: 'survey.answered', channel: 'email', score: { kind: 'csat', value: 1 } }),
    ]);
    expect(told).toEqual(['stage', 'found', 'broken', 'contacts', 'feeling']);
  });
  it('given an event that was taken back, says nothing from it', () => {
    const wrong = ada(HOUR, { type: 'contact.ended', channel: 'phone', topic: 'late' });
    const back = ada(HOUR / 2, { type: 'event.retracted', attributes: { eventId: wrong.id } });
    const { brief } = tell([ada(2 * HOUR, { type: 'page.viewed' }), wrong, back], NOON);
    expect(brief.flatMap(({ events }) => events)).not.toContain(streamId(wrong));
    expect(brief.map(({ code }) => code)).toEqual(['known', 'stage', 'last']);
  });
});
