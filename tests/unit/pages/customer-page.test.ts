import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '#lib/contract/words.ts';
import { STORY_FIRST_PAGE } from '#lib/contract/story-choices.ts';
import type { StripFelt } from '#lib/contract/story-choices.ts';
import type { StoryGroup, StoryPage, StoryStrip, StoryView, StripPromise } from '#lib/contract/story.ts';
import type { CasePosition, PromiseView, TimelineItem } from '#lib/contract/views.ts';
import { reasonAt } from '../../../src/routes/(console)/queue/queue-words.ts';
import {
  clockWords,
  dueWords,
  orderPromises,
  promiseWords,
  stayWords,
  titleOf,
  untilTurn,
  wordingOf,
} from '../../../src/routes/(console)/c/[customer]/customer-words.ts';
import { eventsHref, isFiltered, paramsOf, readStory, toggled } from '../../../src/routes/(console)/c/[customer]/story-address.ts';
import { StoryState, countNew, renewed } from '../../../src/routes/(console)/c/[customer]/story-state.svelte.ts';
import { sentenceWords } from '../../../src/routes/(console)/c/[customer]/story-words.ts';
import {
  UNKNOWN_AFTER_MS,
  barHeight,
  drawFeelings,
  drawLane,
  drawPromises,
  instantAt,
  placeAt,
} from '../../../src/routes/(console)/c/[customer]/strip-drawing.ts';

const HOUR = 3_600_000;

function item(at: number): TimelineItem {
  return {
    id: `${at}-1`, at, receivedAt: at, source: 's', type: null, channel: null, touchpoint: null, touchpointName: null, journey: null, stage: null,
    stageName: null, caseId: null, text: null, emotion: null, mayCorrect: false, score: null, signals: [], promise: null, outcome: null, topic: null, attributes: null,
    late: false, suspect: false, retracted: false, corrected: false,
  }; // prettier-ignore
}
/** A contact with events at these times, newest first. */
function contact(...times: number[]): StoryGroup {
  const [to = 0] = times;
  const from = times.at(-1) ?? 0;
  return {
    key: `${from}-1`, from, to, side: 'front', channel: 'web', owner: null, topic: null, outcome: null, worst: null, problems: 0,
    events: times.length, hidden: 0, items: times.map(item), silence: null,
  }; // prettier-ignore
}
const pageOf = (groups: readonly StoryGroup[], more: Partial<StoryPage> = {}): StoryPage => ({
  groups, older: null, newer: null, above: 0, shown: 0, hidden: 0, ...more,
}); // prettier-ignore
const viewOf = (page: StoryPage): StoryView => ({
  customer: 'c', movedTo: null, header: {} as NonNullable<StoryView['header']>, notTheirs: [], brief: [], sources: {}, stillHere: [], undated: [], preferences: [], strip: null,
  journeys: [], channels: [], page, position: { at: 0, live: true },
}); // prettier-ignore
const times = (groups: readonly StoryGroup[]) => groups.map(({ items }) => items.map(({ at }) => at));
const nothing = { get: () => Promise.reject(new Error('not asked')), page: () => Promise.reject(new Error('not asked')) };

describe('a story fetched again over what is read', () => {
  it('adds what is new on top, lets a contact grow, and keeps what is older', () => {
    const held = pageOf([contact(30, 29), contact(20), contact(10)], { older: 'x' });
    const merged = renewed(held, pageOf([contact(40), contact(31, 30, 29)], { older: 'y' }));
    expect(times(merged.groups)).toEqual([[40], [31, 30, 29], [20], [10]]);
    expect(merged.older).toBe('x');
    expect(countNew(held, merged)).toBe(2);
  });
  it('drops what is no longer there, as after a merge was undone', () => {
    expect(times(renewed(pageOf([contact(30), contact(20)]), pageOf([contact(30)])).groups)).toEqual([[30]]);
  });
  it('stands alone where more has come in than it holds: nothing is left out below it, and everything new is counted', () => {
    const held = pageOf([contact(30), contact(20), contact(10)], { older: '10-1', shown: 50 });
    const merged = renewed(held, pageOf([contact(999), contact(998)], { older: '998-1', shown: 1050 }));
    expect(times(merged.groups)).toEqual([[999], [998]]);
    expect(merged.older).toBe('998-1');
    expect(countNew(held, merged)).toBe(1000);
  });
  it('does not count as new what lies further down than the list reached', () => {
    expect(countNew(pageOf([contact(30)]), pageOf([contact(30), contact(20)]))).toBe(0);
  });
});

