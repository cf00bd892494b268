import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import { blueprintsOf, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { converted, lastStay } from '#server/domain/case/case.ts';
import type { CaseState, CustomerState } from '#server/domain/customer/state.ts';
import { promiseStateAt } from '#server/domain/promise/dates.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { BASE, HOUR } from '../../../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const RULED = TEST_JOURNEY.replace(
  'stages:\n',
  `promises:
  - {kind: delivery, wording: "Within two days", owner: Logistics, due: {within: 48h}, madeBy: [order], keptBy: [paid]}
  - {kind: thanks, wording: "Thank you within a day", owner: Sales, due: {within: 24h}, madeBy: [paid], keptBy: [use]}
stages:
`,
).replace(
  'touchpoints:\n',
  `touchpoints:
  - {id: paid, name: Paid, stage: order, owner: Sales, channel: web, match: [{type: order.paid}]}
  - {id: stop, name: Stop, owner: Sales, channel: web, excludes: true, match: [{type: order.stopped}]}
  - {id: undo, name: Undo, stage: order, owner: Sales, channel: web, excludes: true, closes: true, match: [{type: order.undone}]}
  - {id: end, name: End, owner: Sales, channel: web, closes: true, match: [{type: order.ended}]}
  - {id: file, name: File, stage: order, owner: Sales, channel: web, closes: true, match: [{type: order.filed}]}
`,
);
const ruled = blueprintsFrom(RULED);

type What = Partial<StoredEvent>;
type Step = readonly [hours: number, what: What];

/** The customers to whom the same thing happened under sixteen names: names decide what is first in a tie where nothing else does. */
function folded(steps: readonly Step[], blueprints: Blueprints = ruled): CustomerState[] {
  return Array.from({ length: 16 }, (_, name) => {
    const events = steps.map(([hours, what], i) => event(`${name}-${i}`, { customerId: 'C1' }, { at: BASE + hours * HOUR, ...what }));
    return foldAll(events, { blueprints }).state;
  });
}
const same = (list: readonly unknown[]): unknown => {
  const [first] = list;
  expect(list).toEqual(list.map(() => first));
  return first;
};
const promises = (steps: readonly Step[], hours = 100): unknown =>
  same(folded(steps).map((state) => state.promises.map((p) => [p.kind, promiseStateAt(p, BASE + hours * HOUR)]).sort()));
const only = (state: CustomerState): CaseState => {
  const [one] = state.cases;
  if (one === undefined || state.cases.length > 1) throw new Error('there is one case');
  return one;
};
/** Stage of the only case, whether it converted, whether it was excluded, whether it was closed. */
const outcome = (steps: readonly Step[], blueprints: Blueprints = ruled): unknown =>
  same(
    folded(steps, blueprints).map((state) => {
      const one = only(state);
      const blueprint = blueprints.get(one.journey, one.version);
      if (blueprint === undefined) throw new Error('the journey is there');
      return [blueprint.stages[lastStay(one)?.stage ?? -1]?.id, converted(one, blueprint), one.excludedAt !== 0, one.closedAt !== 0];
    }),
  );

const LOOK: Step = [-9, { type: 'page.viewed' }];
const ORDER: Step = [-8, { type: 'order.placed' }];
const SHIP: Step = [-7, { type: 'delivery.started' }];
const THERE = (hours: number): Step => [hours, { type: 'delivery.arrived' }];
const call = (change: string, due?: number): Step => [
  0,
  { type: `promise.${change}`, promise: { kind: 'call_back', ...(due === undefined ? {} : { due: BASE + due * HOUR }) } },
];

describe('promises in one millisecond', () => {
  it('are made before they are kept, whatever the events are called', () => {
    expect(promises([LOOK, call('made', 4), call('kept')])).toEqual([['call_back', 'kept']]);
    const kept: Step = [0, { type: 'promise.kept', promise: { kind: 'delivery' } }];
    const shipped: Step = [0, { type: 'delivery.started', promise: { kind: 'delivery', due: BASE + HOUR } }];
    expect(promises([LOOK, shipped, kept])).toEqual([['delivery', 'kept']]);
  });

  it('are made before they are moved, and moved before they are kept', () => {
    expect(promises([LOOK, call('made', 4), call('moved', 200)])).toEqual([['call_back', 'open']]);
    expect(promises([LOOK, call('made', 4), call('moved', 200), call('kept')])).toEqual([['call_back', 'kept']]);
    const told = folded([LOOK, call('made', 4), call('warned')]).map((state) => state.promises[0]?.warnedAt);
    expect(same(told)).toBe(BASE);
  });

  it('are made before they are withdrawn, and kept rather than withdrawn', () => {
    expect(promises([LOOK, call('made', 4), call('withdrawn')])).toEqual([['call_back', 'withdrawn']]);
    expect(promises([LOOK, call('made', 4), call('withdrawn'), call('kept')])).toEqual([['call_back', 'kept']]);
  });

  it('are made before they are kept by touchpoints too, of one stage or of several', () => {
    const order: Step = [0, { type: 'order.placed' }];
    const paid: Step = [0, { type: 'order.paid' }];
    expect(promises([LOOK, order, paid])).toEqual([
      ['delivery', 'kept'],
      ['thanks', 'broken'],
    ]);
    expect(promises([LOOK, order, paid, THERE(0)])).toEqual([
      ['delivery', 'kept'],
      ['thanks', 'kept'],
    ]);
  });

  it('are made before they are kept, though the touchpoint that keeps one comes earlier on the way', () => {
    const back = RULED.replace('madeBy: [order], keptBy: [paid]', 'madeBy: [ship], keptBy: [order]');
    const states = folded([LOOK, [0, { type: 'order.placed' }], [0, { type: 'delivery.started' }], THERE(1)], blueprintsFrom(back));
    expect(same(states.map((state) => state.promises.map((p) => p.metAt)))).toEqual([BASE]);
    expect(same(states.map((state) => only(state).steps.length))).toBe(4);
  });

  it('stated by somebody here count in the same order', () => {
    const stated = (change: string): Step => {
      const [, what] = call(change, 4);
      return [0, { ...what, attributes: { by: 'Ada', case: 'test:C' } }];
    };
    expect(promises([[-9, { type: 'page.viewed', caseId: 'C' }], stated('made'), stated('kept')])).toEqual([['call_back', 'kept']]);
  });

  it('that are renewed by a touchpoint are kept and made anew, whatever else happens then', () => {
    const renewing = blueprintsFrom(RULED.replace('madeBy: [order], keptBy: [paid]', 'madeBy: [order], keptBy: [order]'));
    const again: Step[] = [LOOK, ORDER, [0, { type: 'order.placed' }]];
    const alone = folded(again, renewing).map((state) => state.promises.map((p) => [p.madeAt, p.metAt]));
    expect(same(alone)).toEqual([
      [BASE - 8 * HOUR, BASE],
      [BASE, 0],
    ]);
    const tied = folded([...again, [0, { type: 'contact.answered', channel: 'phone' }]], renewing);
    expect(tied.map((state) => state.promises.map((p) => [p.madeAt, p.metAt]))).toEqual(alone);
  });
});

describe('the goal in one millisecond with what takes a case out', () => {
  it('is reached, as it would be a moment before', () => {
    const way = [LOOK, ORDER, SHIP, THERE(0)];
    expect(outcome([...way, [0, { type: 'order.stopped' }]])).toEqual(['happy', true, false, false]);
    expect(outcome([...way, [0, { type: 'order.cancelled' }]])).toEqual(['happy', true, false, true]);
    expect(outcome([...way, [0, { type: 'order.ended' }]])).toEqual(['happy', true, false, true]);
    expect(outcome([...way, [0, { type: 'order.undone' }]])).toMatchObject({ 1: true, 2: false });
    expect(outcome([...way, [0, { type: 'order.filed' }]])).toMatchObject({ 1: true, 2: false });
  });

  it('excludes all the same what does not reach it, and nothing that only enters then', () => {
    expect(outcome([LOOK, ORDER, [0, { type: 'delivery.started' }], [0, { type: 'order.stopped' }], THERE(1)])).toEqual([
      'happy',
      false,
      true,
      false,
    ]);
    const first = [ORDER, SHIP, [0, { type: 'page.viewed' }], [0, { type: 'order.stopped' }]] as const;
    expect(outcome([[-9, { type: 'page.viewed' }], ...first.slice(2)])).toMatchObject({ 2: true });
    expect(outcome([[-9, { type: 'case.opened', touchpoint: 'help', caseId: 'x' }], ...first.slice(2)])).toMatchObject({ 2: false });
  });
});

describe('what belongs to no stage, in the millisecond in which its case begins', () => {
  it('finds its case there', () => {
    const begins: Step = [0, { type: 'page.viewed' }];
    expect(outcome([begins, [0, { type: 'order.ended' }]])).toEqual(['look', false, false, true]);
    expect(outcome([begins, [0, { type: 'order.stopped' }]])).toEqual(['look', false, false, false]);
  });

  it('goes to the case that it names, and to no other one', () => {
    const at = (hours: number, type: string, caseId: string): Step => [hours, { type, caseId }];
    const steps = [at(-8, 'page.viewed', 'a'), at(0, 'page.viewed', 'b'), at(0, 'order.stopped', 'b')];
    const excluded = folded(steps).map((state) => state.cases.map((one) => [one.keys, one.excludedAt !== 0]));
    expect(same(excluded)).toEqual([
      [['case:a'], false],
      [['case:b'], true],
    ]);
  });
});

describe('a tie under two versions', () => {
  const CLAIM = `
journey: claim
name: {customer: Being paid, internal: Claim}
goal: It is paid
window: 9d
idle: 5d
quiet: 30m
stages:
  - {id: assess, name: {customer: Asking, internal: Assess}}
  - {id: repair, name: {customer: Repairing, internal: Repair}}
  - {id: pay, name: {customer: Being paid, internal: Pay}}
touchpoints:
  - {id: report, name: Report, stage: assess, owner: Care, channel: web, match: [{type: claim.reported}]}
  - {id: repair, name: Repair, stage: repair, owner: Garage, channel: partner, match: [{type: repair.started}]}
  - {id: pay, name: Pay, stage: pay, owner: Billing, channel: email, match: [{type: claim.paid}]}
`;
  const compiled = (text: string) => compileJourney(journeySchema.parse(parse(text)));
  const v1 = compiled(CLAIM);
  const versions = (v2: string) =>
    blueprintsOf([
      { blueprint: v1, publishedAt: 0 },
      { blueprint: compiled(v2.replace('journey: claim', 'journey: claim\nversion: 2')), publishedAt: BASE - HOUR },
    ]);
  const way: Step[] = [
    [-9, { type: 'claim.reported' }],
    [0, { type: 'repair.started' }],
    [0, { type: 'claim.paid' }],
  ];

  it('is taken as the version of the running case has it, where the newer one does not know the touchpoint', () => {
    expect(outcome(way, versions(CLAIM.replace('claim.paid', 'claim.settled')))).toEqual(['pay', true, false, false]);
  });

  it('and where the newer one has it in another stage', () => {
    const moved = CLAIM.replace('id: pay, name: Pay, stage: pay', 'id: pay, name: Pay, stage: assess').concat(
      '  - {id: done, name: Done, stage: pay, owner: Billing, channel: email, match: [{type: claim.done}]}\n',
    );
    expect(outcome(way, versions(moved))).toEqual(['pay', true, false, false]);
  });
});
