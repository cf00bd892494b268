import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { packing } from '#server/domain/kernel/packing.ts';

const blank = () => ({
  ...{ a: 0, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0, h: 0, i: 0, j: 0, k: 0, l: 0, m: 0, n: '' },
  ...{ o: 0, p: 0, q: 0, r: 0, s: 0, t: 0, u: 0, v: 0, w: 0, x: 0, y: 0, z: null },
});

describe('a record that is packed', () => {
  it('comes back as it was, without the names of its fields in between', () => {
    const letters = packing(blank);
    const packed = letters.pack({ ...blank(), b: 2, n: 'n' });
    expect(packed).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'n', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null]);
    expect(letters.unpack(packed)).toEqual({ ...blank(), b: 2, n: 'n' });
  });

  it('comes back as an object with fields, which the engine has not turned into a table, however many there are', () => {
    setFlagsFromString('--allow-natives-syntax');
    const hasFields = runInThisContext('(record) => %HasFastProperties(record)') as (record: object) => boolean;
    const letters = packing(blank);
    const packed = letters.pack(blank());
    for (let i = 0; i < 100; i++) expect(hasFields(letters.unpack(packed))).toBe(true);
  });
});
