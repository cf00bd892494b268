import { describe, expect, it } from 'vitest';
import { funnelDefinition } from '#lib/contract/funnel-definition.ts';
import { DEMO_FUNNELS } from '#server/simulator/funnels.ts';
import {
  definitionOf,
  draftOf,
  draftOfStages,
  idFor,
  keepTouchpointsOf,
  newDraft,
  newMatch,
  newStep,
  problemsOf,
  slugOf,
} from '../../../src/routes/(console)/funnel/saved/draft.ts';

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
    expect(slugOf('  2nd try: Übergabe ')).toBe('nd-try-ubergabe');
    expect(slugOf('Größte Störung gelöst')).toBe('grosste-storung-gelost');
    expect(slugOf('??')).toBe('funnel');
  });

  it('finds a free name for the address: names in other letters would all be the same one', () => {
    expect(idFor('Звонки', [])).toBe('funnel');
    expect(idFor('Заказы', [{ id: 'funnel' }, { id: 'funnel-2' }])).toBe('funnel-3');
    expect(idFor('Calls', [{ id: 'other' }])).toBe('calls');
  });

  it('means only what it shows of a step where it now stands', () => {
    const [first, second] = [newStep(), newStep()];
    const given = { optional: true, min: { amount: 1, unit: 'h' as const }, max: { amount: 2, unit: 'h' as const } };
    const draft = { ...newDraft(), steps: [{ ...first, ...given }, { ...newStep(), ...given }, second] };
    expect(definitionOf(draft).steps.map(({ optional, minMs }) => [optional, minMs])).toEqual([
      [false, undefined],
      [true, 3_600_000],
      [false, undefined],
    ]);
    expect(definitionOf({ ...draft, order: 'any' }).steps.some(({ optional, maxMs }) => optional === true || maxMs !== undefined)).toBe(
      false,
    );
  });

  it('lets go of the touchpoints that another journey has, and of the name taken from one', () => {
    const touchpoints = [
      { journey: 'net', id: 'form', name: 'Order form', stage: null },
      { journey: 'desk', id: 'ticket', name: 'Ticket', stage: null },
    ];
    const match = (value: string) => ({ ...newMatch(), value });
    const draft = {
      ...newDraft(),
      journey: 'desk',
      steps: [
        { ...newStep(), name: 'Order form', any: [match('form'), match('ticket')] },
        { ...newStep(), name: 'Mine', any: [match('form')] },
      ],
    };
    keepTouchpointsOf(draft, touchpoints);
    expect(draft.steps.map(({ name, any }) => [name, any.map(({ value }) => value)])).toEqual([
      ['', ['', 'ticket']],
      ['Mine', ['']],
    ]);
  });
});
