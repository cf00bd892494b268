import { describe, expect, it } from 'vitest';
import type { MergePreview, MergeSide } from '#lib/contract/identity.ts';
import { IdentityState } from '../../../src/routes/(console)/c/[customer]/identity/identity-state.svelte.ts';

type IdentityApi = ConstructorParameters<typeof IdentityState>[0];

const side = (customer: string, ...emails: string[]): MergeSide => ({
  customer, name: null, segment: null, strongest: { kind: 'customerId', value: customer }, events: 1, firstAt: 0, lastAt: 0, openCases: 0, promises: 0,
  identifiers: emails.map((value) => ({ kind: 'email', value })),
}); // prettier-ignore
const previewOf = (...emails: string[]): MergePreview => ({
  stays: side('ada'), moves: side('bob', ...emails), along: [], events: 2, twoNumbers: null, unread: null,
}); // prettier-ignore

describe('a merge that is thought of', () => {
  it('is shown again, and not done, where one of the two has become one with a third meanwhile', async () => {
    let known = previewOf('bob@example.com');
    let merged = 0;
    const identity = new IdentityState(
      {
        preview: { query: () => Promise.resolve(known) },
        merge: {
          mutate: () => {
            merged++;
            return Promise.resolve({ customer: 'ada' });
          },
        },
        explain: { query: () => Promise.resolve({}) },
      } as unknown as IdentityApi,
      'ada',
    );
    await identity.consider('bob');
    known = previewOf('bob@example.com', 'zoe@example.com');
    expect(await identity.merge('bob', 'the same voice')).toBeNull();
    expect([merged, identity.preview, identity.problem]).toEqual([0, known, 'Somebody else was faster. Look again before you go on.']);
    expect(await identity.merge('bob', 'the same voice')).toBe('ada');
    expect(merged).toBe(1);
  });
});
