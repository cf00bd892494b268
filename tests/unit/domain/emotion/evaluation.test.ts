import { describe, expect, test } from 'vitest';
import { evaluate, mcNemar } from '#server/domain/emotion/evaluation.ts';

const said = (right: 'a' | 'b' | 'c', answered: 'a' | 'b' | 'c', confidence: number | null = 0.5) => ({ right, answered, confidence });

describe('figures of an evaluation', () => {
  test('are those of the textbook', () => {
    const { accuracy, macroF1, classes, confusion } = evaluate(
      [said('a', 'a'), said('a', 'a'), said('a', 'b'), said('b', 'b'), said('b', 'a'), said('b', 'b')],
      ['a', 'b', 'c'],
    );
    expect(accuracy).toBeCloseTo(4 / 6);
    expect(classes[0]).toMatchObject({ label: 'a', count: 3, precision: 2 / 3, recall: 2 / 3 });
    expect(confusion).toEqual([
      [2, 1, 0],
      [1, 2, 0],
      [0, 0, 0],
    ]);
    // c occurs nowhere in the labels and does not count
    expect(macroF1).toBeCloseTo(2 / 3);
  });

  test('a class that is answered and never right costs F1 where it occurs in the labels', () => {
    expect(evaluate([said('a', 'a'), said('b', 'a')], ['a', 'b', 'c']).macroF1).toBeCloseTo((2 / 3 + 0) / 2);
  });

  test('says how far off answers as right as they say would be by chance: much on few texts, little on many', () => {
    const few = Array.from({ length: 130 }, (_, i) => said('a', 'a', 0.4 + (i % 60) / 100));
    const many = Array.from({ length: 13_000 }, (_, i) => said('a', 'a', 0.4 + (i % 60) / 100));
    const [small, large] = [few, many].map((all) => evaluate(all, ['a', 'b', 'c']).calibrationByChance);
    expect(small?.mean).toBeGreaterThan(0.06);
    expect(small?.most).toBeGreaterThan(small?.mean ?? 1);
    expect(large?.most).toBeLessThan(0.02);
    expect(evaluate([said('a', 'a', null)], ['a']).calibrationByChance).toEqual({ mean: 0, most: 0 });
    expect(evaluate(few, ['a', 'b', 'c']).calibrationByChance).toEqual(small);
  });

  test('calibration is perfect where 50 % sure is right every second time, and counts only answers that say how sure they are', () => {
    expect(evaluate([said('a', 'a'), said('a', 'b')], ['a', 'b', 'c']).calibrationError).toBeCloseTo(0);
    expect(evaluate([said('a', 'a', 0.9), said('a', 'b', 0.9)], ['a', 'b', 'c']).calibrationError).toBeCloseTo(0.4);
    expect(evaluate([said('a', 'a', 1), said('a', 'b', null)], ['a', 'b', 'c']).calibrationError).toBeCloseTo(0);
  });

  test('McNemar: 10 against 0 is no chance, 5 against 5 is, and many follow the normal curve', () => {
    expect(mcNemar(0, 10)).toBeCloseTo(2 / 1024, 6);
    expect(mcNemar(5, 5)).toBe(1);
    expect(mcNemar(0, 0)).toBe(1);
    // chi-squared with correction: (|40-20|-1)^2/60 = 6.0167, one degree of freedom
    expect(mcNemar(40, 20)).toBeCloseTo(0.01417, 4);
  });
});
