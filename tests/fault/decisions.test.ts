import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer, IdentityView, TimelinePage } from '#lib/contract/index.ts';
import { chance } from '../support/fault-load.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { verifyStore } from '../support/verify.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const PARTITIONS = 4;
const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const HOUR = 3_600_000;
/** The store comes back by itself, and with it the answers. */
const BACK_WITHIN_MS = 60_000;
/** Four starts, kills and ways back, on a machine that others use too. */
const TAKES_MS = 400_000;

let journeys: string;
beforeAll(async () => {
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
});
afterAll(() => rm(journeys, { recursive: true, force: true }));

/** What each of two who decide about some people sends. */
interface Decision {
  readonly path: 'identity.merge' | 'identity.split';
  readonly input: Readonly<Record<string, string>>;
}

async function killStore(product: Product): Promise<void> {
  const pid = await product.redisPid();
  if (pid === undefined) throw new Error('The product names no store of its own.');
  process.kill(pid, 'SIGKILL');
}

/** Asks for a decision, as a page does. @returns whether it was answered with success; @throws where nobody answers */
async function ask(product: Product, path: string, input: object): Promise<boolean> {
  const answer = await fetch(`${product.address}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor-name': 'Ada' },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(20_000),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

async function askUntilAnswered(product: Product, path: string, input: object): Promise<void> {
  await expect.poll(() => ask(product, path, input).catch(() => false), { timeout: BACK_WITHIN_MS, interval: 250 }).toBe(true);
}

const personOf = async (product: Product, q: string): Promise<string> =>
  (await product.trpc<FindAnswer>('customers.find', { q })).hits[0]?.customer ?? '';
const explain = (product: Product, customerId: string): Promise<IdentityView> => product.trpc('identity.explain', { customerId });
const storyOf = (product: Product, customerId: string): Promise<TimelinePage> => product.trpc('customers.timeline', { customerId });

/** Events of a person by each of their identifiers, with a promise and a case, and somebody else known by telephone. */
function lives(person: number, now: number): object[] {
  const [customerId, email, phone] = [`C${person}`, `m${person}@example.com`, `+4930${1_000_000 + person}`];
  const at = (hours: number, id: string, customer: object, type: string, more: object = {}): object => ({
    ...{ id: `${person}-${id}`, customer, type, occurredAt: now - hours * HOUR, channel: 'web' },
    ...more,
  });
  return [
    at(30, 'a', { email }, 'page.viewed'),
    at(29, 'b', { customerId, email, orderId: `O${person}` }, 'order.placed'),
    at(20, 'c', { email }, 'promise.made', { channel: 'phone', promise: { kind: 'call_back', due: now - 2 * HOUR } }),
    at(18, 'd', { customerId }, 'delivery.started', { channel: 'partner' }),
    at(9, 'e', { phone }, 'page.viewed'),
    at(8, 'f', { phone }, 'contact.queued', { channel: 'phone' }),
    at(7, 'g', { phone, orderId: `O${person}` }, 'message.in', { channel: 'chat', text: 'where is it' }),
  ];
}

describe(`a decision by hand, with the app or its store killed in the middle (FAULT_SEED=${SEED})`, () => {
  it(
    'is wholly there or not at all, is one however often it is asked for, and leaves nothing behind once taken back',
    { timeout: TAKES_MS },
    async () => {
      await using product = await startProduct({ env: { PARTITIONS: String(PARTITIONS), JOURNEYS: journeys, LOG_LEVEL: 'fatal' } });
      const next = chance(SEED);
      const now = Date.now();
      const people = [0, 1, 2, 3];
      expect((await product.send(people.flatMap((person) => lives(person, now)))).body['rejected']).toEqual([]);
      await product.settled();
      for (const person of people) {
        const one = await personOf(product, `C${person}`);
        const caller = await personOf(product, `+4930${1_000_000 + person}`);
        const mail = (await explain(product, one)).identifiers.find(({ kind }) => kind === 'email')?.node ?? '';
        const stories = (): Promise<TimelinePage[]> => Promise.all([one, caller, mail].map((of) => storyOf(product, of)));
        const facts = async () => (await stories()).map(({ items, movedTo }) => ({ movedTo, items }));
        const before = await facts();
        const decision: Decision =
          person % 2 === 0
            ? { path: 'identity.merge', input: { customerId: caller, other: one, reason: 'said so on the phone' } }
            : { path: 'identity.split', input: { customerId: one, identifier: mail, reason: 'a mailbox of many' } };

        const asking = ask(product, decision.path, decision.input).catch(() => false);
        await pause(next() * 60);
        if (person >= 2) await killStore(product);
        else {
          await product.kill9();
          await product.start();
        }
        await asking;
        const back = () =>
          product
            .settled()
            .then(facts)
            .then(() => true);
        await expect.poll(() => back().catch(() => false), { timeout: BACK_WITHIN_MS, interval: 250 }).toBe(true);
        const decided = (await facts()).map(({ items }) => items.length);
        const whole = decision.path === 'identity.merge' ? [7, 0, 0] : [2, 3, 2];
        expect([before.map(({ items }) => items.length), whole]).toContainEqual(decided);

        await askUntilAnswered(product, decision.path, decision.input);
        await product.settled();
        expect((await facts()).map(({ items }) => items.length)).toEqual(whole);
        const standing = (await explain(product, decision.path === 'identity.merge' ? one : mail)).decisions;
        expect(standing.map(({ undone }) => undone)).toEqual([null]);
        const [made] = standing;
        await ask(product, 'identity.unmerge', {
          ...{ customerId: decision.path === 'identity.merge' ? one : mail, source: made?.source, event: made?.event },
          reason: 'it was wrong',
        });
        await product.settled();
        expect(await facts()).toEqual(before);
      }
      expect(await verifyStore(product, PARTITIONS)).toEqual([]);
    },
  );
});
