import { describe, expect, test } from 'vitest';
import { EMOTIONS } from '#lib/contract/index.ts';
import { CLASS_VALENCE, classesOfValence, labelOfValence } from '#server/domain/emotion/classes.ts';
import { positionOfScore, valenceOfScore } from '#server/domain/emotion/scale.ts';
import { feelingAt, RANKS } from '#server/domain/emotion/visit-feeling.ts';
import { readVectors } from '../../../support/vectors.ts';

const { mapping, fusion, conversation } = readVectors();

describe('a score', () => {
  test.each(mapping.csat5)('csat and stars %d stand at %d', (value, valence) => {
    expect(valenceOfScore({ kind: 'csat', value })).toBeCloseTo(valence, 12);
    expect(valenceOfScore({ kind: 'stars', value })).toBeCloseTo(valence, 12);
  });

  test.each(mapping.ces7)('ease %d stands at %d and counts .6 of it', (value, position) => {
    expect(positionOfScore({ kind: 'ces', value })).toBeCloseTo(position, 12);
    expect(valenceOfScore({ kind: 'ces', value })).toBeCloseTo(0.6 * position, 12);
  });

  test.each(mapping.nps)('recommendation %d stands at %d', (value, valence) => {
    expect(valenceOfScore({ kind: 'nps', value })).toBeCloseTo(valence, 12);
  });

  test('is linear between the points and knows other scales', () => {
    expect(valenceOfScore({ kind: 'nps', value: 4.5 })).toBeCloseTo(-0.475, 12);
    expect(valenceOfScore({ kind: 'csat', value: 10, scale: 10 })).toBe(1);
    expect(valenceOfScore({ kind: 'ces', value: 3, scale: 5 })).toBeCloseTo(0, 12);
    expect(valenceOfScore({ kind: 'nps', value: 60, scale: 100 })).toBeCloseTo(-0.3, 12);
    expect(valenceOfScore({ kind: 'valence', value: 50, scale: 100 })).toBe(0.5);
    expect(valenceOfScore({ kind: 'valence', value: -0.4 })).toBeCloseTo(-0.4, 12);
  });

  test('off its scale is no feeling', () => {
    expect(valenceOfScore({ kind: 'csat', value: 0 })).toBeNull();
    expect(valenceOfScore({ kind: 'csat', value: 9 })).toBeNull();
    expect(valenceOfScore({ kind: 'nps', value: 11 })).toBeNull();
    expect(valenceOfScore({ kind: 'csat', value: 1, scale: 1 })).toBeNull();
    expect(valenceOfScore({ kind: 'stars', value: NaN })).toBeNull();
  });
});

describe('classes', () => {
  test('have the valences the numbers were made for', () => {
    expect(EMOTIONS.map((emotion) => CLASS_VALENCE[emotion])).toEqual(fusion.valence);
  });

  test('of a score are a distribution; two of five reads as the fixture has it', () => {
    for (let v = -1; v <= 1; v += 0.01) expect(classesOfValence(v).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    classesOfValence(-0.5).forEach((p, k) => expect(p).toBeCloseTo(fusion.inputs[1]?.p[k] ?? NaN, 12));
  });

  test('name a score from frustrated to delighted, in that order', () => {
    expect([-1, -0.5, -0.3, 0, 0.2, 0.5, 0.7, 1].map(labelOfValence)).toEqual([
      'frustrated',
      'frustrated',
      'disappointed',
      'neutral',
      'satisfied',
      'satisfied',
      'satisfied',
      'delighted',
    ]);
  });
});

describe('a conversation', () => {
  const saying = (...turns: readonly number[]) => feelingAt(turns.map((valence, at) => [at, RANKS.text, 1000 * valence, 1000, 0]));

  test('is remembered by its end', () => {
    expect((saying(...conversation.turns)?.valence ?? NaN) / 1000).toBeCloseTo(conversation.ewmaHalf2turns, 3);
  });

  test('without a turn is no feeling, and of one is that turn', () => {
    expect(saying()).toBeNull();
    expect(saying(-0.5)?.valence).toBe(-500);
  });
});
