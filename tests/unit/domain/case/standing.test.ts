import { describe, expect, it } from 'vitest';
import { FINDINGS } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { streamId } from '#server/domain/event/event.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { BASE, HOUR } from '../../../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
type Step = readonly [hours: number, type: string, more?: Partial<StoredEvent>];
const eventsOf = (steps: readonly Step[]): StoredEvent[] =>
  steps.map(([hours, type, more], i) => event(`e${i}`, { customerId: 'C1' }, { at: BASE + hours * HOUR, type, ...more }));

/** The newest case of one customer as it stands so many hours in. Stages: look 6 h, order 12 h, deliver 1 d standard; idle 5 d. */
function caseAt(hours: number, steps: readonly Step[]) {
  const { state } = foldAll(eventsOf(steps), { blueprints });
  const [one] = headerOf('c', state, { blueprints, factors: [], now: BASE + hours * HOUR }).cases;
  if (one === undefined) throw new Error('there is no case');
  return one;
}
const LOOK: Step = [0, 'page.viewed'];
const ORDER: Step = [2, 'order.placed'];
const SHIP: Step = [4, 'delivery.started'];
const THERE: Step = [6, 'delivery.arrived'];

describe('a case', () => {
  it.each([
    ['open where it began', 1, [LOOK], 'open', true],
    ['progressing once it has gone on', 3, [LOOK, ORDER], 'progressing', true],
    ['stalled by the clock alone, longer in its stage than the standard', 15, [LOOK, ORDER], 'stalled', true],
    ['progressing again after it went on', 16, [LOOK, ORDER, [15.5, 'delivery.started']], 'progressing', true],
    ['completed at its goal', 7, [LOOK, ORDER, SHIP, THERE], 'completed', true],
    ['completed still where it needs help after its goal', 9, [LOOK, ORDER, SHIP, THERE, [8, 'case.opened']], 'completed', true],
    ['reopened where it goes back before its goal', 9, [LOOK, ORDER, SHIP, THERE, [8, 'order.placed']], 'reopened', true],
    ['reopened where an event says so', 9, [LOOK, ORDER, SHIP, THERE, [8, 'case.reopened', { touchpoint: 'help' }]], 'reopened', true],
    ['abandoned by the clock alone, after days without anything', 24 * 8, [LOOK, ORDER], 'abandoned', false],
    ['abandoned from the very millisecond on in which its time without anything is over', 24 * 6, [LOOK, ORDER], 'abandoned', false],
    ['abandoned when it is cancelled', 4, [LOOK, ORDER, [3, 'order.cancelled']], 'abandoned', false],
    ['completed when it ends after its goal', 24 * 9, [LOOK, ORDER, SHIP, THERE], 'completed', false],
    ['completed at its goal in a way of its own', 7, [LOOK, ORDER, THERE], 'completed', true],
    ['completed when it ends after its goal in a way of its own', 24 * 9, [LOOK, ORDER, THERE], 'completed', false],
    ['completed at its goal after the time to convert is over', 49, [LOOK, ORDER, SHIP, [48.5, 'delivery.arrived']], 'completed', true],
    ['reopened where it goes back after a goal of its own way', 9, [LOOK, ORDER, THERE, [8, 'order.placed']], 'reopened', true],
    [
      'reopened when it comes back after it was given up',
      24 * 8 + 1,
      [LOOK, ORDER, [24 * 8, 'order.placed', { caseId: 'x' }]],
      'open',
      true,
    ],
  ] as const)('is %s', (_, hours, steps, state, here) => {
    expect(caseAt(hours, steps)).toMatchObject({ state, here });
  });

  it('comes back as reopened under its own number', () => {
    const order = { customerId: 'C1', orderId: 'O1' };
    const events = [
      event('a', order, { at: BASE, type: 'order.placed' }),
      event('b', order, { at: BASE + 240 * HOUR, type: 'delivery.started' }),
    ];
    const { state } = foldAll(events, { blueprints });
    const at = (hours: number) => headerOf('c', state, { blueprints, factors: [], now: BASE + hours * HOUR }).cases[0]?.state;
    expect(at(200)).toBe('abandoned');
    expect(at(241)).toBe('reopened');
  });
});

