import { writeFileSync } from 'node:fs';
import type { EventInput } from '#lib/contract/index.ts';
import { tellHistory } from '#server/simulator/history.ts';
import type { SimulatedEvent } from '#server/simulator/history.ts';

/** Stands in the pool where a sender puts three digits of its own, so that the same stories can be told by a thousand crowds of people. */
export const CROWD = '~#~';
/** Events of one request. */
export const BATCH = 100;

/** Requests ready to be sent: lane -> bodies, each a JSON array. A person's events lie in one lane, in order of arrival. */
export interface Pool {
  readonly lanes: readonly (readonly string[])[];
  /** events over all lanes */
  readonly events: number;
}

/** What goes into a pool. */
export interface PoolOptions {
  readonly seed: number;
  /** last instant of the events, ms since 1970 */
  readonly endsAt: number;
  readonly weeks: number;
  readonly customers: number;
  readonly lanes: number;
  readonly keep: (sent: SimulatedEvent) => boolean;
  /** every event names its customer, and nothing else of who it is about: nothing has to be found out */
  readonly named?: boolean;
}

const MARK = /\bH(\d{5})/;

/** Makes the people of an event anonymous to one another between crowds: every identifier holds the crowd's digits. */
function crowded({ event }: SimulatedEvent, named: boolean): { readonly text: string; readonly person: number } {
  const mark = MARK.exec(event.id ?? '')?.[1] ?? '00000';
  const customer: Record<string, string> = named ? { customerId: `P${CROWD}${mark}` } : {};
  for (const [kind, value] of named ? [] : Object.entries(event.customer))
    customer[kind] =
      kind === 'phone' ? `+49151${CROWD}${mark}` : kind === 'email' ? `p${CROWD}${String(value)}` : `${String(value)}${CROWD}`;
  const input: EventInput = { ...event, id: `${event.id ?? ''}${CROWD}`, customer };
  return { text: JSON.stringify(input), person: Number(mark) };
}

/** Tells a history and packs it into requests. Takes a second or two for 100,000 events. */
export function makePool(options: PoolOptions): Pool {
  const { lanes: count, keep, named = false, ...history } = options;
  const lanes = Array.from({ length: count }, (): { filling: string[]; readonly bodies: string[] } => ({ filling: [], bodies: [] }));
  let events = 0;
  for (const sent of tellHistory(history).events) {
    if (!keep(sent)) continue;
    const { text, person } = crowded(sent, named);
    const lane = lanes[person % count];
    if (lane === undefined) continue;
    lane.filling.push(text);
    if (lane.filling.length < BATCH) continue;
    lane.bodies.push(`[${lane.filling.join(',')}]`);
    lane.filling = [];
    events += BATCH;
  }
  return { lanes: lanes.map(({ bodies }) => bodies), events };
}

/** Writes a pool for the process that sends it. */
export function writePool(path: string, pool: Pool): void {
  writeFileSync(path, JSON.stringify(pool));
}
