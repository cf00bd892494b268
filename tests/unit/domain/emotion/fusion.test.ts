import { describe, expect, test } from 'vitest';
import { EMOTIONS } from '#lib/contract/index.ts';
import { fuse, labelEvidence, surveyEvidence, type Evidence } from '#server/domain/emotion/fusion.ts';
import { readVectors } from '../../../support/vectors.ts';

const HOUR_MS = 3_600_000;
const now = Date.UTC(2026, 2, 1, 12);
const { fusion } = readVectors();

const inputs: readonly Evidence[] = fusion.inputs.map((input) => ({
  source: input.kind,
  at: now - input.age * HOUR_MS,
  reliability: input.rel,
  confidence: input.conf,
  halfLifeHours: input.half,
  classes: input.p,
  ...(input.v === undefined ? {} : { valence: input.v }),
}));
const oldSurvey = inputs.slice(1, 2).map((item) => ({ ...item, at: now - 60 * 24 * HOUR_MS }));

describe('the current emotion', () => {
  test('counts classes in the order the numbers were made for', () => {
    expect(fusion.classes).toEqual(EMOTIONS);
  });

  test.each(fusion.cases)('of $ev is $label', ({ ev, weight, valence, label, p, confidence }) => {
    const evidence = ev.flatMap((which) => (typeof which === 'number' ? inputs.slice(which, which + 1) : oldSurvey));
    const fused = fuse(evidence, now);
    expect(fused.weight).toBeCloseTo(weight, 4);
    expect(fused.valence).toBeCloseTo(valence, 4);
    expect(fused.confidence).toBeCloseTo(confidence, 4);
    expect(fused.label).toBe(label);
    p.forEach((share, k) => expect(fused.classes[k]).toBeCloseTo(share, 4));
  });

  test('names the evidence behind it, and none where it is unknown', () => {
    expect(fuse(inputs, now)).toMatchObject({ source: 'text', since: inputs[3]?.at });
    expect(fuse([], now)).toMatchObject({ source: null, since: null });
  });

  test('does not depend on the order in which evidence is listed', () => {
    expect(fuse(inputs.toReversed(), now)).toEqual(fuse(inputs, now));
  });

  test('at a past instant knows nothing of what came later', () => {
    expect(fuse(inputs, now - 2 * HOUR_MS)).toEqual(fuse(inputs.slice(1, 2), now - 2 * HOUR_MS));
  });

  test('behaviour is not superseded by words, nor words by behaviour', () => {
    const hard = inputs.filter(({ source }) => source === 'behaviour');
    const text = labelEvidence('text', { label: 'satisfied', valence: 0.6, confidence: 0.8 }, now);
    expect(fuse([...hard, text], now).weight).toBeCloseTo(fuse(hard, now).weight + fuse([text], now).weight, 12);
  });

  test('one modest reading is enough to show its own label, never neutral', () => {
    for (const label of EMOTIONS) {
      const reading = labelEvidence('text', { label, valence: 0, confidence: 0.4 }, now);
      expect(fuse([reading], now).label).toBe(label);
    }
  });

  test('an agent’s code weighs .9 and keeps for a day', () => {
    const coded = labelEvidence('agent', { label: 'anxious', valence: -0.5, confidence: 1 }, now - 24 * HOUR_MS);
    expect(fuse([coded], now).weight).toBeCloseTo(0.45, 12);
  });

  test('stars keep longer than an answer about one contact', () => {
    expect(surveyEvidence({ kind: 'stars', valence: -1 }, now).halfLifeHours).toBe(72);
    expect(surveyEvidence({ kind: 'csat', valence: -1 }, now).halfLifeHours).toBe(24);
  });
});
