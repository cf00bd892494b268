import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '#server/cli/bench/children.ts';

describe('the product that is measured', () => {
  it('is started with the words that npm start gives to Node', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: { readonly start: string } };
    expect(scripts.start).toBe(`node ${NODE_FLAGS.join(' ')} server/cli/start.mjs`);
  });
});
