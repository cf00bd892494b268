import { describe, expect, it } from 'vitest';
import { fieldOf, instantOf, keptInstant } from '#lib/components/instant-field.ts';

const AT = Date.UTC(2026, 10, 20, 14, 32);

describe('A field for date and time', () => {
  it('shows and reads an instant in the zone of the reader', () => {
    expect(instantOf(fieldOf(AT))).toBe(AT);
  });
  it('shows nothing for no instant, and reads none from nothing', () => {
    expect(fieldOf(undefined)).toBe('');
    expect(instantOf('')).toBeUndefined();
  });
  it('left as it was, keeps the seconds that it cannot show', () => {
    const exact = AT + 12_345;
    expect(keptInstant(fieldOf(exact), exact)).toBe(exact);
    expect(keptInstant(fieldOf(AT + 60_000), exact)).toBe(AT + 60_000);
    expect(keptInstant('', exact)).toBeUndefined();
  });
});
