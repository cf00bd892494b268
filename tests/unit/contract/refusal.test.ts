import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  funnelDefinition,
  funnelParams,
  inputProblemsOf,
  inputWords,
  journeySchema,
  storyParams,
  subscription,
} from '#lib/contract/index.ts';

/** What a schema says of an input, as the API answers it. */
function saidOf(schema: z.ZodType, input: unknown): string {
  const { error } = schema.safeParse(input);
  return error === undefined ? '' : inputWords(inputProblemsOf(error));
}

const CUSTOMER = '00000000000000000001';

describe('what is wrong with an input', () => {
  it.each([
    [funnelParams, undefined, 'input: is missing'],
    [funnelParams, [], 'input: must be an object'],
    [funnelParams, {}, 'journey: is missing'],
    [funnelParams, { journey: '' }, 'journey: must not be empty'],
    [funnelParams, { journey: 5 }, 'journey: must be text'],
    [funnelParams, { journey: 'a'.repeat(129) }, 'journey: must have at most 128 characters'],
    [funnelParams, { journey: 'a', by: 'x' }, 'by: must be one of channel, segment'],
    [funnelParams, { journey: 'a', from: '2026-11-01' }, 'from: must be a number'],
    [funnelParams, { journey: 'a', from: 1.5 }, 'from: must be a whole number'],
    [funnelParams, { journey: 'a', to: -1 }, 'to: must be at least 0'],
    [funnelParams, { journey: 'a', form: 1, too: 2 }, 'form: is not known here; too: is not known here'],
    [storyParams, { customerId: CUSTOMER, place: { at: 'x' } }, 'place.at: must be a number'],
    [storyParams, { customerId: CUSTOMER, place: {} }, 'place: has none of the forms that are possible here'],
    [storyParams, { customerId: CUSTOMER, place: 7 }, 'place: must be an object'],
    [storyParams, { customerId: CUSTOMER, filter: { from: 5, to: 3 } }, 'filter.from: lies after to'],
    [subscription, { view: 'x' }, 'view: must be one of funnel, heat, hotspots, wall, promises, journey, saved, queue, customer'],
    [subscription, { view: 'customer', params: { customer: 'ada' } }, 'params.customer: is not a customer id'],
  ])('is said plainly, with the name of the field: %#', (schema, input, words) => {
    expect(saidOf(schema, input)).toBe(words);
  });

  it('keeps what a schema says in its own words, also of a name', () => {
    const file = { journey: 'Broad band', stages: [], variants: [{ id: 'a', name: 'A', stages: { Order: {} } }] };
    const said = saidOf(journeySchema, file);
    expect(said).toContain('journey: use lower-case letters');
    expect(said).toContain('stages: must have at least 2 items');
    expect(said).toContain('variants.0.stages.Order: use lower-case letters');
    expect(saidOf(funnelDefinition, { id: 'f', name: 'F', windowMs: 1, steps: [] })).toContain('steps: a funnel has at least two steps');
  });

  it('is told of the one form of several that is meant', () => {
    const match = z.strictObject({ type: z.string().optional() });
    const one = z.object({ match: z.union([match, z.array(match)]) });
    expect(saidOf(one, { match: { typ: 'a' } })).toBe('match.typ: is not known here');
    expect(saidOf(one, { match: [{ type: 'a' }, { type: 5 }] })).toBe('match.1.type: must be text');
    expect(saidOf(one, { match: 'a' })).toBe('match: must be an object or a list');
  });
});
