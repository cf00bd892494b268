import { describe, expect, it } from 'vitest';
import type { StoryFilter } from '#lib/contract/index.ts';
import { feelingsOn, hitsIn } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { streamId } from '#server/domain/event/event.ts';
import { kindOf, tells } from '#server/domain/timeline/entry.ts';
import { passes } from '#server/domain/timeline/filter.ts';
import { MOST_IN_GROUP } from '#server/domain/timeline/group.ts';
import { expectedIn, quietTimes } from '#server/domain/timeline/silences.ts';
import { stayCurve, stillHere } from '#server/domain/timeline/still-here.ts';
import { headOf, preferencesOf } from '#server/domain/timeline/story.ts';
import { STRIP_COLUMNS, stripOf } from '#server/domain/timeline/strip.ts';
import { undatedPromises } from '#server/domain/timeline/undated.ts';
import { event } from '../../../support/events.ts';
import { tell } from '../../../support/story.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;
const MINUTE = 60_000;
const blueprints = blueprintsFrom(TEST_JOURNEY);
let number = 0;
const ada = (before: number, rest: Partial<StoredEvent>): StoredEvent =>
  event(`s${number++}`, { customerId: 'C-1' }, { at: NOON - before, ...rest });

/** Groups as lists of types, newest group first, oldest event first. */
function groups(events: readonly StoredEvent[]): readonly (readonly (string | null)[])[] {
  const story = tell(events, NOON);
  return story.groups.map(({ members }) => members.map((place) => story.entries[place]?.type ?? null));
}

describe('contacts and sessions', () => {
  it('gather what follows on one channel with at most half an hour of quiet', () => {
    expect(
      groups([
        ada(3 * HOUR, { type: 'page.viewed', channel: 'web' }),
        ada(3 * HOUR - 30 * MINUTE, { type: 'order.placed', channel: 'web' }),
        ada(2 * HOUR - MINUTE, { type: 'page.viewed', channel: 'web' }),
      ]),
    ).toEqual([['page.viewed'], ['page.viewed', 'order.placed']]);
  });
  it('are apart by channel even at the same time, the one that ended last on top', () => {
    expect(
      groups([
        ada(60 * MINUTE, { type: 'page.viewed', channel: 'web' }),
        ada(50 * MINUTE, { type: 'contact.queued', channel: 'phone' }),
        ada(40 * MINUTE, { type: 'form.submitted', channel: 'web' }),
      ]),
    ).toEqual([['page.viewed', 'form.submitted'], ['contact.queued']]);
  });
  it('end with the end of a call, so that calling again is another contact', () => {
    const call = (before: number) =>
      ['contact.queued', 'contact.ended'].map((type, i) => ada(before - i * MINUTE, { type, channel: 'phone' }));
    expect(groups([...call(20 * MINUTE), ...call(15 * MINUTE)])).toHaveLength(2);
  });
  it('follow what the source names as one, through longer pauses', () => {
    const turn = (before: number) => ada(before, { type: 'message.in', channel: 'chat', attributes: { conversationId: 'k7' } });
    expect(groups([turn(9 * HOUR), turn(2 * HOUR)])).toHaveLength(1);
  });
  it('never mix what happens before the customer and behind the stage', () => {
    const told = groups([ada(HOUR, { type: 'contact.ended', channel: 'phone' }), ada(HOUR - 1, { type: 'note.added', channel: 'phone' })]);
    expect(told).toEqual([['note.added'], ['contact.ended']]);
  });
  it('go on as another when they grow without end', () => {
    const clicks = Array.from({ length: MOST_IN_GROUP + 5 }, (_, i) => ada(HOUR - i * 1000, { type: 'page.viewed', channel: 'web' }));
    expect(groups(clicks).map(({ length }) => length)).toEqual([5, MOST_IN_GROUP]);
  });
  it('stand under a line that says where, about what, how long and how it went', () => {
    const story = tell(
      [
        ada(HOUR, { type: 'contact.queued', channel: 'phone', topic: 'late' }),
        ada(HOUR - MINUTE, { type: 'contact.transferred', channel: 'phone' }),
        ada(HOUR - 2 * MINUTE, { type: 'survey.answered', channel: 'phone', score: { kind: 'csat', value: 2 } }),
        ada(HOUR - 5 * MINUTE, { type: 'contact.ended', channel: 'phone', outcome: 'unresolved' }),
      ],
      NOON,
    );
    const [group] = story.groups;
    if (group === undefined) throw new Error('no group');
    expect(headOf({ group, shown: group.members.slice(1) }, story.entries)).toMatchObject({
      channel: 'phone', topic: 'late', outcome: 'unresolved', owner: 'Care', from: NOON - HOUR, to: NOON - HOUR + 5 * MINUTE,
      problems: 1, events: 4, hidden: 1, worst: { valence: -0.5, source: 'survey' },
    }); // prettier-ignore
  });
});

