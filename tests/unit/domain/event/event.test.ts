import { describe, expect, test } from 'vitest';
import { formed, readEvent } from '#server/domain/event/event.ts';
import { createAcceptor } from '#server/ingest/acceptor.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createMemoryLog } from '../../../support/memory-log.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const customer = { customerId: 'C-1', email: 'a@example.org', accountId: 'ACME' };

/** As much as an event can carry, and as little. */
const FULL = {
  id: 'full',
  type: 'survey.answered',
  occurredAt: '1970-01-01T00:00:00Z',
  sequence: 7,
  customer,
  touchpoint: 'website',
  channel: 'web',
  journey: 'broadband',
  caseId: 'K-1',
  text: 'Where is it?',
  lang: 'en',
  score: { kind: 'csat', value: 2 },
  signals: [{ kind: 'wait', value: 3 }],
  promise: { kind: 'delivery', due: '2026-03-02T00:00:00Z' },
  outcome: 'open',
  topic: 'late',
  segment: 'home',
  area: 'north',
  attributes: { plan: 'fibre' },
};
const PLAIN = { id: 'plain', customer: { customerId: 'C-1' } };
const CORRECTION = { id: 'again', type: 'event.corrected', customer, attributes: { eventId: 'full', fields: { topic: 'lost' } } };

async function accepted(...inputs: readonly unknown[]) {
  const log = createMemoryLog();
  const acceptor = createAcceptor({ log, clock: () => NOW, nodeOf: createNodeHasher('pepper'), region: 'DE' });
  const answer = await acceptor.acceptBatch('shop', inputs);
  expect(answer.rejected).toEqual([]);
  return log.events;
}

describe('an event that is read from the store', () => {
  test('is written again letter by letter as the door wrote it', async () => {
    for (const event of await accepted(FULL, PLAIN, CORRECTION)) {
      const text = JSON.stringify(event);
      expect(JSON.stringify(readEvent(text))).toBe(text);
    }
  });

  test('loses nothing that was added after the door, and what was added is written at one place whenever it was', () => {
    const bare = { key: 'k', source: 's', id: 'i', at: 1, received: 2, under: 'u', who: [], text: 'Late again' };
    const emotion = { label: 'frustrated', valence: -0.5, confidence: 0.8, scorer: 'one', why: ['late'] } as const;
    const added = formed({ ...bare, was: bare, unlinked: true, emotion, about: 'other' });
    expect(JSON.parse(JSON.stringify(added))).toEqual({ ...bare, was: bare, unlinked: true, emotion, about: 'other' });
    expect(JSON.stringify({ ...formed(bare), emotion, unlinked: true, about: 'other', was: bare })).toBe(JSON.stringify(added));
  });

  test('has the form that all others have, whatever it carries', async () => {
    const forms = (await accepted(FULL, PLAIN, CORRECTION)).map((event) => Object.keys(readEvent(JSON.stringify(event))));
    expect(new Set(forms.map(String)).size).toBe(1);
  });
});
