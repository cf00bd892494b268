import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigitReader, DigitWriter } from '#server/domain/kernel/digits.ts';

const WIDEST = 2 ** 52;

describe('integers as digits', () => {
  it('come back as they were written, up to the widest', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.integer({ min: -WIDEST, max: WIDEST - 1 })), { maxLength: 2000 }), (values) => {
        const writer = new DigitWriter();
        for (const value of values) writer.write(value);
        const text = writer.toString();
        expect(text).toMatch(/^[0-o]*$/);
        const reader = new DigitReader(text);
        expect(values.map(() => reader.read())).toEqual(values);
        expect(reader.done).toBe(true);
      }),
    );
  });

  it('take one character where they are small', () => {
    const writer = new DigitWriter();
    for (const value of [0, 1, -1, 15, -16]) writer.write(value);
    expect(writer.toString()).toHaveLength(5);
  });

  it('read as zero behind the end', () => {
    expect(new DigitReader('').read()).toBe(0);
    expect(new DigitReader('o').read()).toBe(0);
  });
});
