import { describe, expect, it } from 'vitest';
import type { Position } from '#lib/contract/index.ts';
import type { Tracer } from '#server/domain/kernel/sums.ts';
import { Hotspots } from '#server/live/hotspots.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../support/world.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 9, 15, 12);

describe('hotspots', () => {
  it('learn anew what is usual once the past has grown, and not while it stays as it is', async () => {
    const [of] = blueprintsFrom(TEST_JOURNEY).all;
    if (of === undefined) return expect.fail('the test journey has a blueprint');
    const learnt: number[] = [];
    let changes = 1000;
    const sums = {
      get changes() {
        return changes;
      },
      span: () => ({ from: NOW / MINUTE - 60 * 1440, to: NOW / MINUTE }),
      heatBetween: () => new Map(),
      *traceHeat(_of: object, range: { readonly from: number; readonly to: number }, _tracer: Tracer): Generator<undefined> {
        if (range.to < NOW / MINUTE - 1440) learnt.push(changes);
        yield undefined;
      },
    };
    const hot = new Hotspots(
      () => sums,
      () => NOW,
      (fault) => expect.fail(String(fault)),
    );
    const position: Position = { at: NOW, live: false };
    for (changes of [1000, 1005, 400_000, 400_010, 1_200_000, 1_200_500]) await hot.at(of, position, NOW / MINUTE);
    expect(learnt).toEqual([1000, 400_000, 1_200_000]);
  });

  it('that cannot be looked for are told of once, and again where they fail after they were found', async () => {
    const [of] = blueprintsFrom(TEST_JOURNEY).all;
    if (of === undefined) return expect.fail('the test journey has a blueprint');
    const told: unknown[] = [];
    let away: Error | undefined;
    let now = NOW;
    const sums = {
      changes: 1,
      span: () => null,
      heatBetween: () => new Map(),
      *traceHeat(): Generator<undefined> {
        if (away !== undefined) throw away;
        yield undefined;
      },
    };
    const hot = new Hotspots(
      () => sums,
      () => now,
      (fault) => told.push(fault),
    );
    const [first, second] = [new Error('first'), new Error('second')];
    for (away of [first, first, undefined, second]) {
      hot.latest(of, { at: now, live: true }, now / MINUTE);
      await hot.at(of, { at: now, live: true }, now / MINUTE).catch(() => undefined);
      now += MINUTE;
    }
    expect(told).toEqual([first, second]);
  });
});