describe('a filter of a story', () => {
  const story = tell(
    [
      ada(9 * HOUR, { type: 'page.viewed' }),
      ada(8 * HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'call', due: NOON } }),
      ada(7 * HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 1 } }),
      ada(6 * HOUR, { type: 'never.heard.of' }),
    ],
    NOON,
  );
  const types = (filter: StoryFilter, found: ReadonlySet<string> | null = null) =>
    story.entries.filter((entry) => passes(entry, filter, found)).map(({ type }) => type);
  it('lets everything through where it asks for nothing', () => {
    expect(types({})).toHaveLength(4);
    expect(types({ kinds: [], channels: [] })).toHaveLength(4);
  });
  it('asks for kind, channel, journey, feeling, promises and time, all at once', () => {
    expect(types({ kinds: ['online', 'feedback'] })).toEqual(['page.viewed', 'survey.answered']);
    expect(types({ channels: ['phone'] })).toEqual(['promise.made']);
    expect(types({ journey: 'test' })).toHaveLength(3);
    expect(types({ feeling: 'bad' })).toEqual(['survey.answered']);
    expect(types({ feeling: 'good' })).toEqual([]);
    expect(types({ only: 'promises' })).toEqual(['promise.made']);
    expect(types({ only: 'moments' })).toEqual([]);
    expect(types({ from: NOON - 8 * HOUR, to: NOON - 7 * HOUR })).toEqual(['promise.made', 'survey.answered']);
    expect(types({ from: NOON - 8 * HOUR, kinds: ['promise'] })).toEqual(['promise.made']);
  });
  it('shows only where words were found, and nothing where they were not', () => {
    expect(types({ text: 'x' }, new Set([story.entries[0]?.id ?? '']))).toEqual(['page.viewed']);
    expect(types({ text: 'x' }, new Set())).toEqual([]);
  });
  it('knows kinds by the first word of the type', () => {
    expect(['contact.ended', 'form.submitted', 'delivery.arrived', 'gesture.given', 'event.retracted', null].map(kindOf)).toEqual([
      'contact', 'online', 'order', 'note', 'record', 'other',
    ]); // prettier-ignore
  });
});

describe('words in a story', () => {
  it('are found in text, wording, topic, outcome and attributes, whatever their case and accents', () => {
    const one = ada(HOUR, {
      type: 'message.in',
      text: 'Où est mon COLIS ?',
      attributes: { depot: { name: 'Köln' } },
      outcome: 'unresolved',
    });
    expect(['ou est', 'colis', 'KOLN', 'resolved'].map((q) => tells(one, null, q.toLowerCase()))).toEqual([true, true, true, true]);
    expect(tells(one, null, 'parcel')).toBe(false);
  });
  it('are marked where they stand', () => {
    const marked = (text: string, q: string) => hitsIn(text, q).map(({ from, to }) => text.slice(from, to));
    expect(marked('Où est mon colis? COLIS!', 'colis')).toEqual(['colis', 'COLIS']);
    expect(marked('Où', 'ou')).toEqual(['Où']);
    expect(marked('nothing', '')).toEqual([]);
    expect(marked('aaa', 'aa')).toEqual(['aa']);
    expect(marked('a𝒳b', 'b')).toEqual(['b']);
  });
});

