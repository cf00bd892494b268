import { describe, expect, it } from 'vitest';
import { timesUsual, timesUsualShort } from '#lib/components/hotspot-words.ts';

describe('how many times the usual a hotspot is', () => {
  it('is said with one decimal up to twenty', () => {
    expect(timesUsual(2.34)).toBe('2.3 × the usual');
    expect(timesUsualShort(20)).toBe('20 × usual');
  });

  it('is only said to be more beyond that: where hardly anything is usual, a few visits are any multiple of it', () => {
    expect(timesUsual(1170.2)).toBe('more than 20 × the usual');
    expect(timesUsualShort(20.5)).toBe('> 20 × usual');
  });
});