describe('a dead end', () => {
  it('is found by the clock where nothing that the journey allows came within the standard time, and names the last event', () => {
    const steps = [LOOK, ORDER] as const;
    expect(caseAt(13, steps).found).toEqual([]);
    const last = eventsOf(steps)[1];
    expect(caseAt(15, steps).found).toEqual([
      { finding: 'dead_end', at: BASE + 14 * HOUR + 1, events: [last === undefined ? '' : streamId(last)] },
    ]);
  });

  it('stays found when something comes later, and is never found when it comes in time', () => {
    expect(caseAt(30, [LOOK, ORDER, [20, 'delivery.started']]).found.map((f) => f.at)).toEqual([BASE + 14 * HOUR + 1]);
    expect(caseAt(15, [LOOK, ORDER, [10, 'delivery.started']]).found).toEqual([]);
  });

  it('is found at once where an event says that nothing came of it', () => {
    const steps = [LOOK, [1, 'contact.ended', { outcome: 'no_answer' }]] as const;
    expect(caseAt(1, steps).found.map((f) => [f.finding, f.at])).toEqual([['dead_end', BASE + HOUR]]);
  });

  it('is none after the goal', () => {
    expect(caseAt(100, [LOOK, ORDER, SHIP, THERE]).found).toEqual([]);
    expect(caseAt(100, [LOOK, ORDER, THERE, [8, 'order.placed']]).found).toEqual([]);
  });
});

describe('a hand-over between channels', () => {
  const failed: Step = [1, 'selfservice.failed', { channel: 'app', topic: 'late' }];
  const call = (hours: number, more: Partial<StoredEvent>): Step => [hours, 'contact.answered', { channel: 'phone', ...more }];

  it('is lost where the same matter is told again in another channel, and names both events', () => {
    const steps = [LOOK, failed, call(3, { topic: 'late' })] as const;
    const [, from, to] = eventsOf(steps).map(streamId);
    expect(caseAt(4, steps).found).toEqual([{ finding: FINDINGS[1], at: BASE + 3 * HOUR, events: [from, to] }]);
  });

  it('is lost where the customer has to say again who they are', () => {
    expect(caseAt(4, [LOOK, failed, call(3, { signals: [{ kind: 'repeat_info' }] })]).found).toHaveLength(1);
  });

  it('is lost where they have to say it again after a contact of which nobody noted what it was about, but not after looking around', () => {
    const again = { signals: [{ kind: 'repeat_info' }] } as const;
    const steps = [LOOK, call(2, {}), [3, 'message.in', { channel: 'chat', ...again }]] as const;
    const [, from, to] = eventsOf(steps).map(streamId);
    expect(caseAt(4, steps).found).toEqual([{ finding: 'lost_handover', at: BASE + 3 * HOUR, events: [from, to] }]);
    expect(caseAt(4, [LOOK, call(3, again)]).found).toEqual([]);
  });

  it('is lost, once, where that is said only later in a contact about another matter', () => {
    const again: Partial<StoredEvent> = { signals: [{ kind: 'repeat_info' }] };
    const steps = [LOOK, failed, call(3, { topic: 'bill' }), call(3.1, again), call(3.2, again)] as const;
    expect(caseAt(4, steps).found.map((f) => [f.finding, f.at])).toEqual([['lost_handover', BASE + 3.1 * HOUR]]);
  });

  it('is lost once in each of two contacts that go on at the same time', () => {
    const steps = [
      LOOK,
      failed,
      call(3, { topic: 'bill' }),
      [3.1, 'message.in', { channel: 'chat', topic: 'late' }],
      call(3.2, { signals: [{ kind: 'repeat_info' }] }),
    ] as const;
    expect(caseAt(4, steps).found.map((f) => f.at)).toEqual([BASE + 3.2 * HOUR, BASE + 3.1 * HOUR]);
  });

  it('is not lost in the same channel, about another matter, or days later', () => {
    expect(caseAt(4, [LOOK, failed, [3, 'selfservice.failed', { channel: 'app', topic: 'late' }]]).found).toEqual([]);
    expect(caseAt(4, [LOOK, failed, call(3, { topic: 'bill' })]).found).toEqual([]);
    const later = [LOOK, failed, call(75, { topic: 'late' })] as const;
    expect(caseAt(76, later).found.filter((f) => f.finding === 'lost_handover')).toEqual([]);
  });
});
