import { describe, expect, it } from 'vitest';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { entryOf } from '#server/domain/timeline/entry.ts';
import { itemOf } from '#server/domain/timeline/item.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;
/** The second version renames what arrives, and knows of a letter. */
const V2 = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2')
  .replace('type: delivery.arrived', 'type: parcel.arrived')
  .replace('name: Parcel,', 'name: Box,')
  .replace('{type: survey.answered}', '{type: survey.answered}, {type: letter.sent}');
const blueprints = blueprintsOf(
  [TEST_JOURNEY, V2].map((text, i) => {
    const [blueprint] = blueprintsFrom(text).all;
    if (blueprint === undefined) throw new Error('no journey');
    return { blueprint, publishedAt: i * NOON };
  }),
);

let number = 0;
const ada = (hours: number, type: string, rest: Partial<StoredEvent> = {}): StoredEvent =>
  event(`v${number++}`, { customerId: 'C-1' }, { at: NOON + hours * HOUR, type, ...rest });

/** What the timeline shows of each event: touchpoint, stage and case. */
function shown(events: readonly StoredEvent[]): readonly unknown[] {
  const { state } = foldAll(events, { blueprints });
  return events.map((one) => {
    const { touchpoint, stage, caseId } = itemOf(one, { state, blueprints, laterReceived: Infinity });
    expect(entryOf(one, { state, blueprints }).touchpoint).toBe(touchpoint?.name ?? null);
    const version = state.cases.find(({ id }) => id === caseId)?.version;
    return [touchpoint?.name ?? null, stage, version ?? null];
  });
}

describe('the timeline when a new version is in force', () => {
  it('shows what happened in a case as the version under which it began knows it', () => {
    expect(
      shown([
        ada(-30, 'page.viewed'),
        ada(-20, 'order.placed'),
        ada(-10, 'delivery.started'),
        ada(1, 'delivery.arrived'),
        // Only the new version knows this, and no case went by it.
        ada(2, 'letter.sent'),
      ]),
    ).toEqual([
      ['Page', 'look', 1],
      ['Order', 'order', 1],
      ['Parcel', 'deliver', 1],
      ['Using', 'happy', 1],
      ['Survey', null, null],
    ]);
  });

  it('tells two cases of different versions apart by what the events name', () => {
    const [first, second] = [{ caseId: 'a' }, { caseId: 'b' }];
    expect(
      shown([
        ada(-10, 'page.viewed', first),
        ada(1, 'page.viewed', second),
        ada(2, 'delivery.started', second),
        ada(3, 'delivery.started', first),
      ]),
    ).toEqual([
      ['Page', 'look', 1],
      ['Page', 'look', 2],
      ['Box', 'deliver', 2],
      ['Parcel', 'deliver', 1],
    ]);
  });
});
