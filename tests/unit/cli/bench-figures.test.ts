import { expect, test } from 'vitest';
import { atLeast, atMost, machineOf, quantile, recorded, tableOf } from '#server/cli/bench/figures.ts';

test('a gate on a ratio takes the median of the rounds, so that one noisy round decides nothing', () => {
  const rounds = [
    { value: 30, yardstick: 100 },
    { value: 1, yardstick: 100 },
    { value: 26, yardstick: 100 },
  ];
  expect(atLeast('x', 0.25, rounds)).toMatchObject({ ratio: 0.26, passed: true });
  expect(atLeast('x', 0.27, rounds)).toMatchObject({ passed: false });
});

test('what was never measured passes no gate', () => {
  expect(atLeast('x', 0.25, []).passed).toBe(false);
  expect(atMost('x', Number.NaN, 20, '').passed).toBe(false);
  expect(atMost('x', Infinity, 20, '').passed).toBe(false);
});

test('a bound is met exactly at the bound, and not beyond it', () => {
  expect(atMost('x', 20, 20, '').passed).toBe(true);
  expect(atMost('x', 20.01, 20, '').passed).toBe(false);
});

test('the 99th percentile of a hundred values is the 99th, of ten the last', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(quantile(values, 0.99)).toBe(99);
  expect(quantile(values.slice(-10), 0.99)).toBe(10);
  expect(quantile(values, 0.5)).toBe(50);
});

test('the table says the machine, what failed, and what is only recorded', () => {
  const table = tableOf(machineOf('Redis 7'), [recorded('cost', 12.5, 'us', { beside: 5 }), atMost('page', 31, 20, 'with ingest')]);
  expect(table).toMatch(/cores.*Redis 7; load at the start/);
  expect(table).toMatch(/cost +12\.5 us +5\.00 us +250\.0 % +recorded/);
  expect(table).toMatch(/page +31\.0 ms +20\.0 ms +155\.0 % +<= 20 ms +FAIL/);
  expect(table).toMatch(/FAIL: 1 of 1 gates\.\n +page: 31\.0 ms \(155\.0 %\), wanted <= 20 ms$/);
  expect(tableOf(machineOf('Redis 7'), [atMost('page', 3, 20, '')])).toMatch(/PASS: all 1 gates\.$/);
});
