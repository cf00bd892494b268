import { expect, it } from 'vitest';
import type { QuarantineGroup } from '#lib/contract/index.ts';
import { startTestApp } from '../../support/app.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const MOST = 20_000;

it('Events beyond what one person can have are put aside where they can be seen, each with its reason', async () => {
  await using app = await startTestApp({ now: NOON });
  const batch = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      id: `e${from + i}`,
      customer: { customerId: 'M' },
      occurredAt: NOON - 60_000 - from - i,
    }));
  for (let from = 0; from < MOST; from += 5000) await app.take(batch(from, from + 5000));
  const groups = () => app.call<readonly QuarantineGroup[]>('sources.quarantine.groups', {});
  expect(await groups()).toEqual([]);
  await app.take(batch(MOST, MOST + 3));
  expect(await groups()).toEqual([expect.objectContaining({ field: 'customer', code: 'too_many_events', count: 3 })]);
});
