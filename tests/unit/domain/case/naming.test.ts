import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { caseAt } from '#server/domain/timeline/matched.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { BASE, HOUR } from '../../../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const blueprints = blueprintsFrom(TEST_JOURNEY);
const ORDER = { customerId: 'C1', orderId: 'O1' };
const happens = (hours: number, who: Record<string, string>, more: Partial<StoredEvent>): StoredEvent =>
  event(`e${hours}`, who, { at: BASE + hours * HOUR, ...more });

/** How many steps each case took, by its id. */
function steps(events: readonly StoredEvent[]): Record<string, number> {
  const { state } = foldAll(events, { blueprints });
  return Object.fromEntries(state.cases.map((one) => [one.id, one.steps.length]));
}

describe('the case of an event', () => {
  const shared = [
    happens(0, ORDER, { type: 'page.viewed', caseId: 'A' }),
    happens(1, ORDER, { type: 'page.viewed', caseId: 'B' }),
    happens(2, ORDER, { type: 'order.placed', caseId: 'A' }),
  ];

  it('is the one whose id it names, also where another, newer one is about the same order', () => {
    expect(steps(shared)).toEqual({ 'test:A': 2, 'test:B': 1 });
    const taken = happens(3, { customerId: 'C1', orderId: 'O2' }, { type: 'page.viewed', caseId: 'C' });
    expect(steps([...shared, taken, happens(4, { ...ORDER, orderId: 'O2' }, { type: 'delivery.started', caseId: 'A' })])).toEqual({
      'test:A': 3,
      'test:B': 1,
      'test:C': 1,
    });
  });

  it('is the newest about its order where it names no id', () => {
    expect(steps([...shared, happens(3, ORDER, { type: 'order.placed' })])).toEqual({ 'test:A': 2, 'test:B': 2 });
  });

  it('is the one about its order, which goes by its id from then on, where none had an id', () => {
    const events = [happens(0, ORDER, { type: 'page.viewed' }), happens(1, ORDER, { type: 'order.placed', caseId: 'A' })];
    expect(steps(events)).toEqual({ 'test:O1': 2 });
    const later = happens(2, { customerId: 'C1' }, { type: 'delivery.started', caseId: 'A' });
    expect(steps([...events, later])).toEqual({ 'test:O1': 3 });
  });

  it('is the newest open one where it belongs to no stage and names one that nobody has seen, until that one is there', () => {
    const second = { customerId: 'C1', orderId: 'O2' };
    const events = [happens(0, ORDER, { type: 'page.viewed' }), happens(2, second, { type: 'contact.answered', channel: 'phone' })];
    const visitsOf = (list: readonly StoredEvent[]): string[] =>
      foldAll(list, { blueprints }).state.visits.map(({ case: of, channel }) => `${of} ${channel}`);
    expect(visitsOf(events)).toEqual(['test:O1 web', 'test:O1 phone']);
    const later = [...events, happens(3, second, { type: 'order.placed' })];
    expect(visitsOf(later)).toEqual(['test:O1 web', 'test:O1 phone', 'test:O2 web']);
    const before = [...events, happens(1, second, { type: 'order.placed' })];
    expect(visitsOf(before)).toEqual(['test:O1 web', 'test:O2 web', 'test:O2 phone']);
    expect(visitsOf(events.slice(1))).toEqual([]);
  });

  it('is shown as the same one on the timeline', () => {
    const { state } = foldAll(shared, { blueprints });
    const standsIn = shared.map((one) => {
      const blueprint = blueprints.inForce('test', one.at);
      const touchpoint = blueprint?.match(one);
      return blueprint === undefined || touchpoint === undefined ? undefined : caseAt(state, one, { blueprint, touchpoint })?.id;
    });
    expect(standsIn).toEqual(['test:A', 'test:B', 'test:A']);
  });
});
