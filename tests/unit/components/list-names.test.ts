import { describe, expect, it } from 'vitest';
import { parseList } from '#lib/contract/index.ts';

describe('the name of a list', () => {
  it.each(['funnel', 'promise', 'delay', 'state', 'way'])('can be of any version that a journey file may have: %s', (of) => {
    const rest = { funnel: 'what=dropped', promise: 'what=made', delay: 'from=0', state: 'state=open&where=here', way: 'what=cases' }[of];
    expect(parseList(`${of}?journey=loan&version=20261127&${rest ?? ''}`)).toMatchObject({ of, version: 20_261_127 });
  });
});
