import { describe, expect, it } from 'vitest';
import { funnelDefinition } from '#lib/contract/funnel-definition.ts';
import { DEMO_FUNNELS } from '#server/simulator/funnels.ts';
import { definitionOf, draftOf, draftOfStages, newDraft, problemsOf, slugOf } from '../../../src/routes/(console)/funnel/saved/draft.ts';

describe('the form of a saved funnel', () => {
  it.each(DEMO_FUNNELS.map((one) => [one.name, one] as const))('gives “%s” back as it was read', (_, given) => {
    const definition = funnelDefinition.parse(given);
    expect(funnelDefinition.parse(definitionOf(draftOf(definition)))).toEqual(definition);
  });

  it('refuses an empty form, and says where in words', () => {
    const refused = funnelDefinition.safeParse(definitionOf(newDraft()));
    expect(refused.success).toBe(false);
    const problems = refused.error?.issues.map(({ path, message }) => ({ path: ['definition', ...path], message }));
    expect(problemsOf(Object.assign(new Error('in a sentence'), { data: { code: 'BAD_REQUEST', problems } }))).toContain(
      'Step 1, what counts: matches every event: say which',
    );
    expect(problemsOf(new Error('There is one already.'))).toEqual(['There is one already.']);
  });

  it('refuses a comparison of numbers with what is none, and says where', () => {
    const definition = DEMO_FUNNELS[0];
    if (definition === undefined) throw new Error('the demo has funnels');
    const where = (value: string) => [{ type: 'order.placed', where: [{ field: 'attributes.amount', op: 'atLeast' as const, value }] }];
    const askFor = (value: string) =>
      funnelDefinition.safeParse({
        ...definition,
        steps: [
          { name: 'A', any: where(value) },
          { name: 'B', any: where('1') },
        ],
      });
    expect(['10', '10.5', '-3'].map((value) => askFor(value).success)).toEqual([true, true, true]);
    const problems = askFor('10,5').error?.issues.map(({ path, message }) => ({ path: ['definition', ...path], message }));
    expect(problemsOf(Object.assign(new Error('in a sentence'), { data: { code: 'BAD_REQUEST', problems } }))).toEqual([
      expect.stringMatching(/^Step 1.*: is not a number, such as 10 or 10\.5/),
    ]);
  });

  it('begins with the stages of a journey: each reached by what leads there, cases within its own window', () => {
    const names = (name: string) => ({ customer: name, internal: `${name} inside` });
    const touchpoints = Array.from({ length: 12 }, (_, i) => `t${i}`);
    const stages = [
      { name: names('Look'), touchpoints },
      { name: names('Order'), touchpoints: ['form'] },
    ];
    const draft = draftOfStages({ journey: 'net', name: names('Net'), windowMs: 45 * 86_400_000, stages }, (one) => one.customer);
    const definition = funnelDefinition.parse(definitionOf(draft));
    expect(definition).toMatchObject({ name: 'Net', journey: 'net', count: 'case', windowMs: 45 * 86_400_000, order: 'ordered' });
    expect(definition.steps.map((step) => [step.name, step.any.map((match) => match.touchpoint)])).toEqual([
      ['Look', touchpoints.slice(0, 10)],
      ['Order', ['form']],
    ]);
  });

  it('makes a name for the address', () => {
    expect(slugOf('Calls after ordering!')).toBe('calls-after-ordering');
    expect(slugOf('  2nd try: Übergabe ')).toBe('nd-try-u-bergabe');
    expect(slugOf('??')).toBe('funnel');
  });
});
