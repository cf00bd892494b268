import { describe, expect, it } from 'vitest';
import type { Comparison } from '#lib/contract/comparison.ts';
import { pointsOf, whenText } from '../../../src/routes/(console)/funnel/comparison-words.ts';

const side = { entered: 100, converted: 30 };
const one: Comparison = { these: side, others: side, answer: 'open', difference: 0.0423, low: -0.011, high: 0.0961, days: 9 };

describe('a comparison in words', () => {
  it('is in signed percentage points', () => {
    expect(pointsOf(one)).toEqual({ difference: '+4.2', low: '−1.1', high: '+9.6' });
    expect(pointsOf({ ...one, low: -0.25 }).low).toBe('−25.0');
    expect(pointsOf({ ...one, difference: 0 }).difference).toBe('±0');
  });
  it('never shows a bound of 0 beside a verdict', () => {
    expect(pointsOf({ ...one, answer: 'more', low: 0.0003 }).low).toBe('+0.03');
    expect(pointsOf({ ...one, low: 0.0003 }).low).toBe('±0');
  });
  it('says when an answer could come only while there is none, and promises nothing', () => {
    expect(whenText(one)).toBe('At this rate it shows in about 9 days; nobody can promise it.');
    expect(whenText({ ...one, days: 1 })).toContain('about 1 day;');
    expect(whenText({ ...one, days: 731 })).toContain('more than two years');
    expect(whenText({ ...one, days: null })).toContain('never');
    expect(whenText({ ...one, answer: 'less', days: null })).toBeNull();
    expect(whenText({ ...one, answer: 'few', days: null })).toBeNull();
  });
});
