import { describe, expect, it } from 'vitest';
import { CustomerNames } from '#lib/components/customer-names.svelte.ts';
import { MOST_NAMES } from '#lib/contract/index.ts';

const called = (customer: string) => ({ customer, name: `Name of ${customer}`, number: null });

describe('what customers on a list are called', () => {
  it('is asked for once each, so many at a time', async () => {
    const asked: string[][] = [];
    const names = new CustomerNames(({ customers }) => {
      asked.push(customers);
      return Promise.resolve(customers.map(called));
    });
    const many = Array.from({ length: MOST_NAMES + 1 }, (_, i) => `c${i}`);
    await names.ask([...many, 'c0']);
    await names.ask(['c1', 'new']);
    expect(asked.map(({ length }) => length)).toEqual([MOST_NAMES, 1, 1]);
    expect(names.of('c60')?.name).toBe('Name of c60');
    expect(names.of('stranger')).toBeUndefined();
  });
  it('leaves the list as it is where it cannot be asked for, and is asked again', async () => {
    let fails = true;
    const names = new CustomerNames(({ customers }) =>
      fails ? Promise.reject(new Error('away')) : Promise.resolve(customers.map(called)),
    );
    await names.ask(['a']);
    expect(names.of('a')).toBeUndefined();
    fails = false;
    await names.ask(['a']);
    expect(names.of('a')?.name).toBe('Name of a');
  });
});
