import { describe, expect, it } from 'vitest';
import { foldAt } from '#lib/components/long-text.ts';

const word = 'seventeen-letters';

describe('a long text', () => {
  it('is cut behind a word, near what is shown at first, and nothing of it is lost', () => {
    const text = Array.from({ length: 2000 }, () => word).join(' ');
    const end = foldAt(text) ?? 0;
    expect(end).toBeGreaterThan(500);
    expect(end).toBeLessThanOrEqual(600);
    expect(text.slice(0, end).endsWith(word)).toBe(true);
    expect(text.slice(end).startsWith(' ')).toBe(true);
  });
  it('of many short lines shows the first ten', () => {
    const lines = Array.from({ length: 500 }, (_, i) => String(i));
    expect(lines.join('\n').slice(0, foldAt(lines.join('\n')) ?? 0)).toBe(lines.slice(0, 10).join('\n'));
  });
  it('is not folded where that would save next to nothing', () => {
    expect([foldAt(''), foldAt('x'.repeat(800)), foldAt('a\n'.repeat(13))]).toEqual([null, null, null]);
  });
  it('without any space is cut all the same, but never through the middle of a letter', () => {
    expect(foldAt('x'.repeat(5000))).toBe(600);
    const odd = `x${'😀'.repeat(2000)}`;
    expect(foldAt(odd)).toBe(599);
    expect([...odd.slice(0, 599)].slice(1).every((letter) => letter === '😀')).toBe(true);
  });
});
