import { describe, expect, test } from 'vitest';
import { createAcceptor } from '#server/ingest/acceptor.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const NOW = Date.UTC(2026, 2, 1, 12);

const send = async (attributes: object | undefined, type = 'event.corrected') => {
  const log = createMemoryLog();
  const acceptor = createAcceptor({ log, clock: () => NOW, nodeOf: createNodeHasher('pepper'), region: 'DE' });
  const answer = await acceptor.acceptBatch('shop', [{ id: 'c', type, customer: { customerId: 'C-1' }, attributes }]);
  return { event: log.events[0], rejection: answer.rejected[0] };
};

describe('a correction', () => {
  test('is read with the same rules as the event itself', async () => {
    const { event } = await send({
      eventId: '1001',
      fields: {
        occurredAt: '2026-03-01T10:00:00+01:00',
        text: 'card 4111 1111 1111 1111',
        channel: 'phone',
        topic: null,
        promise: { kind: 'delivery', due: '2026-03-02T00:00:00Z' },
      },
    });
    expect(event?.correction).toEqual({
      set: {
        at: Date.UTC(2026, 2, 1, 9),
        text: 'card [card number removed]',
        channel: 'phone',
        promise: { kind: 'delivery', due: Date.UTC(2026, 2, 2) },
      },
      unset: ['topic'],
    });
    expect(event?.attributes).toEqual({ eventId: '1001', fields: ['occurredAt', 'text', 'channel', 'topic', 'promise'] });
  });

  test.each([
    [{ fields: { channel: 'web' } }, 'attributes.eventId', 'missing_field'],
    [{ eventId: '1' }, 'attributes.fields', 'missing_field'],
    [{ eventId: '1', fields: {} }, 'attributes.fields', 'missing_field'],
    [{ eventId: '1', fields: ['channel'] }, 'attributes.fields', 'missing_field'],
    [{ eventId: '1', fields: { channel: 'fax' } }, 'attributes.fields.channel', 'invalid_field'],
    [{ eventId: '1', fields: { chanel: 'web' } }, 'attributes.fields.chanel', 'unknown_field'],
    [{ eventId: '1', fields: { customer: { customerId: 'C-2' } } }, 'attributes.fields.customer', 'invalid_field'],
    [{ eventId: '1', fields: { foo: null } }, 'attributes.fields.foo', 'unknown_field'],
    [{ eventId: '1', fields: { channel: 'web', toString: null } }, 'attributes.fields.toString', 'unknown_field'],
    [{ eventId: '1', fields: JSON.parse('{"__proto__":null}') as object }, 'attributes.fields.__proto__', 'unknown_field'],
    [{ eventId: '1', fields: { type: 'event.retracted' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'event.retracted ' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'identity.merged' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'identity.split' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'identity.unmerged' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'emotion.corrected' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { type: 'alias' } }, 'attributes.fields.type', 'invalid_field'],
    [{ eventId: '1', fields: { occurredAt: 'yesterday' } }, 'attributes.fields.occurredAt', 'invalid_field'],
    [{ eventId: '1', fields: { score: { kind: 'nps', value: 11 } } }, 'attributes.fields.score.value', 'invalid_field'],
    [undefined, 'attributes.eventId', 'missing_field'],
  ])('%j is refused with the path of the error', async (attributes, field, code) => {
    const { event, rejection } = await send(attributes);
    expect(event).toBeUndefined();
    expect(rejection).toMatchObject({ field, code });
  });

  test('may make a promise or a note of an event: these are acted upon whenever they come', async () => {
    const { event } = await send({ eventId: '1', fields: { type: 'note.added', topic: null } });
    expect(event?.correction).toEqual({ set: { type: 'note.added' }, unset: ['topic'] });
  });

  test('is one by what its type is kept as', async () => {
    expect((await send({}, ' event.retracted\u200e')).rejection).toMatchObject({ field: 'attributes.eventId', code: 'missing_field' });
  });

  test('a retraction without the id of an event is refused too', async () => {
    const { rejection } = await send({ reason: 'oops' }, 'event.retracted');
    expect(rejection).toMatchObject({ field: 'attributes.eventId', code: 'missing_field' });
  });
});
