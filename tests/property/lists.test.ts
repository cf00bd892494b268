import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListRow } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { PageOfRows, formatCursor, parseCursor } from '#server/projector/lists/page.ts';
import type { ListCursor } from '#server/projector/lists/page.ts';
import { scan } from '#server/projector/lists/scan.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
  redis = await connect({ socketPath: server.socketPath });
});
afterAll(async () => {
  redis.destroy();
  await server.stop();
});

const row = fc.record({
  customer: fc.constantFrom('a', 'b', 'c'),
  caseId: fc.constantFrom('x', 'y'),
  at: fc.integer({ min: 0, max: 4 }),
  stage: fc.constantFrom('s', 't'),
  channel: fc.constant('web' as const),
  segment: fc.constant(''),
  friction: fc.constantFrom(null, 0, 10.5, 80),
  valence: fc.constant(null),
});

/** Reads a list to its end, page by page, each from the cursor that the page before wrote. */
function read(rows: readonly ListRow[], limit: number): { readonly rows: ListRow[]; readonly counts: number[] } {
  const found: ListRow[] = [];
  const counts: number[] = [];
  for (let cursor: ListCursor | undefined, pages = 0; pages <= rows.length; pages++) {
    const page = new PageOfRows(limit, cursor);
    for (const one of rows) page.add(one);
    counts.push(page.count);
    const { rows: shown, next } = page.page();
    found.push(...shown);
    if (next === null) break;
    cursor = parseCursor(formatCursor({ position: 1, ...next }));
  }
  return { rows: found, counts };
}

describe('the pages of a list', () => {
  it('together are the list: every row once, in order, and every page knows how many there are', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (rows, limit) => {
        const { rows: found, counts } = read(rows, limit);
        const name = (one: ListRow): string => JSON.stringify(one);
        expect(found.map(name).toSorted()).toEqual(rows.map(name).toSorted());
        expect(new Set(counts)).toEqual(new Set([rows.length]));
        const order = found.map((one) => [-(one.friction ?? 0), -one.at] as const);
        expect(order).toEqual(order.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });
});

describe('a stored list', () => {
  it('is read whole, however many of its members have the same score', async () => {
    const runs = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), members: fc.integer({ min: 1, max: 1_400 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 0, max: 4 }), async (groups, from) => {
        await redis.flushAll();
        const members = groups.flatMap(({ score, members: count }, g) =>
          Array.from({ length: count }, (_, i) => ({ score, value: JSON.stringify([g, i]), partition: i % 2 })),
        );
        for (const partition of [0, 1]) {
          const part = members.filter((one) => one.partition === partition).map(({ score, value }) => ({ score, value }));
          if (part.length > 0) await redis.zAdd(keys.list(partition, 'k:j:1'), part);
        }
        const found: string[] = [];
        const blueprint = { journey: 'j', version: 1 } as Blueprint;
        for await (const member of scan<readonly number[]>({ redis, partitions: 2, blueprint, at: 0 }, 'k', { from, to: 5 }))
          found.push(JSON.stringify(member));
        const wanted = members.filter(({ score }) => score >= from && score <= 5).map(({ value }) => value);
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 25 },
    );
  });
});
