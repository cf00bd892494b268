import { describe, expect, it } from 'vitest';
import { PRESENCES } from '#lib/contract/index.ts';
import { baselineOf, demandOf, weeksBefore } from '#server/domain/silence/baseline.ts';
import { loudnessOf, presenceOf } from '#server/domain/silence/presence.ts';
import { PRESENCE_ICONS, expectedWords } from '#lib/components/presence-words.ts';
import { presence as presenceName } from '#messages/words.ts';

const usual = { planned: true, down: false, baseline: null, planCount: null, demand: 1 } as const;
const steady = (expected: number): { expected: number; phi: number } => ({ expected, phi: 1 });

describe('the seven pictures', () => {
  it.each([
    ['value', { ...usual, observed: 12, baseline: steady(12) }],
    ['few', { ...usual, observed: 3, baseline: steady(4) }],
    ['zero', { ...usual, observed: 0, baseline: steady(1) }],
    ['zero', { ...usual, observed: 0 }],
    ['quiet', { ...usual, observed: 0, baseline: steady(3.5) }],
    ['silent', { ...usual, observed: 0, baseline: steady(40) }],
    ['silent', { ...usual, observed: 3, baseline: steady(12) }],
    ['source_down', { ...usual, observed: 0, baseline: steady(40), down: true }],
    ['not_planned', { ...usual, observed: 0, planned: false }],
    // Nobody knows whether a source is well that has never been heard of.
    ['zero', { ...usual, observed: 0, planCount: 40, heard: false }],
  ] as const)('%s', (presence, input) => {
    expect(presenceOf(input).presence).toBe(presence);
  });

  it('show a number where there is enough for one, and say beside it that it is quieter than usual', () => {
    expect(presenceOf({ ...usual, observed: 80, baseline: steady(100) })).toMatchObject({ presence: 'value', hush: 'quiet' });
    expect(presenceOf({ ...usual, observed: 80, baseline: { expected: 100, phi: 3 } })).toMatchObject({ presence: 'value', hush: null });
  });

  it.each([
    ['value', { observed: 12, baseline: steady(12) }],
    ['few', { observed: 3, baseline: steady(4) }],
    ['quiet', { observed: 80, baseline: steady(100) }],
    ['silent', { observed: 2, baseline: steady(12) }],
    ['source_down', { observed: 2, baseline: steady(12), down: true }],
    ['source_down', { observed: 60, baseline: steady(100), down: true }],
    // It went down only after everything had come that was to come.
    ['value', { observed: 12, baseline: steady(12), down: true }],
    ['few', { observed: 2, down: true }],
  ] as const)('say %s of a touchpoint whose number stands beside it', (presence, input) => {
    expect(loudnessOf({ ...usual, ...input }).presence).toBe(presence);
  });

  it.each([
    ['source_down', { observed: 0, baseline: steady(40) }],
    ['few', { observed: 3, baseline: steady(12) }],
    ['value', { observed: 60, baseline: steady(100) }],
  ] as const)('call nothing silent while one of its sources is down, which may be why: %s', (presence, input) => {
    expect(presenceOf({ ...usual, ...input }).hush).toBe('silent');
    expect(presenceOf({ ...usual, ...input, partlyDown: true })).toMatchObject({ presence, hush: null, p: null });
  });

  it('are as ever where one of two sources is down and as much came as usual', () => {
    for (const input of [{ observed: 12, baseline: steady(12) }, { observed: 0, baseline: steady(1) }, { observed: 0 }])
      expect(presenceOf({ ...usual, ...input, partlyDown: true })).toEqual(presenceOf({ ...usual, ...input }));
  });

  it('go by the journey file where no earlier weeks are known, and by the weeks where they are', () => {
    expect(presenceOf({ ...usual, observed: 0, planCount: 10 })).toMatchObject({ presence: 'silent', basis: 'blueprint', expected: 10 });
    expect(presenceOf({ ...usual, observed: 0, planCount: 10, baseline: steady(0) })).toMatchObject({ presence: 'zero', basis: 'weeks' });
  });

  it.each([
    ['not_planned', { observed: 0, planCount: 40 }],
    ['not_planned', { observed: 0, baseline: steady(40) }],
    ['not_planned', { observed: 0, baseline: steady(40), down: true }],
    ['few', { observed: 2, baseline: steady(40) }],
    ['value', { observed: 12, baseline: steady(40) }],
  ] as const)('never call a place silent that is closed: %s', (presence, input) => {
    const closed = { ...usual, ...input, open: 0 };
    expect(presenceOf(closed)).toMatchObject({ presence, hush: null, expected: 0, open: 0 });
    expect(loudnessOf(closed).presence).toBe(presence);
    expect(expectedWords(presenceOf(closed))).toBe('closed at this time: nobody works here then, by the journey file');
  });

  it('expect less than in earlier weeks where fewer hours are worked', () => {
    const half = presenceOf({ ...usual, observed: 9, baseline: steady(20), open: 0.5 });
    expect(half).toMatchObject({ presence: 'value', expected: 10, hush: null });
    expect(expectedWords(half)).toBe('about 10 expected: less than at the same time in earlier weeks, as fewer hours are worked');
    expect(presenceOf({ ...usual, observed: 9, baseline: steady(20) }).hush).toBe('silent');
  });

  it('expect less where fewer came into the stage before', () => {
    expect(presenceOf({ ...usual, observed: 5, baseline: steady(20) }).hush).toBe('silent');
    expect(presenceOf({ ...usual, observed: 5, baseline: steady(20), demand: demandOf(30, 120) })).toMatchObject({
      expected: 5,
      demand: 0.25,
      hush: null,
    });
    expect(demandOf(3, 10)).toBe(1);
    expect(demandOf(0, 100)).toBe(0.25);
  });

  it('never call silent what is as loud as in earlier weeks, however many more came into the stage before', () => {
    const busy = { ...usual, observed: 184, baseline: steady(164), demand: demandOf(212, 100) };
    expect(presenceOf(busy)).toMatchObject({ expected: 164, demand: 1, hush: null });
    expect(presenceOf({ ...busy, observed: 100 })).toMatchObject({ expected: 164, hush: 'silent' });
  });

  it('say of what is expected why it is less than in earlier weeks', () => {
    const words = (demand: number) => expectedWords(presenceOf({ ...usual, observed: 50, baseline: steady(164), demand }));
    expect(words(1)).toMatch(/^about 164 expected, going by the same time in earlier weeks;/);
    expect(words(0.25)).toBe(
      'about 41 expected: 25\u00a0% of about 164 at the same time in earlier weeks, as fewer than usual came into the stage before',
    );
    expect(presenceOf({ ...usual, observed: 5, planCount: 20, demand: 0.25 })).toMatchObject({ expected: 20, demand: 1 });
  });

  it('have a word and a drawing of their own each', () => {
    expect(new Set(PRESENCES.map((p) => presenceName(p))).size).toBe(7);
    expect(new Set(PRESENCES.map((p) => PRESENCE_ICONS[p])).size).toBe(7);
  });
});

describe('what is usual', () => {
  it('is the median of the weeks, which one strange week does not move, and their spread', () => {
    expect(baselineOf([10, 12, 11, 9, 10, 13, 10, 400])?.expected).toBe(10.5);
    expect(baselineOf([10, 10, 10, 10])).toEqual({ expected: 10, phi: 0 });
    const restless = baselineOf([0, 20, 4, 16]);
    expect(restless?.phi).toBeGreaterThan(1.5);
  });

  it('is not known from fewer than three weeks', () => {
    expect(baselineOf([10, 12])).toBeNull();
    expect(baselineOf([10, 12, 14])).toEqual({ expected: 12, phi: 1 });
  });

  it('is looked up at the same local time, across the day on which the clock changes', () => {
    // Monday, 26 October 2026, 09:00 in Berlin: the day after the clock went back
    const monday = Date.parse('2026-10-26T09:00:00+01:00') / 60_000;
    const weeks = weeksBefore(monday, 'Europe/Berlin', 2).map((minute) => new Date(minute * 60_000).toISOString());
    expect(weeks).toEqual(['2026-10-19T07:00:00.000Z', '2026-10-12T07:00:00.000Z']);
  });
});