describe('a head that is looked at', () => {
  const promise = (state: PromiseView['state'], brokenAt: number) => ({ state, brokenAt }) as PromiseView;
  const place = (dueAt: number | null) => ({ dueAt }) as CasePosition;
  it('is asked for again when the next promise breaks or standard time is over', () => {
    const promises = [promise('kept', 110), promise('open', 140), promise('open', 900)];
    expect(untilTurn({ promises, cases: [place(null), place(50), place(500)] }, 100)).toBe(40);
    expect(untilTurn({ promises, cases: [place(120)] }, 100)).toBe(20);
    expect(untilTurn({ promises: [promise('broken', 110)], cases: [place(50)] }, 100)).toBeNull();
  });
});

describe('an open story', () => {
  const params = { customerId: 'c', filter: { kinds: ['contact' as const] }, grouped: true };
  const answering = (page: () => StoryPage) => ({ ...nothing, get: () => Promise.resolve(viewOf(page())) });
  it('puts new events behind the pill while somebody reads, and on top otherwise', async () => {
    let newest = [contact(30), contact(20)];
    const story = new StoryState(answering(() => pageOf(newest)), params, viewOf(pageOf([contact(20)]))); // prettier-ignore
    await story.refresh(() => true);
    expect([times(story.groups), story.fresh]).toEqual([[[20]], 1]);
    story.show();
    expect([times(story.groups), story.fresh]).toEqual([[[30], [20]], 0]);
    newest = [contact(40), ...newest];
    await story.refresh(() => false);
    expect(times(story.groups)).toEqual([[40], [30], [20]]);
  });
  it('goes on from what it shows, and from what waits, when more came in than one answer holds', async () => {
    const further: unknown[] = [];
    const waiting = pageOf([contact(900), contact(800)], { older: '800-1', shown: 900 });
    const story = new StoryState(
      {
        get: () => Promise.resolve(viewOf(waiting)),
        page: ({ place }) => {
          further.push(place);
          return Promise.resolve(pageOf([contact(10)]));
        },
      },
      params,
      viewOf(pageOf([contact(20)], { older: '20-1', shown: 2 })),
    );
    await story.refresh(() => true);
    await story.loadOlder();
    expect(times(story.groups)).toEqual([[20], [10]]);
    story.show();
    expect([times(story.groups), story.page.older]).toEqual([[[900], [800]], '800-1']);
    await story.loadOlder();
    expect(further).toEqual([{ before: '20-1' }, { before: '800-1' }]);
  });
  it('shows at once what became of an event that is read, while what is new waits', async () => {
    const read = [contact(30), contact(21, 20)];
    const retracted = contact(21, 20);
    const now = [
      contact(40),
      contact(31, 30),
      { ...retracted, problems: 1, items: retracted.items.map((one) => ({ ...one, retracted: true })) },
    ];
    const story = new StoryState(answering(() => pageOf(now)), params, viewOf(pageOf(read))); // prettier-ignore
    await story.refresh(() => true);
    expect([times(story.groups), story.fresh]).toEqual([[[30], [21, 20]], 2]);
    expect(story.groups.map(({ problems, items: [one] }) => [problems, one?.retracted])).toEqual([[0, false], [1, true]]); // prettier-ignore
  });
  it('goes on telling what came in above while it loads what lies in between', async () => {
    const below = { newer: '20-1', above: 2 };
    const story = new StoryState(
      {
        get: () => Promise.resolve(viewOf(pageOf([contact(20)], { newer: '20-1', above: 5 }))),
        page: () => Promise.resolve(pageOf([contact(30)], { newer: '30-1', above: 4 })),
      },
      { ...params, place: { event: '20-1' } },
      viewOf(pageOf([contact(20)], below)),
    );
    await story.refresh(() => true);
    await story.loadNewer();
    expect([times(story.groups), story.fresh]).toEqual([[[30], [20]], 3]);
  });
  it('leaves a list that begins further down where it is, when the contact it begins with goes on', async () => {
    const above = { newer: '25-1', above: 1, shown: 4 };
    const story = new StoryState(
      answering(() => pageOf([contact(40, 20), contact(25), contact(10), contact(5)], { shown: 5 })),
      { ...params, place: { event: '20-1' } },
      viewOf(pageOf([{ ...contact(20), key: '20-1' }, contact(10)], above)),
    );
    await story.refresh(() => true);
    expect([times(story.groups), story.atTop, story.fresh]).toEqual([[[20], [10]], false, 1]);
  });
  it('holds new events while paused, wherever the reader is', async () => {
    const story = new StoryState(answering(() => pageOf([contact(30), contact(20)])), params, viewOf(pageOf([contact(20)]))); // prettier-ignore
    story.togglePause();
    await story.refresh(() => false);
    expect([times(story.groups), story.missed]).toEqual([[[20]], 1]);
    story.togglePause();
    expect(times(story.groups)).toEqual([[30], [20]]);
  });
  it('goes on showing who was there where nobody is found any more, and says so', async () => {
    let here = false;
    const view = viewOf(pageOf([contact(20)]));
    const story = new StoryState({ ...nothing, get: () => Promise.resolve(here ? view : { ...view, header: null }) }, params, view);
    await story.refresh(() => false);
    expect([story.absent, times(story.groups)]).toEqual([true, [[20]]]);
    here = true;
    await story.refresh(() => false);
    expect(story.absent).toBe(false);
  });
  it('asks with its filter, and for the place where it begins', async () => {
    const asked: unknown[] = [];
    const get = (given: unknown) => {
      asked.push(given);
      return Promise.resolve(viewOf(pageOf([contact(20)], { newer: '20-1', above: 7 })));
    };
    const story = new StoryState(
      { ...nothing, get },
      { ...params, place: { at: 25 } },
      viewOf(pageOf([contact(20)], { newer: '20-1', above: 5 })),
    );
    await story.refresh(() => true);
    expect(asked).toEqual([{ ...params, limit: STORY_FIRST_PAGE, place: { event: '20-1' } }]);
    // What came in far above is told by the pill; nothing in sight moves.
    expect([times(story.groups), story.fresh]).toEqual([[[20]], 2]);
  });
  it('asks once more when a hint came while the answer was under way', async () => {
    const answers: ((view: StoryView) => void)[] = [];
    const get = () => new Promise<StoryView>((resolve) => answers.push(resolve));
    const story = new StoryState({ ...nothing, get }, params, viewOf(pageOf([contact(20)])));
    const first = story.refresh(() => false);
    await story.refresh(() => false);
    answers[0]?.(viewOf(pageOf([contact(30), contact(20)])));
    await Promise.resolve();
    await Promise.resolve();
    answers[1]?.(viewOf(pageOf([contact(40), contact(30), contact(20)])));
    await first;
    expect([answers.length, times(story.groups)]).toEqual([2, [[40], [30], [20]]]);
  });
  it('loads older and newer events on demand, each once, and reaches as far as it did before', async () => {
    const pages: Readonly<Record<string, StoryPage>> = {
      'before x': pageOf([contact(20), contact(10)], { older: 'w' }),
      'before w': pageOf([contact(5)]),
      'after y': pageOf([contact(50), contact(40)], { older: 'z' }),
    };
    const page = ({ place }: { readonly place?: object | undefined }) =>
      Promise.resolve(pages[Object.entries(place ?? {}).flat().join(' ')] ?? pageOf([])); // prettier-ignore
    const story = new StoryState(
      { ...nothing, page },
      params,
      viewOf(pageOf([contact(30), contact(20)], { older: 'x', newer: 'y', above: 2 })),
    );
    await story.loadOlder();
    expect([times(story.groups), story.page.older]).toEqual([[[30], [20], [10]], 'w']);
    await story.loadNewer();
    expect([times(story.groups), story.atTop]).toEqual([[[50], [40], [30], [20], [10]], true]);
    await story.reach(6);
    expect([story.loaded, story.page.older]).toEqual([6, null]);
  });
});