describe('silence', () => {
  it('is a day and a half without anything, and lasts until now where nothing came', () => {
    const story = tell([ada(100 * HOUR, { type: 'page.viewed' }), ada(60 * HOUR, { type: 'page.viewed' })], NOON);
    expect(quietTimes(story.entries, NOON)).toEqual([
      { after: 0, from: NOON - 100 * HOUR, to: NOON - 60 * HOUR },
      { after: 1, from: NOON - 60 * HOUR, to: NOON },
    ]);
  });
  it('names what was expected in it: promises due and not kept by then, and the standard time running out', () => {
    const order = ada(90 * HOUR, { type: 'order.placed' });
    const call = ada(89 * HOUR, {
      type: 'promise.made',
      channel: 'phone',
      promise: { kind: 'call', due: NOON - 60 * HOUR, wording: 'We call' },
    });
    const kept = ada(88 * HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'letter', due: NOON - 50 * HOUR } });
    const story = tell(
      [
        ada(91 * HOUR, { type: 'page.viewed' }),
        order,
        call,
        kept,
        ada(87 * HOUR, { type: 'promise.kept', channel: 'phone', promise: { kind: 'letter' } }),
      ],
      NOON,
    );
    const known = { blueprints, eventOf: story.lookup.key, eventsAt: (at: number) => story.lookup.at(at) };
    const expected = expectedIn({ from: NOON - 87 * HOUR, to: NOON }, story.state, known);
    expect(expected.map(({ what, events }) => [what, events])).toEqual([
      ['standard', [streamId(order)]],
      ['promise', [streamId(call)]],
    ]);
    expect(expectedIn({ from: NOON - 40 * HOUR, to: NOON }, story.state, known)).toEqual([]);
  });
});

describe('the strip', () => {
  const many = Array.from({ length: 3000 }, (_, i) =>
    ada((3000 - i) * HOUR, {
      type: i % 3 === 0 ? 'error.shown' : 'page.viewed',
      channel: i % 2 === 0 ? 'web' : 'app',
      ...(i % 50 === 0 ? { score: { kind: 'csat' as const, value: 1 + (i % 5) } } : {}),
    }),
  );
  const story = tell(many, NOON);
  const strip = stripOf(story.entries, { state: story.state, factors: [], by: 'channel', now: NOON });
  it('counts every event in exactly one lane and column', () => {
    expect(strip?.lanes.map(({ lane, events }) => [lane, events])).toEqual([
      ['web', 1500],
      ['app', 1500],
    ]);
    for (const { events, marks } of strip?.lanes ?? []) {
      expect(marks.reduce((sum, [, count]) => sum + count, 0)).toBe(events);
      expect(marks.every(([column]) => column >= 0 && column < STRIP_COLUMNS)).toBe(true);
    }
    expect(strip?.lanes.flatMap(({ marks }) => marks).reduce((sum, [, , problems]) => sum + problems, 0)).toBe(1000);
  });
  it('takes a few kB, however many events', () => {
    expect(JSON.stringify(strip).length).toBeLessThan(25_000);
  });
  it('cuts its lanes by department where asked', () => {
    const owners = stripOf(story.entries, { state: story.state, factors: [], by: 'owner', now: NOON });
    expect(owners?.lanes.map(({ lane }) => lane).sort()).toEqual(['Care', 'Marketing']);
  });
  it('marks the worst sure moment, and weighs what was felt in a column by how sure it is', () => {
    const told = tell(
      [
        ada(9 * HOUR, {
          type: 'message.in',
          emotion: { label: 'frustrated', valence: -0.9, confidence: 0.4, scorer: 't', why: [] },
          text: 'x',
        }),
        ada(8 * HOUR, { type: 'survey.answered', score: { kind: 'csat', value: 2 } }),
      ],
      NOON,
    );
    const drawn = stripOf(told.entries, { state: told.state, factors: [], by: 'channel', now: NOON });
    expect(drawn?.peak).toMatchObject({ valence: -0.5, event: told.entries[1]?.id });
    expect(feelingsOn(drawn ?? { line: [] }).map(({ measured, confidence }) => [measured, confidence])).toEqual([
      [false, 0.4],
      [true, 1],
    ]);
  });
  it('draws promises from promise to due, those long forgotten without an end', () => {
    const made = ada(200 * 24 * HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'call', due: NOON - 199 * 24 * HOUR } });
    const open = ada(HOUR, { type: 'promise.made', channel: 'phone', promise: { kind: 'call', due: NOON + HOUR } });
    const told = tell([made, open, ada(1, { type: 'page.viewed' })], NOON);
    const drawn = stripOf(told.entries, { state: told.state, factors: [], by: 'channel', now: NOON });
    expect(drawn?.promises.map(({ state, event: id }) => [state, id])).toEqual([
      ['open', streamId(open)],
      [null, streamId(made)],
    ]);
  });
  it('begins behind a silence that would squeeze the rest into a line, and says what lies before it', () => {
    const years = (count: number) => count * 365 * 24 * HOUR;
    const old = [ada(years(25), { type: 'order.placed', channel: 'web' }), ada(years(25) - HOUR, { type: 'page.viewed', channel: 'web' })];
    const promised = { kind: 'call' as const, due: NOON - years(25) + HOUR };
    const kept = ada(years(25) - 2 * HOUR, { type: 'promise.made', channel: 'phone', promise: promised });
    const recent = Array.from({ length: 60 }, (_, day) => ada((60 - day) * 24 * HOUR, { type: 'page.viewed', channel: 'app' }));
    const told = tell([...old, kept, ...recent], NOON);
    const drawn = stripOf(told.entries, { state: told.state, factors: [], by: 'channel', now: NOON });
    expect(drawn).toMatchObject({
      from: recent[0]?.at,
      earlier: { events: 3, from: old[0]?.at, to: kept.at },
      lanes: [{ lane: 'app', events: 60 }],
      promises: [],
      silences: [],
    });
    expect(drawn?.lanes[0]?.marks).toHaveLength(60);
    // What is listed between those two instants is as long as the count says.
    const between = { from: drawn?.earlier?.from, to: drawn?.earlier?.to };
    expect(told.entries.filter((entry) => passes(entry, between, null))).toHaveLength(3);
  });
  it('is broken for nothing less: neither by a year in a long life, nor by months', () => {
    const days = (count: number) => count * 24 * HOUR;
    const unbroken = (ages: readonly number[]) => {
      const told = tell(ages.map((age) => ada(age, { type: 'page.viewed' })), NOON); // prettier-ignore
      return stripOf(told.entries, { state: told.state, factors: [], by: 'channel', now: NOON });
    };
    expect(unbroken([days(1200), days(500), days(400), 0])?.earlier).toBeNull();
    expect(unbroken([days(1200), days(500), days(400), days(100), 0])?.earlier).toBeNull();
    expect(unbroken([days(300), HOUR, 0])).toMatchObject({ earlier: null, from: NOON - days(300) });
    // A young life behind a long silence shows the end of that.
    expect(unbroken([days(900), HOUR])).toMatchObject({ earlier: { events: 1 }, from: NOON - days(30), silences: [{ to: NOON - HOUR }] });
  });
  it('is nothing for nobody, and something for a single instant', () => {
    expect(stripOf([], { state: { promises: [] }, factors: [], by: 'channel', now: NOON })).toBeNull();
    const one = tell([ada(0, { type: 'page.viewed' })], NOON);
    expect(stripOf(one.entries, { state: one.state, factors: [], by: 'channel', now: NOON })?.lanes[0]?.marks).toHaveLength(1);
  });
});

