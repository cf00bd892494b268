import { describe, expect, it } from 'vitest';
import { Turns } from '#server/projector/turns.ts';

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; readonly end: () => void; readonly begun: () => boolean } {
  let end = (): void => undefined;
  let begun = false;
  const over = new Promise<void>((resolve) => (end = resolve));
  return {
    work: () => {
      begun = true;
      return over;
    },
    end: () => end(),
    begun: () => begun,
  };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('let so many begin at once, and the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const works = [held(), held(), held(), held()];
    const all = works.map(({ work }) => turns.take(work));
    const begun = (): boolean[] => works.map((one) => one.begun());
    await settle();
    expect(begun()).toEqual([true, true, false, false]);
    works[1]?.end();
    await settle();
    expect(begun()).toEqual([true, true, true, false]);
    works[0]?.end();
    await settle();
    expect(begun()).toEqual([true, true, true, true]);
    for (const one of works) one.end();
    await Promise.all(all);
  });

  it('pass on when work fails, and give what it gives', async () => {
    const turns = new Turns(1);
    const failing = turns.take(() => Promise.reject(new Error('the store is away')));
    const next = turns.take(() => Promise.resolve(7));
    await expect(failing).rejects.toThrow('the store is away');
    expect(await next).toBe(7);
    expect(await turns.take(() => Promise.resolve(8))).toBe(8);
  });
});