describe('the address of a story', () => {
  const read = (query: string) => readStory(new URL(`http://h/c/x?${query}`));
  it('says filter, place, grouping and lanes, and nothing by itself', () => {
    expect(read('')).toEqual({ filter: {}, place: undefined, marked: [], grouped: true, lanes: 'channel', sides: false });
    const all = read(
      'kind=message,contact&on=phone&journey=b&feel=bad&only=promises&q=%20late%20&between=1970-01-01T00:00:01Z..1970-01-01T00:00:02Z&group=off&strip=owner&sides=on',
    );
    expect(all).toMatchObject({ grouped: false, lanes: 'owner', sides: true });
    expect(all.filter).toEqual({
      kinds: ['contact', 'message'], channels: ['phone'], journey: 'b', feeling: 'bad', only: 'promises', text: 'late', from: 1000, to: 2000,
    }); // prettier-ignore
    expect([isFiltered(all.filter), isFiltered({})]).toEqual([true, false]);
  });
  it('passes over what it does not understand', () => {
    expect(read('kind=nonsense&on=&between=5..1&at=never&e=x,../&feel=sad&q=%20').filter).toEqual({});
    expect(read('at=never&e=x')).toMatchObject({ place: undefined, marked: [] });
  });
  it('begins with the events that are marked, before a date', () => {
    expect(read('at=1970-01-01T00:00:01Z').place).toEqual({ at: 1000 });
    expect(read('at=1970-01-01T00:00:01Z&e=12-3,45-6')).toMatchObject({ place: { event: '12-3' }, marked: ['12-3', '45-6'] });
    expect(paramsOf('c', read('e=12-3'))).toEqual({
      customerId: 'c',
      filter: {},
      grouped: true,
      lanes: 'channel',
      place: { event: '12-3' },
    });
  });
  it('leads to events with nothing hidden, and keeps how the list is shown', () => {
    const href = eventsHref(new URL('http://h/c/x?kind=contact&at=1&q=a&group=off&by=phone'), ['12-3', '45-6']);
    expect(href).toBe('/c/x?group=off&by=phone&e=12-3,45-6#e-12-3');
  });
  it('puts a value into a list or takes it out', () => {
    expect([toggled(undefined, 'a'), toggled(['a'], 'b'), toggled(['a', 'b'], 'a'), toggled(['a'], 'a')]).toEqual(['a', 'a,b', 'b', null]);
  });
});

