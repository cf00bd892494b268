import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FEWEST_COMPARED, daysToDecide, differenceSequence } from '#server/domain/kernel/difference.ts';
import type { Counted } from '#server/domain/kernel/difference.ts';
import { readVectors } from '../../../support/vectors.ts';

const { sequential } = readVectors();
const counted = (text: string): Counted => {
  const [hits = 0, n = 0] = text.split('/').map(Number);
  return { n, hits };
};

/** Half-width of the ordinary 95 % interval, which holds at one look only. */
function fixedHalf(one: Counted, other: Counted): number {
  const part = ({ n, hits }: Counted): number => ((hits / n) * (1 - hits / n)) / n;
  return 1.959963984540054 * Math.sqrt(part(one) + part(other));
}

/** mulberry32: even numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Two sides that differ in nothing, looked at after every `step` of up to `until` values. */
interface Peeking {
  readonly rate: number;
  readonly step: number;
  readonly until: number;
  /** what the other side had before, and gets no more of; 0: both grow alike */
  readonly before?: number;
  readonly runs: number;
}

/** Share of runs in which some look shows a difference: by the sequence, and by the ordinary interval. */
function falseAlarms({ rate, step, until, before = 0, runs }: Peeking): { readonly sequence: number; readonly ordinary: number } {
  const random = seeded(20_261_126);
  const draw = (n: number): number => Array.from({ length: n }).reduce<number>((hits) => hits + Number(random() < rate), 0);
  const alarms = { sequence: 0, ordinary: 0 };
  for (let run = 0; run < runs; run++) {
    const seen = { sequence: false, ordinary: false };
    let [one, other]: Counted[] = [
      { n: 0, hits: 0 },
      { n: before, hits: draw(before) },
    ];
    while (one !== undefined && other !== undefined && one.n < until) {
      one = { n: one.n + step, hits: one.hits + draw(step) };
      if (before === 0) other = { n: other.n + step, hits: other.hits + draw(step) };
      const found = differenceSequence(one, other);
      seen.sequence ||= found?.decides === true;
      seen.ordinary ||= found !== null && Math.abs(found.difference) > fixedHalf(one, other);
    }
    alarms.sequence += Number(seen.sequence) / runs;
    alarms.ordinary += Number(seen.ordinary) / runs;
  }
  return alarms;
}

describe('a difference of two shares', () => {
  test.each(sequential)('of $treat and $ctrl has the interval that holds at every look', ({ treat, ctrl, diff, ...expected }) => {
    const [one, other] = [counted(treat), counted(ctrl)];
    const found = differenceSequence(one, other);
    expect(found?.difference).toBeCloseTo(diff, 4);
    expect(found?.half.toFixed(4)).toBe(expected.csHalf.toFixed(4));
    expect(fixedHalf(one, other).toFixed(4)).toBe(expected.fixedHalf.toFixed(4));
    expect(found?.decides).toBe(expected.decide);
  });

  it('is not told of few, and certain of nothing where everybody or nobody did it', () => {
    expect(differenceSequence({ n: 0, hits: 0 }, { n: 900, hits: 300 })).toBeNull();
    expect(differenceSequence({ n: FEWEST_COMPARED - 1, hits: 3 }, { n: 900, hits: 300 })).toBeNull();
    const [all, none] = [
      differenceSequence({ n: 20, hits: 20 }, { n: 20, hits: 0 }),
      differenceSequence({ n: 99, hits: 0 }, { n: 99, hits: 0 }),
    ];
    expect(all).toMatchObject({ difference: 1, high: 1, decides: false });
    expect(none?.half).toBeGreaterThan(0);
    expect(differenceSequence({ n: 500, hits: 0 }, { n: 500, hits: 100 })?.decides).toBe(true);
  });

  it('has an interval around it that is the same from both sides, never without width, and wider than one for a single look', () => {
    const side = fc.integer({ min: FEWEST_COMPARED, max: 100_000 }).chain((n) => fc.record({ n: fc.constant(n), hits: fc.nat(n) }));
    fc.assert(
      fc.property(side, side, (one, other) => {
        const [there, back] = [differenceSequence(one, other), differenceSequence(other, one)];
        if (there === null || back === null) throw new Error('enough on both sides');
        expect(there.half).toBeCloseTo(back.half, 12);
        expect(there.difference).toBeCloseTo(-back.difference, 12);
        expect(there.low).toBeLessThanOrEqual(there.difference);
        expect(there.high).toBeGreaterThanOrEqual(there.difference);
        expect(there.half).toBeGreaterThan(0);
        // At sizes as unequal as 1 to 2,000 the ordinary interval knows of each side's own spread; this one is of both together.
        if (one.n === other.n) expect(there.half).toBeGreaterThan(fixedHalf(one, other));
      }),
    );
  });
});

describe('somebody who looks all day', () => {
  it('is told of a difference between equals in fewer than 5 of 100 cases, where an ordinary interval errs in every third', () => {
    const alarms = falseAlarms({ rate: 0.3, step: 50, until: 5_000, runs: 300 });
    expect(alarms.sequence).toBeLessThan(0.05);
    expect(alarms.ordinary).toBeGreaterThan(0.25);
  });

  test.each([
    ['rare conversions', { rate: 0.02, step: 50, until: 5_000, runs: 200 }],
    ['conversions that hardly ever fail', { rate: 0.98, step: 50, until: 5_000, runs: 200 }],
    ['a new version against a finished one', { rate: 0.3, step: 50, until: 5_000, before: 1_500, runs: 200 }],
    ['a look after every few', { rate: 0.5, step: 5, until: 1_000, runs: 200 }],
  ])('is not misled by %s either', (_, peeking) => {
    expect(falseAlarms(peeking).sequence).toBeLessThan(0.05);
  });
});

describe('days to an answer', () => {
  const [one, other] = [
    { n: 200, hits: 60 },
    { n: 200, hits: 72 },
  ];

  it('are those after which the same difference would decide', () => {
    const days = daysToDecide(one, other, { one: 20, other: 20 });
    const later = (after: number, { n, hits }: Counted): Counted => ({ n: n + 20 * after, hits: (hits * (n + 20 * after)) / n });
    expect(differenceSequence(later(days, one), later(days, other))?.decides).toBe(true);
    expect(differenceSequence(later(0.98 * days, one), later(0.98 * days, other))?.decides).toBe(false);
  });

  it('are none where it decides, and never come without a difference, without anybody new, or where one side stays too small', () => {
    expect(daysToDecide({ n: 300, hits: 72 }, { n: 300, hits: 120 }, { one: 5, other: 5 })).toBe(0);
    expect(daysToDecide(one, { ...other, hits: 60 }, { one: 5, other: 5 })).toBe(Infinity);
    expect(daysToDecide(one, other, { one: 0, other: 0 })).toBe(Infinity);
    expect(daysToDecide(one, other, { one: 1_000, other: 0 })).toBe(Infinity);
    expect(daysToDecide({ n: 3, hits: 1 }, other, { one: 5, other: 5 })).toBe(Infinity);
  });
});
