import { expect, test } from 'vitest';
import { silenceView } from '#server/domain/view/silence.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const AT = Date.UTC(2026, 9, 15, 12);
const [PLANNED] = blueprintsFrom(TEST_JOURNEY.replace('id: web.look,', 'id: web.look, expectedPerDay: 30,')).all;

/** The page as it is when the journey has run for eight weeks. @param heard events of `web.look` ever, as far as was read; @param now events in the window */
function lookOf(heard: number, now = 0): ReturnType<typeof silenceView>['touchpoints'][number] | undefined {
  if (PLANNED === undefined) return undefined;
  const events = (count: number) => new Map(count === 0 ? [] : [['E|test|1|web.look|web', new Map([[0, count]])]]);
  return silenceView({
    blueprint: PLANNED,
    window: '24h',
    position: { at: AT, live: true },
    sums: events(now),
    weeks: Array.from({ length: 8 }, () => events(0)),
    since: AT / 60_000 - 8 * 7 * 1440,
    ever: events(heard),
    sources: [],
    notes: new Map(),
  }).touchpoints.find(({ touchpoint }) => touchpoint === 'web.look');
}

test('a touchpoint that the journey plans with and that was never heard of is silent, however many weeks of nothing there are, and has no score', () => {
  expect(lookOf(0)).toMatchObject({ presence: 'silent', basis: 'blueprint', expected: 30, never: true, gap: null, p: null });
});

test('one that was heard of once is held against its own weeks', () => {
  expect(lookOf(1)).toMatchObject({ presence: 'zero', basis: 'weeks', expected: 0, never: false });
});

test('one that is heard of for the first time right now is observed, though what came ever was read the minute before', () => {
  expect(lookOf(0, 1)).toMatchObject({ observed: 1, never: false });
});