const strip = (change: Partial<StoryStrip>): StoryStrip => ({
  from: 0, to: UNKNOWN_AFTER_MS * 4, earlier: null, columns: 240, by: 'channel', lanes: [], line: [], peak: null, promises: [], factors: [], silences: [], ...change,
}); // prettier-ignore

describe('the drawing of the strip', () => {
  const felt = (at: number, change: { readonly valence?: number; readonly confidence?: number; readonly measured?: 0 | 1 } = {}): StripFelt => [
    at, change.valence ?? 0, change.confidence ?? 1, change.measured ?? 0, 1, EMOTIONS.indexOf('neutral'), `${at}-7`,
  ]; // prettier-ignore
  const frame = { width: 100, height: 62 };
  it('puts good on top and times to scale, and back', () => {
    const { dots } = drawFeelings(strip({ line: [felt(0, { valence: 1 }), felt(UNKNOWN_AFTER_MS * 2, { valence: -1 })] }), frame);
    expect(dots.map(({ x, y }) => [x, y])).toEqual([
      [0, 6],
      [50, 56],
    ]);
    const time = { from: 1000, to: 3000 };
    expect([placeAt(time, 2000, 100), placeAt(time, 9000, 100), instantAt(time, 50, 100), instantAt(time, -5, 100)]).toEqual([
      50, 100, 2000, 1000,
    ]);
  });
  it('draws what persons said apart from what was inferred, each as one path', () => {
    const { measured, inferred } = drawFeelings(
      strip({ line: [felt(0), felt(UNKNOWN_AFTER_MS * 2, { measured: 1 }), felt(UNKNOWN_AFTER_MS * 4)] }),
      frame,
    );
    expect([measured, inferred]).toEqual(['M50 31h0', 'M0 31h0M100 31h0']);
  });
  it('draws a lane as one path of strokes, and one of triangles where something went wrong', () => {
    const drawn = drawLane([[0, 1, 0], [1, 8, 2]], { width: 100, columns: 10, base: 20, height: 12, most: 8 }); // prettier-ignore
    expect(drawn).toEqual({ bars: 'M5 20v-3.8M15 20v-12', thick: 9.5, problems: 'M11.5 10h7l-3.5-6z' });
  });
  it('breaks where nothing was known for long', () => {
    expect(drawFeelings(strip({ line: [felt(0), felt(UNKNOWN_AFTER_MS), felt(UNKNOWN_AFTER_MS * 3)] }), frame).paths).toHaveLength(2);
  });
  it('widens its band where it is less sure, and draws none around a single word', () => {
    const { dots, bands } = drawFeelings(strip({ line: [felt(0), felt(1, { confidence: 0.2 })] }), frame);
    expect(dots.map(({ band }) => band)).toEqual([0, 10]);
    expect([bands.length, drawFeelings(strip({ line: [felt(0)] }), frame).bands.length]).toEqual([1, 0]);
  });
  it('draws promises apart, and says how many have no room', () => {
    const promise = (key: string, madeAt: number, due: number): StripPromise => ({
      key, kind: 'call', wording: null, madeAt, due, metAt: null, state: 'open', event: 'e',
    }); // prettier-ignore
    const day = UNKNOWN_AFTER_MS / 10;
    const same = Array.from({ length: 6 }, (_, i) => promise(`p${i}`, 0, day * 10));
    const { drawn, rows, left } = drawPromises(strip({ promises: [promise('later', day * 30, day * 35), ...same] }), 400);
    expect([drawn.length, rows, left]).toEqual([5, 4, 2]);
    expect(drawn.map(({ row }) => row)).toEqual([0, 0, 1, 2, 3]);
  });
  it('shows one event beside a thousand', () => {
    expect(barHeight(1, 1000, 12)).toBe(3);
    expect(barHeight(1000, 1000, 12)).toBe(12);
  });
});

