import { describe, expect, test } from 'vitest';
import { silenceOf } from '#server/domain/silence/silence.ts';
import { readVectors } from '../../../support/vectors.ts';

const { silence } = readVectors();

describe('silence', () => {
  test.each(silence)('$observed of $expected', ({ expected, observed, pLower, gap, nbPhi3 }) => {
    const poisson = silenceOf({ expected, observed, heartbeat: true });
    expect(poisson.p / pLower).toBeCloseTo(1, 3);
    expect(poisson.gap).toBeCloseTo(gap, 4);
    expect(silenceOf({ expected, observed, phi: 3, heartbeat: true }).p / nbPhi3).toBeCloseTo(1, 3);
  });

  test.each([
    [12, 3, 'silent', 'quiet'],
    [4, 1, 'normal', 'normal'],
    [40, 0, 'silent', 'silent'],
    [100, 80, 'quiet', 'normal'],
    [2, 0, 'not_testable', 'not_testable'],
  ] as const)('%d expected, %d seen: %s, with a restless baseline %s', (expected, observed, state, restless) => {
    expect(silenceOf({ expected, observed, heartbeat: true }).state).toBe(state);
    expect(silenceOf({ expected, observed, phi: 3, heartbeat: true }).state).toBe(restless);
  });

  test('a source that is down is never called silent', () => {
    for (const { expected, observed } of silence) expect(silenceOf({ expected, observed, heartbeat: false }).state).toBe('source_down');
  });

  test('a slightly restless baseline is still judged as Poisson', () => {
    expect(silenceOf({ expected: 12, observed: 3, phi: 1.5, heartbeat: true })).toEqual(
      silenceOf({ expected: 12, observed: 3, heartbeat: true }),
    );
  });

  test('more than expected is normal, with a gap below 0', () => {
    const more = silenceOf({ expected: 10, observed: 30, heartbeat: true });
    expect(more.state).toBe('normal');
    expect(more.gap).toBeLessThan(0);
  });
});
