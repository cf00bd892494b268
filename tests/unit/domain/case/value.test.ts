import { describe, expect, it } from 'vitest';
import { valueTold } from '#server/domain/case/value.ts';

describe('what a case is worth', () => {
  it('is an amount with its currency, under any of the usual names, the most telling first', () => {
    expect(valueTold({ attributes: { value: 958.8, currency: 'EUR' } })).toEqual([958.8, 'EUR']);
    expect(valueTold({ attributes: { total: 12, revenue: 10, currency: 'USD' } })).toEqual([10, 'USD']);
    expect(valueTold({ attributes: { value: 0, currency: 'CHF' } })).toEqual([0, 'CHF']);
  });
  it('is unknown, not nothing, where no amount is told, or not of what currency, or what is no amount', () => {
    for (const attributes of [
      undefined,
      {},
      { value: 10 },
      { value: 10, currency: 'euro' },
      { value: '10', currency: 'EUR' },
      { value: -1, currency: 'EUR' },
      { value: 1e15, currency: 'EUR' },
      { value: NaN, currency: 'EUR' },
    ])
      expect(valueTold({ ...(attributes === undefined ? {} : { attributes }) })).toBeNull();
  });
});
