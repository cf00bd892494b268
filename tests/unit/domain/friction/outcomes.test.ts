import { describe, expect, test } from 'vitest';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { endedVisits } from '#server/domain/view/outcomes.ts';
import { event } from '../../../support/events.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const BASE = Date.UTC(2026, 9, 1, 9);
const HOUR = 3_600_000;
const context = { blueprints: blueprintsFrom(TEST_JOURNEY) };

type Told = readonly [hours: number, type: string, rest?: Partial<StoredEvent>];
/** The visits that a customer rated, of the events of one case. */
function rated(list: readonly Told[]) {
  const events = ([[-1, 'page.viewed'], ...list] as const).map(([hours, type, rest], i) =>
    event(`e${i}`, { customerId: 'C' }, { at: BASE + hours * HOUR, type, ...rest }),
  );
  return endedVisits(events.sort(compareEvents), context).filter((visit) => visit.rated !== null);
}
const answer = (value: number): Partial<StoredEvent> => ({ score: { kind: 'csat', value } });
const promise = { id: 'p', kind: 'delivery', due: BASE + 24 * HOUR };
/** Promised for the next day, and two days late; nobody was told. */
const LATE: readonly Told[] = [
  [0, 'order.placed', { promise }],
  [72, 'promise.kept', { channel: 'email', promise: { id: 'p', kind: 'delivery' } }],
];

describe('what an answer looks back on', () => {
  test('what was hard about its own visit, as it was when the customer answered', () => {
    const [visit] = rated([
      [1, 'contact.answered', { channel: 'phone' }],
      [1.1, 'contact.transferred', { channel: 'phone' }],
      [2, 'survey.answered', answer(1)],
    ]);
    expect(visit).toMatchObject({ rated: 'bad', channel: 'phone', severities: { transfer: 0.5 } });
    expect(visit?.severities).not.toHaveProperty('promise_missed');
  });
  test('a promise missed meanwhile, although another visit bears it', () => {
    const [visit] = rated([...LATE, [73, 'survey.answered', answer(1)]]);
    expect(visit).toMatchObject({ rated: 'bad', channel: 'email' });
    expect(visit?.severities['promise_missed']).toBeGreaterThan(0.2);
  });
  test('not a promise that came to be missed only later', () => {
    const [visit] = rated([...LATE.slice(0, 1), [2, 'contact.answered', { channel: 'phone' }], [3, 'survey.answered', answer(5)]]);
    expect(visit).toMatchObject({ rated: 'good' });
    expect(visit?.severities).not.toHaveProperty('promise_missed');
  });
  test('not a promise of which the customer has been asked already', () => {
    const visits = rated([
      ...LATE,
      [73, 'survey.answered', answer(1)],
      [100, 'contact.answered', { channel: 'phone' }],
      [101, 'survey.answered', answer(5)],
    ]);
    expect(visits.map(({ channel, severities }) => [channel, 'promise_missed' in severities])).toEqual([
      ['email', true],
      ['phone', false],
    ]);
  });
});
