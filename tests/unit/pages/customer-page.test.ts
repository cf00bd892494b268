import { describe, expect, it } from 'vitest';
import type { CasePosition, EmotionPoint, PromiseView, TimelineItem, TimelinePage } from '#lib/contract/views.ts';
import { orderPromises, promiseWords, stayWords, titleOf, wordingOf } from '../../../src/routes/(console)/c/[customer]/customer-words.ts';
import { drawEmotion, UNKNOWN_AFTER_MS } from '../../../src/routes/(console)/c/[customer]/emotion-line.ts';
import { countNew, GAP_MS, mergeNewest, rowsOf } from '../../../src/routes/(console)/c/[customer]/timeline-rows.ts';
import { TimelineState } from '../../../src/routes/(console)/c/[customer]/timeline-state.svelte.ts';

const HOUR = 3_600_000;

function item(at: number): TimelineItem {
  return {
    id: `${at}-1`, at, receivedAt: at, source: 's', type: null, channel: null, touchpoint: null, touchpointName: null, journey: null, stage: null,
    stageName: null, caseId: null, text: null, emotion: null, mayCorrect: false, score: null, signals: [], promise: null, outcome: null, topic: null, attributes: null,
    late: false, suspect: false, retracted: false, corrected: false,
  }; // prettier-ignore
}
const items = (...times: number[]) => times.map(item);
const times = (list: readonly TimelineItem[]) => list.map(({ at }) => at);
const pageOf = (list: readonly TimelineItem[], next: string | null = null): TimelinePage => ({
  customer: 'c',
  movedTo: null,
  header: null,
  items: list,
  next,
  position: { at: 0, live: true },
});

describe('rows of a timeline', () => {
  it('draw silence as a row of its own and name each day once', () => {
    const rows = rowsOf(items(GAP_MS + 10, 10, 5), (at) => String(Math.floor(at / (24 * HOUR))));
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'item', 'gap', 'day', 'item', 'item']);
    expect(rows[2]).toMatchObject({ ms: GAP_MS });
  });
  it('have no silence where none was', () => {
    expect(rowsOf(items(GAP_MS, 1), () => 'd').some(({ kind }) => kind === 'gap')).toBe(false);
  });
});

describe('the newest page over what is already read', () => {
  it('adds what is new on top, also what came late in between, and keeps what is older', () => {
    const merged = mergeNewest(items(30, 20, 10), { items: items(40, 30, 25, 20), next: 'more' });
    expect(times(merged)).toEqual([40, 30, 25, 20, 10]);
    expect(countNew(items(30, 20, 10), merged)).toBe(2);
  });
  it('drops what the newest page no longer has, as after a merge was undone', () => {
    expect(times(mergeNewest(items(30, 20, 10), { items: items(30), next: null }))).toEqual([30]);
  });
});

describe('an open customer', () => {
  it('puts new events behind the pill while somebody reads, and on top otherwise', async () => {
    let newest = items(30, 20);
    const person = new TimelineState(() => Promise.resolve(pageOf(newest)), pageOf(items(20)));
    await person.refresh(() => true);
    expect([times(person.items), person.fresh]).toEqual([[20], 1]);
    person.show();
    expect([times(person.items), person.fresh]).toEqual([[30, 20], 0]);
    newest = items(40, 30, 20);
    await person.refresh(() => false);
    expect(times(person.items)).toEqual([40, 30, 20]);
  });
  it('holds new events while paused, wherever the reader is', async () => {
    const person = new TimelineState(() => Promise.resolve(pageOf(items(30, 20))), pageOf(items(20)));
    person.togglePause();
    await person.refresh(() => false);
    expect([times(person.items), person.missed]).toEqual([[20], 1]);
    person.togglePause();
    expect(times(person.items)).toEqual([30, 20]);
  });
  it('asks once more when a hint came while the answer was under way', async () => {
    const answers: ((page: TimelinePage) => void)[] = [];
    const person = new TimelineState(() => new Promise((resolve) => answers.push(resolve)), pageOf(items(20)));
    const first = person.refresh(() => false);
    const second = person.refresh(() => false);
    await second;
    answers[0]?.(pageOf(items(30, 20)));
    await Promise.resolve();
    await Promise.resolve();
    answers[1]?.(pageOf(items(40, 30, 20)));
    await first;
    expect([answers.length, times(person.items)]).toEqual([2, [40, 30, 20]]);
  });
  it('loads older events on demand, each once', async () => {
    const person = new TimelineState(
      ({ before }) => Promise.resolve(before === 'x' ? pageOf(items(20, 10)) : pageOf([])),
      pageOf(items(30, 20), 'x'),
    );
    await person.loadOlder();
    expect([times(person.items), person.more]).toEqual([[30, 20, 10], false]);
  });
});

