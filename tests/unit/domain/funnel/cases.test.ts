import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FunnelDefinition } from '#lib/contract/index.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import { event } from '../../../support/events.ts';
import { funnel, step } from '../../../support/funnels.ts';
import { oracle } from '../../../support/funnel-oracle.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

interface Case {
  readonly id: string;
  readonly order?: 'ordered' | 'strict';
  readonly windowSeconds: number;
  readonly steps: readonly string[];
  readonly events: Readonly<Record<string, readonly (readonly [second: number, name: string])[]>>;
  readonly level: Readonly<Record<string, number>>;
}

const read = (name: string): readonly Case[] =>
  (JSON.parse(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8')) as { cases: readonly Case[] }).cases;
const cases = [...read('funnel-cases.json'), ...read('funnel-cases-more.json')];

/** Here even a funnel of one step: the cases have some, though none can be saved. */
function definitionOf(one: Case): FunnelDefinition {
  const { steps, ...rest } = { steps: one.steps.map((type) => step(`s${type}`)), order: one.order ?? 'ordered' } as const;
  return {
    ...{ id: 'case', version: 1, name: one.id, windowMs: one.windowSeconds * 1000, count: 'customer', reentry: 'optimised' },
    ...{ exclusions: [], breakdowns: [] },
    ...rest,
    steps: steps.map((s) => ({ ...s, optional: false, any: s.any.map((match) => ({ ...match, where: [] })) })),
  };
}

describe('funnel cases written by others', () => {
  it.each(cases.map((one) => [one.id, one] as const))('%s: engine and oracle reach the level that its authors state', (_, one) => {
    const definition = definitionOf(one);
    const begin = Date.UTC(2026, 0, 1);
    for (const [user, events] of Object.entries(one.events)) {
      const stored = events.map(([second, name], i) =>
        event(`${user}-${i}`, { customerId: user }, { at: begin + second * 1000, type: `s${name}` }),
      );
      const touched = foldOnto(emptyState(), stored.sort(compareEvents), {
        blueprints: blueprintsOf([]),
        funnels: funnelsOf([definition]),
      });
      const level = (attempts: readonly (readonly number[])[]): number =>
        Math.max(0, ...attempts.map((steps) => steps.filter((at) => at !== 0).length));
      const rows = [...touched.rows().values()].map((row) => row.after.member[2] as readonly number[]);
      expect([user, level(rows)]).toEqual([user, one.level[user]]);
      const plain = stored.map(({ key, at, type = '' }) => ({ key, at, type }));
      expect([
        user,
        level(
          oracle(definition, plain)
            .flat()
            .map(({ steps }) => steps),
        ),
      ]).toEqual([user, one.level[user]]);
    }
  });
});

describe('a strict funnel counted by case', () => {
  const definition = funnel({
    windowMs: 60_000,
    count: 'case',
    journey: 'test',
    order: 'strict',
    steps: [step('page.viewed'), step('order.placed')],
  });
  const reached = (between: Partial<StoredEvent>): number => {
    const [start, who] = [Date.UTC(2026, 0, 1), { customerId: 'C1' }];
    const events = [
      event('look', who, { at: start, type: 'page.viewed', caseId: 'A' }),
      event('between', who, { at: start + 1000, ...between }),
      event('order', who, { at: start + 2000, type: 'order.placed', caseId: 'A' }),
    ];
    const touched = foldOnto(emptyState(), events, { blueprints: blueprintsFrom(TEST_JOURNEY), funnels: funnelsOf([definition]) });
    const rows = [...touched.rows().entries()].filter(([key]) => key.startsWith('f:'));
    return Math.max(0, ...rows.map(([, { after }]) => (after.member[2] as readonly number[]).filter((at) => at !== 0).length));
  };

  it('sees what happens between in the case that an event names, though no touchpoint is about it', () => {
    expect(reached({ type: 'never.heard.of', caseId: 'A' })).toBe(1);
    expect(reached({ type: 'never.heard.of', caseId: 'B' })).toBe(2);
    expect(reached({ type: 'never.heard.of' })).toBe(2);
  });
});
