import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelDefinition, FunnelDefinitionInput, SavedFunnelView, SavedListRef } from '#lib/contract/index.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { startTestApp } from '../../support/app.ts';
import type { TestApp } from '../../support/app.ts';
import { step } from '../../support/funnels.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PARTITIONS = 3;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: NOON, partitions: PARTITIONS });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Asks what changes something. */
async function tell<Answer>(path: string, input: unknown): Promise<{ readonly status: number; readonly data: Answer | undefined }> {
  const answer = await fetch(`${app.address}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as { readonly result?: { readonly data: Answer } };
  return { status: answer.status, data: body.result?.data };
}

const CALLING: FunnelDefinitionInput = {
  id: 'call-after-order',
  name: 'Calls after ordering',
  windowMs: 2 * DAY,
  steps: [step('order.placed'), step('contact.queued or message.in'), step('contact.ended')],
  breakdowns: [{ by: 'channel', at: 'first' }],
};

async function save(definition: FunnelDefinitionInput, replaces: number | null = null): Promise<FunnelDefinition | undefined> {
  const { data } = await tell<FunnelDefinition>('funnels.save', { definition, replaces });
  await folded();
  return data;
}

/** Waits until nobody is left to be folded again. */
async function folded(): Promise<void> {
  do await pause(400);
  while ((await app.status()).refolding > 0);
  await app.settled();
}

const get = (params: Record<string, unknown> = {}): Promise<SavedFunnelView> => app.call('funnels.get', { id: CALLING.id, ...params });
const countOf = async (ref: Omit<SavedListRef, 'of' | 'funnel'>): Promise<number> =>
  (await app.list({ of: 'saved', funnel: CALLING.id, ...ref })).count;

function happening(person: string, hoursAgo: number, type: string, channel = 'web'): object {
  return { id: `${person}-${type}-${hoursAgo}`, type, channel, customer: { customerId: person }, occurredAt: NOON - hoursAgo * HOUR };
}

async function differences(): Promise<readonly unknown[]> {
  const definitions = new Definitions(app.app.redis);
  await definitions.look();
  const contexts = new PublishedContexts(definitions);
  const found = [];
  for (let p = 0; p < PARTITIONS; p++)
    found.push(...(await verifyPartition({ redis: app.app.redis, partitions: PARTITIONS, contexts }, p)).differences);
  return found;
}

describe('a saved funnel', () => {
  it('given events of the past, when it is saved, then it counts them, every number is its list, and it lives from then on', async () => {
    await app.take([
      ...['A', 'B', 'C', 'D'].map((person) => happening(person, 40, 'order.placed', person === 'D' ? 'store' : 'web')),
      ...['A', 'B'].map((person) => happening(person, 30, 'contact.queued', 'phone')),
      happening('A', 29, 'contact.ended', 'phone'),
      happening('C', 20, 'page.viewed'),
      happening('E', 90, 'order.placed'),
      happening('E', 80, 'page.viewed'),
    ]);
    expect((await save(CALLING))?.version).toBe(1);
    const view = await get({ by: 0 });
    expect(view.total).toEqual({ entered: 5, converted: 1, inProgress: 3, dropped: 1, excluded: 0 });
    expect(view.matured).toEqual({ entered: 1, converted: 0, inProgress: 0, dropped: 1, excluded: 0 });
    expect(view.order.map((k) => view.steps[k]?.reached)).toEqual([5, 2, 1]);
    expect(view.steps['1']?.next).toEqual([{ touchpoint: 'web.look', name: 'Page', count: 1 }]);
    expect(Object.values(view.groups).map((group) => [group.key, group.total.entered])).toEqual([
      ['web', 4],
      ['store', 1],
    ]);
    expect(view.times.n).toBe(1);
    expect(Math.abs((view.times.medianMs ?? 0) - 11 * HOUR)).toBeLessThan(0.01 * 11 * HOUR);
    for (const what of ['entered', 'converted', 'inProgress', 'dropped'] as const) expect(await countOf({ what })).toBe(view.total[what]);
    expect(await countOf({ what: 'inProgress', by: 0, group: 'store' })).toBe(1);
    expect(await countOf({ what: 'dropped', step: 1, next: 'web.look' })).toBe(1);
    const [bar] = view.times.bins;
    expect(await countOf({ what: 'converted', bins: `${bar?.first}-${bar?.last}` })).toBe(1);

    await app.take([happening('B', 1, 'contact.ended', 'phone')]);
    expect((await get()).total).toMatchObject({ converted: 2, inProgress: 2 });
    expect(await differences()).toEqual([]);
  });

  it('drops by the clock alone, and shows any past instant as it was', async () => {
    app.now = NOON + 9 * HOUR;
    await app.settled();
    expect((await get()).total).toEqual({ entered: 5, converted: 2, inProgress: 0, dropped: 3, excluded: 0 });
    expect((await get({ to: NOON - 35 * HOUR })).total).toEqual({ entered: 5, converted: 0, inProgress: 4, dropped: 1, excluded: 0 });
    expect(await countOf({ what: 'inProgress', to: NOON - 35 * HOUR })).toBe(4);
  });

  it('has the funnel of the journey say what is final and what was before, each with its list', async () => {
    const of = { of: 'funnel', journey: 'test', what: 'entered' } as const;
    const wide = await app.funnel({ journey: 'test', from: NOON - 100 * HOUR });
    expect(wide.age?.matured).toEqual({ entered: 1, converted: 0, inProgress: 0, dropped: 1, excluded: 0 });
    expect((await app.list({ ...of, from: wide.from, until: wide.age?.maturedUntil })).count).toBe(1);
    const near = await app.funnel({ journey: 'test', from: NOON - 45 * HOUR });
    expect([near.total.entered, near.age?.before.entered]).toEqual([1, 1]);
    const { beforeFrom, beforeAt } = near.age ?? {};
    expect((await app.list({ ...of, from: beforeFrom, until: near.from - 1, to: beforeAt })).count).toBe(1);
  });

  it('has the period before begin with a whole hour, for its number as for its list, at whatever minute it is asked', async () => {
    for (const minutes of [0, 10, 29, 31, 50]) {
      // Twice as long ago as these begin, E orders and looks.
      const to = NOON - minutes * 60_000;
      const { age, from } = await app.funnel({ journey: 'test', from: NOON - 40 * HOUR, to });
      const list = { journey: 'test', what: 'entered', from: age?.beforeFrom, until: from - 1, to: age?.beforeAt } as const;
      expect((await app.list({ of: 'funnel', ...list })).count, `${minutes} minutes to`).toBe(age?.before.entered);
      const saved = await get({ from: NOON - 45 * HOUR, to });
      const listed = await countOf({ what: 'entered', from: saved.beforeFrom, until: saved.from - 1, to: saved.beforeAt });
      expect(listed, `saved, ${minutes} minutes to`).toBe(saved.before.entered);
      expect([age?.before.entered, saved.before.entered]).toEqual(minutes < 30 ? [1, 1] : [0, 0]);
    }
  });

  it('given other names only, when it is saved, then it is called by them at once, and nobody is counted anew', async () => {
    const before = await get();
    const definitions = new Definitions(app.app.redis);
    const { revision } = await definitions.look();
    const steps = CALLING.steps.map((one, i) => ({ ...one, name: `Step ${i}` }));
    expect((await save({ ...CALLING, name: 'Who calls', steps }, 1))?.version).toBe(1);
    const after = await get();
    expect([after.definition.name, ...after.order.map((k) => after.steps[k]?.name)]).toEqual(['Who calls', 'Step 0', 'Step 1', 'Step 2']);
    expect(after.total).toEqual(before.total);
    await definitions.look();
    expect(new PublishedContexts(definitions).affectedSince(revision, definitions.current.revision)).toBeNull();
    expect(await countOf({ what: 'dropped' })).toBe(after.total.dropped);
    expect(await differences()).toEqual([]);
    expect((await save(CALLING, 1))?.name).toBe(CALLING.name);
  });

  it('is folded in anew when it is changed, and is gone without a trace when it is removed', async () => {
    const { data: stale, status } = await tell('funnels.save', { definition: { ...CALLING, windowMs: DAY }, replaces: 7 });
    expect([stale, status]).toEqual([undefined, 409]);
    expect((await save({ ...CALLING, windowMs: 12 * HOUR }, 1))?.version).toBe(2);
    expect((await get()).total).toEqual({ entered: 5, converted: 1, inProgress: 0, dropped: 4, excluded: 0 });
    expect(await countOf({ what: 'dropped' })).toBe(4);
    expect(await differences()).toEqual([]);
    await tell('funnels.remove', { id: CALLING.id });
    await folded();
    await expect(get()).rejects.toThrow('404');
    expect(await app.app.redis.keys('*x:funnels:*')).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it('is another version where one of its name was removed, so that nobody who looked at that one changes it unseen', async () => {
    expect((await save(CALLING, null))?.version).toBe(3);
    expect((await tell('funnels.save', { definition: { ...CALLING, windowMs: DAY }, replaces: 2 })).status).toBe(409);
    await tell('funnels.remove', { id: CALLING.id });
    await folded();
  });

  it('is refused where it makes no sense, with the reason', async () => {
    const { status } = await tell('funnels.save', { definition: { ...CALLING, steps: CALLING.steps.slice(0, 1) }, replaces: null });
    expect(status).toBe(400);
    const unknown = { ...CALLING, steps: [step('order.placed'), { name: 'Nowhere', any: [{ touchpoint: 'nowhere' }] }] };
    expect((await tell('funnels.save', { definition: unknown, replaces: null })).status).toBe(400);
    const elsewhere = {
      ...CALLING,
      journey: 'service-desk',
      steps: [step('order.placed'), { name: 'Home', any: [{ touchpoint: 'home' }] }],
    };
    expect((await tell('funnels.save', { definition: elsewhere, replaces: null })).status).toBe(400);
  });

  it('shows before it is saved what it would come to over the customers heard of last', async () => {
    const { data } = await tell<{ customers: number; view: Pick<SavedFunnelView, 'total'> }>('funnels.preview', CALLING);
    expect(data?.customers).toBe(5);
    expect(data?.view.total).toMatchObject({ entered: 5, converted: 2 });
  });

  it('refuses the list of a step that it does not have', async () => {
    await save(CALLING);
    await expect(countOf({ what: 'reached', step: 3 })).resolves.toBe(2);
    await expect(countOf({ what: 'reached', step: 4 })).rejects.toThrow(/no such step/);
    await tell('funnels.remove', { id: CALLING.id });
  });

  it('says that nobody carries what all its steps have to share', async () => {
    const heldBy = async (hold: string) => (await tell<{ held: boolean }>('funnels.preview', { ...CALLING, hold })).data?.held;
    expect(await heldBy('identifier.userId')).toBe(false);
    expect(await heldBy('identifier.customerId')).toBe(true);
  });
});
