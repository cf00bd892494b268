import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyState, encodeState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { whyVisits } from '#server/domain/view/why.ts';
import { streamId } from '#server/domain/event/event.ts';
import { event } from '../support/events.ts';
import { foldAll, foldBatches, oneByOne } from '../support/fold-run.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const BASE = Date.UTC(2026, 9, 1);
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const context = { blueprints: blueprintsFrom(TEST_JOURNEY) };

const WEB = ['element.clicked', 'page.viewed', 'page.changed', 'error.shown', 'error.thrown', 'form.started', 'form.submitted'];
const REST = [
  'contact.queued',
  'contact.answered',
  'contact.ended',
  'message.in',
  'info.asked',
  'contact.identified',
  'selfservice.failed',
];
const STEPS = ['selfservice.succeeded', 'order.placed', 'order.cancelled', 'delivery.started', 'case.opened', 'survey.answered'];
/** Clicks and pages within seconds, everything else within days. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((n) => n * 500),
  fc.integer({ min: 0, max: 200 }).map((n) => n * HOUR),
);
const one = fc.record({
  at: instant,
  type: fc.constantFrom(...WEB, ...WEB, ...REST, ...STEPS),
  channel: fc.constantFrom(undefined, 'web', 'web', 'phone', 'chat'),
  topic: fc.constantFrom(undefined, undefined, 'bill', 'moving'),
  outcome: fc.constantFrom(undefined, undefined, 'none', 'resolved', 'abandoned'),
  element: fc.constantFrom('a', 'b'),
  clickable: fc.boolean(),
});
const story = fc.array(one, { minLength: 1, maxLength: 25 }).map((list) =>
  list
    .map(({ at, type, channel, topic, outcome, element, clickable }, i): StoredEvent =>
      event(
        `e${i}`,
        { customerId: 'C' },
        {
          at: BASE + at,
          type,
          attributes: { element, clickable, url: `/${element}`, field: element, form: element },
          ...(channel === undefined ? {} : { channel }),
          ...(topic === undefined ? {} : { topic }),
          ...(outcome === undefined ? {} : { outcome }),
        },
      ),
    )
    .sort(compareEvents),
);

describe('friction found in ordinary events', () => {
  it('does not depend on the batches in which they come', () => {
    fc.assert(
      fc.property(story, (events) => {
        const [once, slowly] = [foldAll(events, context), foldBatches(oneByOne(events), context)];
        expect(encodeState(slowly.state)).toBe(encodeState(once.state));
        expect([...slowly.sums].sort()).toEqual([...once.sums].sort());
        expect([...slowly.lists]).toEqual([...once.lists]);
      }),
      { numRuns: 400 },
    );
  });

  it('is explained by what is on the list: the same number at every instant, parts that sum to it, and events that there are', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 0, max: 300 }), (events, hours) => {
        const at = BASE + hours * HOUR + 59 * SECOND;
        const listed = new Map(
          (foldAll(events, context).lists.get('visits:test:1') ?? []).map((member) => [
            member[0],
            (member[6] as readonly (readonly [number, number, number | null])[])
              .filter(([minute]) => minute <= Math.floor(at / 60_000))
              .at(-1)?.[1],
          ]),
        );
        const ids = new Set(events.map(streamId));
        const visits = whyVisits({ events, from: emptyState(), context, at });
        expect(visits.length).toBe([...listed.values()].filter((friction) => friction !== undefined).length);
        for (const visit of visits) {
          expect(Math.round(visit.friction * 1000)).toBe(listed.get(visit.visit));
          expect(Math.round(visit.parts.reduce((sum, part) => sum + part.points, 0) * 1000)).toBe(Math.round(visit.friction * 1000));
          for (const part of visit.parts) {
            expect(part.at.length).toBeGreaterThan(0);
            expect(part.events.length).toBeGreaterThan(0);
            expect(part.events.filter((id) => !ids.has(id))).toEqual([]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
