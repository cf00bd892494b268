import { Fault } from '#lib/contract/index.ts';
import type { Acceptor } from '#server/ingest/acceptor.ts';

/** The door, as a desk knocks at it: what people state and decide comes in by the way of all events. */
export type DeskDoor = Pick<Acceptor, 'acceptBatch'>;

/** Sends one event through the door. @throws Fault `bad_request` with what the door says against it */
export async function sendThrough(door: DeskDoor, source: string, event: object): Promise<void> {
  const { rejected } = await door.acceptBatch(source, [event]);
  const [wrong] = rejected;
  if (wrong !== undefined) throw new Fault('bad_request', wrong.message);
}
