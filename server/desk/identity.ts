import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#lib/contract/index.ts';
import type { IdentityDecision, IdentityView, MergePreview, NamedIdentifier } from '#lib/contract/index.ts';
import type { IdentityDesk } from '#server/api/identity.ts';
import { STAFF_SOURCE } from '#server/domain/event/staff.ts';
import type { Clock } from '#server/platform/clock.ts';
import { explainIdentity, previewMerge } from '#server/projector/identity.ts';
import type { IdentityReading } from '#server/projector/identity.ts';
import { isThere } from '#server/projector/saved-states.ts';
import type { Actor } from '#server/security/actor.ts';
import { sendThrough } from './through-the-door.ts';
import type { DeskDoor } from './through-the-door.ts';

/** A decision is followed within a second; whoever made it waits no longer than this to see it. */
const SEEN_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 20;

export interface DeskOptions {
  readonly reading: IdentityReading;
  readonly acceptor: DeskDoor;
  readonly clock: Clock;
}

/**
 * Names a decision by what it says and by how often that was said before: asked for twice, by two people or again after an answer that never came, it is
 * one decision, which one taking back takes back.
 */
function decisionId(
  type: 'identity.merged' | 'identity.split',
  about: readonly NamedIdentifier[],
  known: readonly IdentityDecision[],
): string {
  const said = JSON.stringify(about.map(({ kind, value }) => [kind, value]));
  const before = known.filter(
    ({ what, identifiers }) => type === `identity.${what}` && JSON.stringify(identifiers.map(({ kind, value }) => [kind, value])) === said,
  );
  return `${type}:${createHash('sha256').update(said).digest('base64url').slice(0, 22)}:${before.length}`;
}

const customerOf = ({ kind, value }: NamedIdentifier): Readonly<Record<string, string>> => ({ [kind]: value });

/** The desk at which people decide who is who. Every decision is an event through the same door as all others, with reason and name. */
export function createIdentityDesk({ reading, acceptor, clock }: DeskOptions): IdentityDesk {
  async function send(
    source: string,
    event: { readonly id: string; readonly type: string; readonly customer: object; readonly attributes: object },
  ): Promise<void> {
    await sendThrough(acceptor, source, { occurredAt: clock(), ...event });
  }

  /** Who two people are by now, where somebody has merged them by hand already; undefined: they are not. */
  async function mergedAlready(customer: string, other: string): Promise<string | undefined> {
    for (const [moved, stays] of [
      [customer, other],
      [other, customer],
    ] as const) {
      if ((await explainIdentity(reading, moved)).movedTo !== stays) continue;
      const { identifiers } = await explainIdentity(reading, stays);
      if (identifiers.some(({ node, belongs, rule }) => node === moved && belongs && rule === 'merged')) return stays;
    }
    return undefined;
  }

  /** Waits until a person is there, or no longer is, or the time is up: then the page catches up by itself. */
  async function untilSeen(person: string, there: boolean): Promise<void> {
    for (let waited = 0; waited < SEEN_WITHIN_MS; waited += LOOK_EVERY_MS) {
      if ((await isThere(reading, person)) === there) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  async function decisionOf(view: IdentityView, named: { readonly source: string; readonly event: string }): Promise<IdentityDecision> {
    const found = view.decisions.find(({ source, event }) => source === named.source && event === named.event);
    if (found === undefined) throw new Fault('not_found', 'There is no such decision about this person.');
    if (found.undone !== null) throw new Fault('conflict', 'This decision was taken back already.');
    return found;
  }

  return {
    explain: (customer) => explainIdentity(reading, customer),
    preview: ({ customer, other }): Promise<MergePreview> => previewMerge(reading, [customer, other], clock()),

    async merge({ customer, other, reason }, actor: Actor) {
      const merged = await mergedAlready(customer, other);
      if (merged !== undefined) return { customer: merged };
      const { stays, moves } = await previewMerge(reading, [customer, other], clock());
      const { decisions } = await explainIdentity(reading, stays.customer);
      await send(STAFF_SOURCE, {
        id: decisionId('identity.merged', [stays.strongest, moves.strongest], decisions),
        type: 'identity.merged',
        customer: customerOf(stays.strongest),
        attributes: { other: customerOf(moves.strongest), reason, by: actor.name },
      });
      await untilSeen(moves.customer, false);
      return { customer: stays.customer };
    },

    async unmerge({ customer, source, event, reason }, actor) {
      const view = await explainIdentity(reading, customer);
      const decision = await decisionOf(view, { source, event });
      const [first] = decision.identifiers;
      if (first === undefined) throw new Fault('not_found', 'This decision names nobody.');
      const type = decision.what === 'merged' ? 'identity.unmerged' : 'identity.rejoined';
      await send(source, {
        id: `${type}:${randomUUID()}`,
        type,
        customer: customerOf(first),
        attributes: { eventId: event, reason, by: actor.name },
      });
      const weaker = decision.identifiers.at(-1);
      const known = view.identifiers.find(({ kind, value }) => kind === weaker?.kind && value === weaker.value);
      if (known !== undefined) await untilSeen(known.node, decision.what === 'merged');
      return { customer };
    },

    async split({ customer, node, reason }, actor) {
      const view = await explainIdentity(reading, customer);
      const found = view.identifiers.find((one) => one.node === node);
      if (found?.rule === 'split') return { customer: node };
      if (found === undefined || !found.belongs) throw new Fault('not_found', 'This identifier does not belong to this person.');
      if (found.rule === 'strongest')
        throw new Fault('conflict', 'This identifier holds the others together. Split out the others instead.');
      if (found.rule === 'merged') throw new Fault('conflict', 'This identifier was merged by hand. Take the merge back instead.');
      await send(STAFF_SOURCE, {
        id: decisionId('identity.split', [found], view.decisions),
        type: 'identity.split',
        customer: customerOf(found),
        attributes: { reason, by: actor.name },
      });
      if (found.events === 0) return { customer };
      await untilSeen(node, true);
      return { customer: node };
    },
  };
}