describe('the emotion line', () => {
  const point = (at: number, change: Partial<EmotionPoint> = {}): EmotionPoint => ({
    at,
    valence: 0,
    confidence: 1,
    label: 'neutral',
    source: 'text',
    ...change,
  });
  const frame = { width: 112, height: 62, from: 0, to: UNKNOWN_AFTER_MS * 4 };
  it('tells what was said from what was inferred, and puts good on top', () => {
    const { dots } = drawEmotion([point(0, { source: 'survey', valence: 1 }), point(1, { valence: -1 })], frame);
    expect(dots.map(({ measured, y }) => ({ measured, y }))).toEqual([
      { measured: true, y: 6 },
      { measured: false, y: 56 },
    ]);
  });
  it('breaks where nothing was known for long, and marks the gap', () => {
    const drawing = drawEmotion([point(0), point(UNKNOWN_AFTER_MS), point(UNKNOWN_AFTER_MS * 4)], frame);
    expect(drawing.paths).toHaveLength(2);
    expect(drawing.gaps).toEqual([{ from: 31, to: 106 }]);
    const lonely = drawEmotion([point(UNKNOWN_AFTER_MS * 2)], frame);
    expect(lonely.gaps).toEqual([
      { from: 6, to: 56 },
      { from: 56, to: 106 },
    ]);
  });
  it('widens its band where it is less sure', () => {
    const { dots } = drawEmotion([point(0, { confidence: 1 }), point(1, { confidence: 0.2 })], frame);
    expect(dots.map(({ band }) => band)).toEqual([0, 10]);
  });
  it('does not draw unknown as neutral', () => {
    expect(drawEmotion([point(0, { label: 'unknown' })], frame).dots).toEqual([]);
  });
});

describe('promises and stays', () => {
  const promise: PromiseView = {
    key: 'k',
    id: '1',
    kind: 'delivery',
    wording: null,
    madeAt: 0,
    due: 100 * HOUR,
    state: 'open',
    metAt: null,
    moved: false,
    toldBeforeMs: null,
    waited: null,
    factors: [],
    stage: null,
  };
  it('show a clock that gets louder', () => {
    expect(promiseWords(promise, 50 * HOUR)).toEqual({ tone: 'normal', text: 'due in 2 d' });
    expect(promiseWords(promise, 98 * HOUR).tone).toBe('watch');
    expect(promiseWords(promise, 101 * HOUR).text).toContain('still within grace');
    expect(promiseWords({ ...promise, state: 'broken' }, 126 * HOUR)).toEqual({ tone: 'breach', text: 'broken for 26 h' });
    expect(promiseWords({ ...promise, state: 'late', metAt: 103 * HOUR }, 200 * HOUR).text).toBe('kept 3 h late');
  });
  it('are quoted without the full stop of their sender', () => {
    expect(wordingOf({ ...promise, wording: 'We will call you back.' })).toBe('We will call you back');
    expect(wordingOf({ ...promise, kind: 'call_back' })).toBe('Call back');
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
  it('measure a stay against its standard', () => {
    const names = { customer: 'a', internal: 'b' };
    const position: CasePosition = {
      caseId: 'c',
      journey: 'j',
      journeyName: names,
      stage: 's',
      stageName: names,
      openedAt: 0,
      since: 0,
      standardMs: 48 * HOUR,
      dueAt: null,
      state: 'open',
      here: true,
      stuck: false,
      found: [],
      step: 1,
      steps: 2,
      version: 1,
      deviations: [],
      arrival: null,
      wave: null,
    };
    expect(stayWords(position, 72 * HOUR)).toEqual({ text: 'for 3 d of 2 d', over: true });
    expect(stayWords({ ...position, standardMs: null }, HOUR).over).toBe(false);
  });
});

describe('a person without a name', () => {
  it('is called by the company’s number for them, and never by nothing', () => {
    const nobody = { customer: '0123456789abcdef0123', name: null, identifiers: [] };
    expect(titleOf(nobody)).toBe('Customer 0123456789, name unknown');
    expect(titleOf({ ...nobody, identifiers: [{ kind: 'customerId', value: 'C-1', since: 0 }] })).toBe('Customer C-1');
    expect(titleOf({ ...nobody, name: 'Anna' })).toBe('Anna');
  });
});
