import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS, STORY_FEELINGS, STORY_KINDS, STORY_PARTS, hitsIn, searchable } from '#lib/contract/index.ts';
import type { StoryFilter } from '#lib/contract/index.ts';
import { compareStreamIds } from '#server/domain/kernel/stream-id.ts';
import { passes } from '#server/domain/timeline/filter.ts';
import { singleEntries } from '#server/domain/timeline/group.ts';
import { sourcesOf } from '#server/domain/timeline/lookup.ts';
import { shownGroups, stretchOf } from '#server/domain/timeline/page.ts';
import { stripOf } from '#server/domain/timeline/strip.ts';
import { BASE, HOUR, history } from '../support/histories.ts';
import { tell } from '../support/story.ts';

const some = <T extends string>(values: readonly T[]) => fc.option(fc.subarray([...values]), { nil: undefined });
const instant = fc.option(fc.integer({ min: BASE - HOUR, max: BASE + 110 * HOUR }), { nil: undefined });
const filter: fc.Arbitrary<StoryFilter> = fc.record({
  kinds: some(STORY_KINDS),
  channels: some(CHANNELS),
  journey: fc.constantFrom(undefined, 'test', 'other'),
  feeling: fc.constantFrom(undefined, ...STORY_FEELINGS),
  only: fc.constantFrom(undefined, ...STORY_PARTS),
  from: instant,
  to: instant,
});
const now = fc.integer({ min: BASE, max: BASE + 300 * HOUR });

describe('a story', () => {
  it('whatever its filter hides, shows the rest exactly once, page by page, newest first, up and down the same', () => {
    fc.assert(
      fc.property(history(40), filter, fc.boolean(), fc.integer({ min: 1, max: 9 }), now, (events, wanted, grouped, limit, at) => {
        const { entries, groups } = tell(events, at);
        const passing = (place: number): boolean => {
          const entry = entries[place];
          return entry !== undefined && passes(entry, wanted, null);
        };
        const shown = shownGroups(grouped ? groups : singleEntries(entries), passing);
        const down: number[][] = [];
        for (let before: string | null = null; ;) {
          const stretch = stretchOf(shown, entries, { place: before === null ? undefined : { before }, limit });
          expect(stretch.above).toBe(down.flat().length);
          down.push(...stretch.groups.map((group) => [...group.shown]));
          if (stretch.older === null) break;
          before = entries[stretch.older]?.id ?? null;
        }
        const expected = entries.flatMap((entry, place) => (passes(entry, wanted, null) ? [place] : []));
        expect(down.flat().sort((a, b) => a - b)).toEqual(expected);
        expect(down.flatMap((one) => one.at(-1) ?? []).length).toBe(shown.length);

        // From the oldest event upwards: the same groups, without a gap.
        const [oldest] = entries;
        const up: number[][] = [];
        for (let after: string | null = oldest === undefined ? null : '0-0'; after !== null;) {
          const stretch = stretchOf(shown, entries, { place: { after }, limit });
          up.unshift(...stretch.groups.map((group) => [...group.shown]));
          after = stretch.newer === null ? null : (entries[stretch.newer]?.id ?? null);
          if (stretch.groups.length === 0) break;
        }
        expect(up).toEqual(down);
      }),
      { numRuns: 120 },
    );
  });

  it('whatever happened, has a brief of at most five sentences, whose every link, and every why, is an event of the story that was not taken back', () => {
    fc.assert(
      fc.property(history(40), now, (events, at) => {
        const story = tell(events, at);
        const there = new Set(story.entries.filter(({ retracted, annotation }) => !retracted && !annotation).map(({ id }) => id));
        expect(story.brief.length).toBeLessThanOrEqual(5);
        expect(new Set(story.brief.map(({ code }) => code)).size).toBe(story.brief.length);
        for (const sentence of story.brief) expect(sentence.events.filter((id) => !there.has(id))).toEqual([]);
        for (const ids of Object.values(sourcesOf(story.header, story.state, story.lookup)))
          expect([ids.length > 0, ids.filter((id) => !there.has(id))]).toEqual([true, []]);
      }),
      { numRuns: 200 },
    );
  });

  it('has a strip in which every experience is counted once in a lane, or lies before it', () => {
    fc.assert(
      fc.property(history(40), now, fc.constantFrom('channel' as const, 'owner' as const), fc.nat(40), (events, later, by, place) => {
        // Some years pass at some place of the story.
        const YEARS = 3 * 365 * 24 * HOUR;
        const at = later + YEARS;
        const story = tell(
          events.map((event, i) => (i < place ? event : { ...event, at: event.at + YEARS })),
          at,
        );
        const strip = stripOf(story.entries, { state: story.state, factors: [], by, now: at });
        const drawn = story.entries.slice(strip?.earlier?.events).filter(({ retracted, annotation }) => !retracted && !annotation).length;
        expect((strip?.lanes ?? []).reduce((sum, lane) => sum + lane.events, 0)).toBe(drawn);
      }),
      { numRuns: 100 },
    );
  });
});

describe('words found', () => {
  it('are marked exactly where the search finds them: there is a mark if and only if the search finds something', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
        (text, words) => {
          const found = searchable(words) !== '' && searchable(text).includes(searchable(words));
          expect(hitsIn(text, words).length > 0).toBe(found);
          const letters = [...text];
          const inside = letters.slice(Math.floor(letters.length / 3), Math.floor(letters.length / 2)).join('');
          if (searchable(inside) !== '') expect(hitsIn(text, inside).length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('ids of a stream', () => {
  it('are ordered as the store orders them', () => {
    const id = fc.tuple(fc.nat(1e6), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }));
    fc.assert(
      fc.property(id, id, ([a, low], [b, other]) => {
        const expected = a !== b ? Math.sign(a - b) : low < other ? -1 : low > other ? 1 : 0;
        expect(Math.sign(compareStreamIds(`${a}-${low}`, `${b}-${other}`))).toBe(expected);
      }),
    );
  });
});
