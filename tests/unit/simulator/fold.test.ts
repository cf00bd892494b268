import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import type { EventInput } from '#lib/contract/index.ts';
import { blueprintsOf, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { promiseStateAt } from '#server/domain/promise/dates.ts';
import { tellHistory } from '#server/simulator/history.ts';
import { event as stored } from '../../support/events.ts';

const DAY = 86_400_000;
const endsAt = Date.UTC(2026, 5, 17, 14, 30);
const history = tellHistory({ seed: 21, endsAt, customers: 1500 });
const truth = history.truthAt(endsAt);
const file = journeySchema.parse(parse(readFileSync(new URL('../../../server/journeys/broadband.yaml', import.meta.url), 'utf8')));
const blueprints = blueprintsOf([{ blueprint: compileJourney(file), publishedAt: 0 }]);

/** The event as the door stores it: the generator's times are numbers already. */
function store(source: string, { id, occurredAt, customer, promise, ...rest }: EventInput): StoredEvent {
  const names = Object.fromEntries(Object.entries(customer).map(([kind, value]) => [kind, String(value)]));
  const about: object = promise === undefined ? rest : { ...rest, promise };
  return stored(id ?? '', names, { ...about, source, at: Number(occurredAt) });
}

/** Who is who, by joining what stands in one event: a shared tablet joins nobody. */
function people(events: readonly StoredEvent[]): StoredEvent[][] {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    const up = parent.get(name) ?? name;
    return up === name ? name : root(up);
  };
  const own = (event: StoredEvent): string[] => event.who.filter((one) => !one[1].startsWith('tablet')).map((one) => one[2]);
  for (const event of events) {
    const [first, ...others] = own(event);
    for (const other of others) if (root(other) !== root(first ?? other)) parent.set(root(other), root(first ?? other));
  }
  const found = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const one = root(own(event)[0] ?? '');
    found.set(one, [...(found.get(one) ?? []), event]);
  }
  return [...found.values()];
}

const persons = people(history.events.filter((sent) => !sent.duplicate).map((sent) => store(sent.source, sent.event)));
const states = persons.map((events): CustomerState => {
  const state = emptyState();
  foldOnto(state, [...events].sort(compareEvents), { blueprints });
  return state;
});
const cases = states.flatMap((state) => state.cases);

describe('folding the demo history', () => {
  it('finds as many customers as the generator invented', () => {
    expect(persons).toHaveLength(truth.customers);
  });

  it('finds the cases that the generator knows to have reached each step', () => {
    const reached = Object.keys(truth.reached).map((_, k) => cases.filter((one) => one.steps.length > k).length);
    expect(reached).toEqual(Object.values(truth.reached));
  });

  it('finds each case converted, in progress, dropped or excluded as the generator made it', () => {
    const found = { entered: 0, converted: 0, inProgress: 0, dropped: 0, excluded: 0 };
    for (const { steps, excludedAt } of cases) {
      const [entry] = steps;
      if (entry === undefined) continue;
      found.entered += 1;
      if (steps.length === 5) found.converted += 1;
      else if (excludedAt !== 0) found.excluded += 1;
      else if (endsAt > entry + 45 * DAY) found.dropped += 1;
      else found.inProgress += 1;
    }
    expect(found).toEqual(truth.funnel);
  });

  it('finds every promise in the state in which the generator left it', () => {
    const found = { made: 0, open: 0, kept: 0, late: 0, broken: 0, withdrawn: 0, moved: 0 };
    for (const promise of states.flatMap((state) => state.promises)) {
      found.made += 1;
      found[promiseStateAt(promise, endsAt)] += 1;
      if (promise.warnedAt !== 0) found.moved += 1;
    }
    expect(found).toEqual(truth.promises);
  });
});