describe('names', () => {
  it('of a customer are the name, the customer number, or the address of the page', () => {
    const identifiers = [{ kind: 'customerId', value: 'C-42', since: 0 }];
    const customer = 'abcdef0123456789abcd';
    expect(titleOf({ name: 'Ada', identifiers, customer })).toBe('Ada');
    expect(titleOf({ name: null, identifiers, customer })).toBe('Customer C-42');
    expect(titleOf({ name: null, identifiers: [], customer })).toBe('Customer abcdef0123, name unknown');
  });
  it('of a promise are its wording without the full stop, or its kind', () => {
    expect(wordingOf({ wording: 'Your parcel on Tuesday. ', kind: 'delivery' })).toBe('Your parcel on Tuesday');
    expect(wordingOf({ wording: null, kind: 'call_back' })).toBe('Call back');
  });
});

describe('promises and stays', () => {
  const promise: PromiseView = {
    key: 'e:delivery', id: 'p', kind: 'delivery', wording: null, madeAt: 0, due: 10 * HOUR, graceMs: 2 * HOUR, brokenAt: 12 * HOUR, state: 'open', metAt: null, moved: false,
    toldBeforeMs: null, factors: [], waited: null, stage: null,
  }; // prettier-ignore
  it('carry a clock and are louder the nearer they are', () => {
    expect(promiseWords(promise, 0)).toEqual({ tone: 'normal', text: 'due in 10\u00a0h' });
    expect(promiseWords(promise, 7 * HOUR)).toEqual({ tone: 'watch', text: 'due in 3\u00a0h' });
    expect(promiseWords(promise, 11 * HOUR)).toEqual({ tone: 'watch', text: 'due 60\u00a0min ago, still within grace' });
    expect(promiseWords({ ...promise, state: 'late', metAt: 12 * HOUR }, 50 * HOUR)).toEqual({ tone: 'watch', text: 'kept 2\u00a0h late' });
  });
  it('are said to be broken since date and grace were over, as the queue says it', () => {
    const now = 36 * HOUR;
    expect(promiseWords({ ...promise, state: 'broken' }, now)).toEqual({ tone: 'breach', text: 'broken 24\u00a0h ago' });
    expect(reasonAt({ reason: 'promise', from: promise.brokenAt }, now)).toBe('Promise broken 24\u00a0h ago');
    expect(reasonAt({ reason: 'call_back', from: promise.brokenAt }, now)).toBe('Not called back: promise broken 24\u00a0h ago');
    expect(dueWords(promise)).toContain(', with 2\u00a0h of grace');
    expect(dueWords({ ...promise, graceMs: 0 })).not.toContain('grace');
  });
  it('stand with the broken first, then the open by due time', () => {
    const list = [
      { ...promise, id: 'b', due: 2 },
      { ...promise, id: 'k', state: 'kept' as const },
      { ...promise, id: 'x', state: 'broken' as const },
      { ...promise, id: 'a', due: 1 },
    ];
    expect(orderPromises(list).map(({ id }) => id)).toEqual(['x', 'a', 'b', 'k']);
  });
  it('measure a stay against its standard, and count down what is left of it in the owner’s time', () => {
    const names = { customer: 'a', internal: 'b' };
    const position: CasePosition = {
      caseId: 'c', journey: 'j', journeyName: names, stage: 's', stageName: names, openedAt: 0, since: 0, standardMs: 48 * HOUR, dueAt: 60 * HOUR,
      state: 'open', here: true, stuck: true, found: [], step: 1, steps: 2, version: 1, deviations: [], arrival: null, wave: null, value: null,
    }; // prettier-ignore
    expect(stayWords(position, 72 * HOUR)).toEqual({ text: 'for 3\u00a0d of 2\u00a0d', over: true });
    expect(stayWords({ ...position, standardMs: null }, HOUR).over).toBe(false);
    expect(clockWords(position, 10 * HOUR)).toEqual({ text: '2\u00a0d left', over: false });
    expect(clockWords(position, 70 * HOUR)).toEqual({ text: 'over by 10\u00a0h', over: true });
    expect(clockWords({ dueAt: null }, 0)).toBeNull();
  });
});

