import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';

/** Monday, 2 March 2026. */
const START = Date.UTC(2026, 2, 2, 9);
const DAY = 86_400_000;

describe('a stretch of time that ends before it begins', () => {
  it('is refused by whatever takes one, with the field, and never answered by zeros', async () => {
    await using app = await startTestApp({ now: START });
    const refusalOf = async (path: string, input: object): Promise<readonly unknown[]> => {
      const query = encodeURIComponent(JSON.stringify(input));
      const answer = await fetch(`${app.address}/api/trpc/${path}?input=${query}`);
      const { error } = (await answer.json()) as {
        readonly error?: { readonly message: string; readonly data: { readonly problems: unknown } };
      };
      return [answer.status, error?.message, error?.data.problems];
    };
    const asks = { journey: 'test', from: START - DAY, to: START - 2 * DAY };
    const late = [400, 'from: lies after to', [{ path: ['from'], message: 'lies after to' }]];
    const names = ['funnel.get', 'heat.get', 'promises.get', 'standing.get', 'factors.impact', 'queue.recoveries'];
    expect(await Promise.all(names.map((name) => refusalOf(name, asks)))).toEqual(names.map(() => late));
    const list = `funnel?journey=test&what=entered&from=${asks.from}&to=${asks.to}`;
    expect(await refusalOf('cases.list', { list })).toEqual(late);

    const saidOf = async (path: string, input: object): Promise<unknown> => (await refusalOf(path, { journey: 'test', ...input }))[1];
    expect(await saidOf('funnel.get', { from: START + DAY })).toBe('from: lies in the future');
    // A clock that runs a little ahead is nothing to be refused for.
    expect(await saidOf('funnel.get', { from: START + 60_000 })).toBeUndefined();
    expect(await saidOf('heat.get', { from: START - DAY })).toBe('to: is missing: a stretch of time has an end');
    expect(await saidOf('heat.get', { from: START - 200 * DAY, to: START - DAY })).toBe('from: lies more than 92 days before to');
  });
});