describe('wishes', () => {
  it('are as last said, and the language is the one last written in', () => {
    const story = tell(
      [
        ada(3 * HOUR, { type: 'identify', attributes: { name: 'Ada', preferredChannel: 'phone', plan: 'x' } }),
        ada(2 * HOUR, { type: 'message.in', text: 'Bonjour', lang: 'fr' }),
        ada(HOUR, { type: 'consent.changed', attributes: { emotion: 'off', marketing: false } }),
        ada(MINUTE, { type: 'preference.set', attributes: { preferredChannel: 'chat' } }),
      ],
      NOON,
    );
    expect(preferencesOf(story.entries).map(({ what, value }) => `${what} ${value}`)).toEqual([
      'preferredChannel chat', 'emotion off', 'marketing false', 'language fr',
    ]); // prettier-ignore
  });
});

describe('promises without a date', () => {
  const told = (events: readonly StoredEvent[], now = NOON) => {
    const { state, lookup } = tell(events, now);
    return undatedPromises(state, lookup).map(({ kind, became, events: ids }) => [kind, became, ids.length]);
  };
  const gift = (before: number, rest: Partial<StoredEvent> = {}) =>
    ada(before, { type: 'promise.made', promise: { kind: 'gift', wording: 'A small gift' }, ...rest });
  it('are told at the head as they are in the story, with the event that made them', () => {
    const made = gift(2 * HOUR);
    const { state, lookup, header } = tell([made], NOON);
    expect(header.promises).toEqual([]);
    expect(undatedPromises(state, lookup)).toEqual([
      {
        key: `${made.key}:gift`,
        id: 'gift:',
        kind: 'gift',
        wording: 'A small gift',
        madeAt: made.at,
        became: null,
        events: [streamId(made)],
      },
    ]);
  });
  it('are made by any event that promises, and not told where the event or a rule gives a date, or where they were taken back', () => {
    expect(told([gift(HOUR, { type: 'message.out' })])).toEqual([['gift', null, 1]]);
    expect(told([gift(HOUR, { promise: { kind: 'gift', due: NOON + HOUR } })])).toEqual([]);
    const wrong = gift(HOUR, { id: 'wrong' });
    expect(told([wrong, ada(0, { type: 'event.retracted', attributes: { eventId: 'wrong' } })])).toEqual([]);
  });
  it('end where they are said to be kept or withdrawn, by their id or else by their kind', () => {
    expect(told([gift(2 * HOUR), ada(HOUR, { type: 'promise.kept', promise: { kind: 'gift' } })])).toEqual([['gift', 'kept', 2]]);
    const named = (id: string, before: number, type: string) => gift(before, { type, promise: { id, kind: 'gift' } });
    expect(
      told([named('a', 3 * HOUR, 'promise.made'), named('b', 2 * HOUR, 'promise.made'), named('a', HOUR, 'promise.withdrawn')]),
    ).toEqual([['gift', null, 1], ['gift', 'withdrawn', 2]]); // prettier-ignore
  });
  it('are one promise where the same is said again, and none where one with a date stands', () => {
    expect(told([gift(2 * HOUR), gift(HOUR)])).toEqual([['gift', null, 1]]);
    expect(told([gift(2 * HOUR, { promise: { kind: 'gift', due: NOON } }), gift(HOUR)])).toEqual([]);
  });
  it('are told for as long as those with a date', () => {
    const later = ada(0, { type: 'note.added' });
    expect(told([gift(90 * 24 * HOUR), later])).toHaveLength(1);
    expect(told([gift(90 * 24 * HOUR + 1), later])).toEqual([]);
  });
  it('are none any more from when they are given a date, which is told where it was given', () => {
    const events = [gift(2 * HOUR), gift(HOUR, { type: 'promise.moved', promise: { kind: 'gift', due: NOON + HOUR } })];
    expect(told(events)).toEqual([]);
    const { header, entries } = tell(events, NOON);
    expect(header.promises).toMatchObject([{ kind: 'gift', state: 'open', due: NOON + HOUR, moved: false }]);
    expect(entries.map(({ promise }) => promise?.due)).toEqual([null, NOON + HOUR]);
  });
});

