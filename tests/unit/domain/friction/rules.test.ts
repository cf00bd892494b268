import { describe, expect, test } from 'vitest';
import { frictionFile } from '#lib/contract/index.ts';
import type { FrictionFile } from '#lib/contract/index.ts';
import { frictionHistory, rulesOf } from '#server/domain/friction/rules.ts';
import { DEFAULT_WEIGHTS } from '#server/domain/friction/severity.ts';
import { readFriction, unknownNames } from '#server/friction/read.ts';
import { blueprintsFrom, TEST_JOURNEY } from '../../../support/world.ts';

const [blueprint] = blueprintsFrom(TEST_JOURNEY.replace('correlation:', 'weights: {transfer: 0.5, error: 0.6}\ncorrelation:')).all;
if (blueprint === undefined) throw new Error('the test journey is a journey');
const read = (file: object): FrictionFile => frictionFile.parse({ version: 1, ...file });

describe('what friction is judged by', () => {
  test('is the default, with what the journey file says in its place, where nothing was published', () => {
    expect(blueprint.friction.version).toBe(0);
    expect(blueprint.friction.weights).toEqual({ ...DEFAULT_WEIGHTS, transfer: 0.5, error: 0.6 });
  });

  test('a narrower scope goes before a wider one: file, journey file, journey, segment', () => {
    const file = read({
      weights: { transfer: 0.1, wait: 0.1, reopen: 0.1 },
      tolerance: { wait: 2 },
      journeys: {
        test: {
          weights: { error: 0.2 },
          waits: { call: '60s' },
          segments: { business: { weights: { reopen: 0.9 }, dwell: { order: { median: '1h', mad: 0.3 } } } },
        },
      },
    });
    const rules = rulesOf(blueprint.file, null, file);
    expect(rules.weights).toMatchObject({ wait: 0.1, transfer: 0.5, error: 0.2, reopen: 0.1, abandon: DEFAULT_WEIGHTS.abandon });
    expect(rules).toMatchObject({ version: 1, tolerance: { wait: 2, dwell: 2 }, waits: { call: 60_000 }, dwell: {}, kappa: null });
    const business = rulesOf(blueprint.file, 'business', file);
    expect(business.weights).toMatchObject({ error: 0.2, reopen: 0.9 });
    expect(business).toMatchObject({ waits: { call: 60_000 }, dwell: { order: { medianMs: 3_600_000, mad: 0.3 } } });
    expect(rulesOf(blueprint.file, 'home', file)).toEqual(rules);
  });

  test('a visit keeps the version that held when it began; of two that hold, the higher', () => {
    const history = frictionHistory([
      { file: read({ version: 2, weights: { transfer: 0.2 }, journeys: { test: { weights: { transfer: 0.2 } } } }), from: 2000 },
      { file: read({ version: 3, weights: { wait: 0.3 } }), from: 1000 },
      { file: read({ version: 1 }), from: 500 },
    ]);
    expect([0, 500, 1000, 2000, 5000].map((at) => history.versionAt(at)?.file.version)).toEqual([undefined, 1, 3, 3, 3]);
    expect(history.rulesFor(blueprint, 'home', 0)).toBe(blueprint.friction);
    expect(history.rulesFor(blueprint, 'home', 2000)).toMatchObject({ version: 3, weights: { wait: 0.3, transfer: 0.5 } });
    expect(history.rulesFor(blueprint, 'home', 2000)).toBe(history.rulesFor(blueprint, 'shop', 9000));
  });
});

describe('a configuration file', () => {
  test('is refused with line, field and reason', () => {
    const reading = readFriction('version: 1\nweights:\n  transfer: 1.5\n  waiting: 0.2\n');
    if (reading.ok) throw new Error('it is no configuration');
    expect(reading.problems.map(({ line, field }) => `${line} ${field}`)).toEqual(['3 weights.transfer', '4 weights.waiting']);
    expect(readFriction('version: 1\nhalf: {transfer: 0}')).toMatchObject({ ok: true });
    expect(readFriction('version: 1\nhalf:\n  wait: 0')).toEqual({
      ok: false,
      problems: [{ line: 3, field: 'half.wait', message: 'must be more than 0: it is measured, not counted' }],
    });
  });

  test('names what no published journey has', () => {
    const file = read({
      journeys: { test: { waits: { nobody: '1m', call: '1m' }, dwell: { nowhere: { median: '1h', mad: 1 } } }, lost: {} },
    });
    expect(unknownNames(file, [blueprint])).toEqual(['stage nowhere of test', 'touchpoint nobody of test', 'journey lost']);
  });
});
