import fc from 'fast-check';
import { funnelDefinition } from '#lib/contract/index.ts';
import type { FunnelDefinition, FunnelDefinitionInput } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event } from './events.ts';
import type { OracleEvent } from './funnel-oracle.ts';

/** A checked definition from the little that a test wants to say. */
export function funnel(rest: Partial<FunnelDefinitionInput> & Pick<FunnelDefinitionInput, 'steps'>): FunnelDefinition {
  return funnelDefinition.parse({ id: 'test', name: 'Test', windowMs: 10, ...rest });
}

/** A step by the types of its events: `a`, or `a or b`. */
export function step(types: string, rest: Partial<FunnelDefinitionInput['steps'][number]> = {}): FunnelDefinitionInput['steps'][number] {
  return { name: types, any: types.split(' or ').map((type) => ({ type })), ...rest };
}

const letters = fc.constantFrom('a', 'b', 'c', 'd');
const types = fc.oneof(
  { weight: 4, arbitrary: letters },
  { weight: 1, arbitrary: fc.uniqueArray(letters, { minLength: 2, maxLength: 2 }).map((both) => both.join(' or ')) },
);

/** Definitions of every kind that can be saved, over the events a to d and x. @param unit ms of one tick of the generated logs */
export const definitions = (unit = 1): fc.Arbitrary<FunnelDefinition> =>
  fc
    .record({
      steps: fc.array(
        fc.record({
          types,
          optional: fc.nat(3).map((dice) => dice === 0),
          min: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4, nil: undefined }),
          max: fc.option(fc.integer({ min: 3, max: 6 }), { freq: 4, nil: undefined }),
        }),
        { minLength: 2, maxLength: 4 },
      ),
      order: fc.constantFrom('ordered' as const, 'ordered' as const, 'strict' as const, 'any' as const),
      reentry: fc.constantFrom('off' as const, 'after' as const, 'optimised' as const),
      window: fc.integer({ min: 2, max: 14 }),
      exclusion: fc.option(
        fc.record({
          type: fc.constantFrom('x', 'x', 'd'),
          from: fc.nat(2),
          length: fc.integer({ min: 1, max: 3 }),
          effect: fc.constantFrom('remove' as const, 'end' as const),
        }),
        { nil: undefined },
      ),
      hold: fc.nat(4).map((dice) => (dice === 0 ? 'attributes.order' : undefined)),
      breakdowns: fc.subarray([
        { by: 'segment', at: 'first' as const },
        { by: 'segment', at: 'last' as const },
        { by: 'channel', at: 'all' as const },
        { by: 'attributes.order', at: 'step' as const, step: 2, values: ['1'] },
      ]),
    })
    .map(({ steps, order, reentry, window, exclusion, hold, breakdowns }) => {
      const tried = order === 'any' && reentry === 'optimised' ? 'after' : reentry;
      const ordered = order !== 'any';
      const from = Math.min((exclusion?.from ?? 0) + 1, steps.length - 1);
      return funnel({
        order,
        reentry: tried,
        windowMs: window * unit,
        ...(hold === undefined ? {} : { hold }),
        breakdowns,
        exclusions:
          exclusion === undefined
            ? []
            : [{ any: [{ type: exclusion.type }], from, to: Math.min(from + exclusion.length, steps.length), effect: exclusion.effect }],
        steps: steps.map(({ types: names, optional, min, max }, k) =>
          step(names, {
            optional: ordered && optional && k > 0 && k < steps.length - 1,
            ...(ordered && k > 0 && min !== undefined && tried !== 'optimised' ? { minMs: min * unit } : {}),
            ...(ordered && k > 0 && max !== undefined ? { maxMs: max * unit } : {}),
          }),
        ),
      });
    });

/** A log of one customer, in the words of the oracle and in those of the product. */
export interface Log {
  readonly plain: readonly OracleEvent[];
  readonly stored: readonly StoredEvent[];
}

/** Logs in which instants often tie, at most four at a time. @param ticks the fewer they are, the more events tie */
export const logs = (longest: number, unit = 1, base = 1_790_000_000_000, ticks = fc.nat(24)): fc.Arbitrary<Log> =>
  fc
    .array(
      fc.record({
        type: fc.constantFrom('a', 'a', 'b', 'b', 'c', 'c', 'd', 'x', 'y'),
        tick: ticks,
        order: fc.constantFrom('1', '2', undefined),
        segment: fc.constantFrom('consumer', 'business', 'a|b', 'a/b', undefined),
        channel: fc.constantFrom('web' as const, 'app' as const),
      }),
      { maxLength: longest },
    )
    .map((rows) => {
      const crowd = new Map<number, number>();
      const stored = rows
        .filter(({ tick }) => {
          crowd.set(tick, (crowd.get(tick) ?? 0) + 1);
          return (crowd.get(tick) ?? 0) <= 4;
        })
        .map(({ type, tick, order, segment, channel }, i) =>
          event(
            `e${i}`,
            { customerId: 'C1' },
            {
              at: base + tick * unit,
              type,
              channel,
              ...(segment === undefined ? {} : { segment }),
              ...(order === undefined ? {} : { attributes: { order } }),
            },
          ),
        );
      return { stored, plain: stored.map(plainOf) };
    });

function plainOf(one: StoredEvent): OracleEvent {
  const held = one.attributes?.['order'];
  return { key: one.key, at: one.at, type: one.type ?? '', ...(typeof held === 'string' ? { held } : {}) };
}
