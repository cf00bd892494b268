import { randomUUID } from 'node:crypto';
import { Fault } from '#lib/contract/index.ts';
import type { StaffWord } from '#lib/contract/index.ts';
import type { StaffDesk } from '#server/api/staff.ts';
import { STAFF_SOURCE, mayTakeBack } from '#server/domain/event/staff.ts';
import type { Clock } from '#server/platform/clock.ts';
import { addresseeOf, eventAt } from '#server/projector/addressee.ts';
import type { Addressee, AddresseeReading } from '#server/projector/addressee.ts';
import type { Actor } from '#server/security/actor.ts';
import { sendThrough } from './through-the-door.ts';
import type { DeskDoor } from './through-the-door.ts';

export interface StaffDeskOptions {
  readonly reading: AddresseeReading;
  readonly acceptor: DeskDoor;
  readonly clock: Clock;
}

/** What a statement becomes: the fields of its event beside whom it is about. */
interface Stated {
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Fields that were given: an empty text is none. */
function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
}

function statedBy(word: StaffWord, about: { readonly by: Actor; readonly case: string }): Stated {
  const said = { by: about.by.name, verified: about.by.verified };
  const stated = { ...said, case: about.case };
  switch (word.kind) {
    case 'note':
      return { type: 'note.added', text: word.text, attributes: stated };
    case 'disposition':
      return { type: 'disposition.noted', outcome: word.outcome, ...given({ topic: word.topic, text: word.text }), attributes: stated };
    case 'gesture':
      return { type: 'gesture.given', ...given({ text: word.text }), attributes: { ...said, gesture: word.gesture } };
    case 'promise': {
      const { promise: kind, due, wording } = word;
      return { type: 'promise.made', promise: { id: `said-${randomUUID()}`, kind, due, ...given({ wording }) }, attributes: stated };
    }
    case 'recovery':
      return { type: `recovery.${word.step}`, attributes: stated };
    case 'settle':
      return { type: `promise.${word.as}`, promise: { id: word.promiseId, kind: word.promise }, attributes: stated };
  }
}

/** The desk at which people state something about a customer: notes, outcomes, gestures and promises. All of it goes through the door. */
export function createStaffDesk({ reading, acceptor, clock }: StaffDeskOptions): StaffDesk {
  async function find(customer: string): Promise<Addressee> {
    const found = await addresseeOf(reading, customer, clock());
    if (found === null) throw new Fault('not_found', 'Nobody lives at this address (any more). Reload the page.');
    return found;
  }

  async function send(event: Readonly<Record<string, unknown>>): Promise<void> {
    await sendThrough(acceptor, STAFF_SOURCE, { id: randomUUID(), occurredAt: clock(), ...event });
  }

  return {
    async say(word, by) {
      const { identifier, openCase, cases } = await find(word.customerId);
      const named = 'caseId' in word && word.caseId !== undefined ? word.caseId : openCase;
      if (named !== null && !cases.includes(named))
        throw new Fault('not_found', 'This customer has no such case (any more). Reload the page.');
      await send({ ...statedBy(word, { by, case: named ?? '' }), customer: { [identifier.kind]: identifier.value } });
    },
    async takeBack({ customerId, event: position }, by) {
      const event = await eventAt(reading, customerId, position);
      if (event === null) throw new Fault('not_found', 'This event is not there (any more). Reload the page.');
      if (!mayTakeBack(event)) throw new Fault('forbidden', 'Only what was stated on this page can be taken back here.');
      await send({
        type: 'event.retracted',
        customer: Object.fromEntries(event.who.map(([kind, value]) => [kind, value])),
        attributes: { eventId: event.id, by: by.name, verified: by.verified },
      });
    },
  };
}
