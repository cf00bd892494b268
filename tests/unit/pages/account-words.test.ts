import { describe, expect, it } from 'vitest';
import type { AccountMember } from '#lib/contract/account.ts';
import { readFrom } from '../../../src/routes/(console)/a/[account]/account-words.ts';

const members = Array.from({ length: 200 }, (_, i): AccountMember => ({
  customer: String(i),
  name: null,
  number: null,
  segment: null,
  since: 0,
  events: 1,
  lastAt: 0,
  emotion: { label: 'unknown', valence: 0, confidence: 0, since: null, source: null, said: null },
  cases: [],
}));

describe('what is shown of an account', () => {
  it('is said to be of some of its people only, where it is', () => {
    expect(readFrom({ members, count: 200 })).toBeNull();
    expect(readFrom({ members, count: 1350 })).toBe('From the 200 newest of 1,350 people only.');
  });
});