describe('still here', () => {
  const order = ada(10 * HOUR, { type: 'order.placed' });
  const { state } = tell([ada(11 * HOUR, { type: 'page.viewed' }), order], NOON);
  /** 100 others: one leaves each hour, 20 still stay. */
  const curve = stayCurve(Array.from({ length: 100 }, (_, i) => ({ duration: (i + 1) * HOUR, ended: i < 80 })));
  it('is the share of those who had stayed as long and stayed on until the standard time, with an interval', () => {
    const [said] = stillHere(state, { blueprints, curveOf: () => curve, now: NOON });
    // 90 had stayed longer than ten hours, and 88 of them for twelve, when the standard time runs out.
    expect(said).toMatchObject({ others: 90, inMs: 2 * HOUR + 1, halfMs: 45 * HOUR });
    expect(said?.share).toBeCloseTo(88 / 90, 6);
    expect(said?.low).toBeLessThan(said?.share ?? 0);
    expect(said?.high).toBeGreaterThan(said?.share ?? 1);
  });
  it('does not count the case itself among the others', () => {
    const known = stayCurve([
      ...Array.from({ length: 30 }, (_, i) => ({ duration: (i + 20) * HOUR, ended: true })),
      { duration: 10 * HOUR, ended: false },
    ]);
    expect(stillHere(state, { blueprints, curveOf: () => known, now: NOON })).toMatchObject([{ others: 30, share: 1 }]);
  });
  it('says nothing with too few others, or where nothing is known', () => {
    const few = stayCurve(Array.from({ length: 39 }, (_, i) => ({ duration: (i + 1) * HOUR, ended: true })));
    expect(stillHere(state, { blueprints, curveOf: () => few, now: NOON + HOUR })).toEqual([]);
    expect(stillHere(state, { blueprints, curveOf: () => undefined, now: NOON })).toEqual([]);
  });
});