describe('sentences', () => {
  const telling = { side: 'customer', now: 100 * HOUR } as const;
  const events = ['1-1'] as const;
  it('say what the code says, in the reader’s words', () => {
    const said = [
      { code: 'stage', stageName: { customer: 'Ordering', internal: 'O' }, journeyName: { customer: 'Getting it', internal: 'G' }, since: 28 * HOUR, standardMs: 48 * HOUR, late: true, events },
      { code: 'broken', kind: 'call_back', wording: 'We call you.', due: 74 * HOUR, brokenAt: 76 * HOUR, others: 1, events },
      { code: 'contacts', count: 3, days: 7, topic: 'late_parcel', unresolved: 2, events },
      { code: 'contact', at: 98 * HOUR, channel: 'phone', topic: null, outcome: 'resolved', events },
      { code: 'feeling', label: 'frustrated', source: 'text', since: 99 * HOUR, confidence: 0.71, events },
    ] as const; // prettier-ignore
    expect(said.map((one) => sentenceWords(one, telling)).map((text) => text.replace(/due .*;/, 'due …;'))).toEqual([
      'For 3\u00a0d in “Ordering” (Getting it): longer than the standard of 2\u00a0d.',
      '“We call you” was due …; broken 24\u00a0h ago, as is one other promise.',
      'In contact 3 times within 7 days, mostly about “Late parcel”, 2 times without result.',
      'Last contact 2\u00a0h ago by phone: resolved.',
      'Sounds frustrated, going by their words 60\u00a0min ago (71\u00a0% sure).',
    ]);
  });
  it('call a silence what it is, no event of any kind: the last contact may be longer ago, and both stand side by side', () => {
    const silent = { code: 'silent', since: 28 * HOUR, events } as const;
    expect(sentenceWords(silent, telling)).toMatch(/^No event of any kind for 3\u00a0d, since /);
  });
});
