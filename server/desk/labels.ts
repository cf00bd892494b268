import type { LabelTask } from '#lib/contract/index.ts';
import { Fault } from '#lib/contract/index.ts';
import { isCustomersText } from '#server/domain/emotion/annotations.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { STAFF_SOURCE } from '#server/domain/event/staff.ts';
import { nameIn } from '#server/domain/event/key.ts';
import { EMOTION_CORRECTED, nameOf, readEvent } from '#server/domain/event/event.ts';
import type { LabelDesk } from '#server/api/labels.ts';
import type { Clock } from '#server/platform/clock.ts';
import { eventAt } from '#server/projector/addressee.ts';
import { readState } from '#server/projector/saved-states.ts';
import type { StateReading } from '#server/projector/saved-states.ts';
import { keys } from '#server/redis/keys.ts';
import { sendThrough } from './through-the-door.ts';
import type { DeskDoor } from './through-the-door.ts';

/** Customers of a partition whose newest texts are looked at, and events of each. */
const CUSTOMERS_LOOKED_AT = 30;
const EVENTS_LOOKED_AT = 40;
const MOST_TASKS = 20;
/** Shorter texts teach little. */
const SHORTEST = 12;

export interface LabelsOptions extends StateReading {
  readonly acceptor: DeskDoor;
  readonly clock: Clock;
}

/** What people say about emotions: corrections go in by the door like everything else, texts to label come from the newest customers. */
export function createLabels(options: LabelsOptions): LabelDesk {
  const { partitions, acceptor, context } = options;

  return {
    async correct({ customerId, event: id, emotion }, by) {
      if (context().emotion === 'off') throw new Fault('forbidden', 'Emotions are not read in this installation.');
      const event = await eventAt(options, customerId, id);
      if (event === null) throw new Fault('not_found', 'This event is not there (any more). Reload the page.');
      if (!isCustomersText(event)) throw new Fault('forbidden', 'Only what a customer said can be given an emotion.');
      if ((await readState(options, customerId))?.noEmotion === true)
        throw new Fault('forbidden', 'This customer does not want emotions read.');
      await sendThrough(acceptor, STAFF_SOURCE, {
        // Changing one's mind twice is no duplicate.
        id: `${event.key}-${options.clock()}`,
        type: EMOTION_CORRECTED,
        customer: Object.fromEntries(event.who.map(([kind, value]) => [kind, value])),
        attributes: { eventId: event.id, eventSource: event.source, emotion, by },
      });
    },
    async queue() {
      const emotion = context().emotion ?? 'on';
      if (emotion === 'off') return { tasks: [], emotion };
      const found: LabelTask[] = [];
      // One partition after the other: others have their turn in between.
      for (let partition = 0; partition < partitions; partition++) found.push(...(await tasksIn(options, partition)));
      const tasks = found.sort((a, b) => doubt(b) - doubt(a) || b.at - a.at);
      return { tasks: tasks.slice(0, MOST_TASKS), emotion };
    },
  };
}

/** How little is known: 1 where nothing was inferred. */
function doubt(task: LabelTask): number {
  return 1 - (task.inferred?.confidence ?? 0);
}

async function tasksIn(reading: StateReading, partition: number): Promise<LabelTask[]> {
  const { redis } = reading;
  const people = await redis.zRange(keys.customers(partition), 0, CUSTOMERS_LOOKED_AT - 1, { REV: true });
  const found = await Promise.all(
    people.map(async (customer) => {
      const [state, entries] = await Promise.all([
        readState(reading, customer),
        redis.xRevRange(keys.customer(partition, customer), '+', '-', { COUNT: EVENTS_LOOKED_AT }),
      ]);
      if (state === null || state.noEmotion) return [];
      return (entries ?? []).flatMap(({ id, message }) => {
        const event = readEvent(message['e'] ?? '{}');
        const labelled = state.emotionsSaid[nameIn(event.key)] !== undefined || state.retracted.includes(nameOf(event));
        return labelled ? [] : taskOf(customer, id, event);
      });
    }),
  );
  return found.flat();
}

function taskOf(customer: string, id: string, event: StoredEvent): LabelTask[] {
  const { text, emotion } = event;
  if (text === undefined || text.length < SHORTEST || !isCustomersText(event)) return [];
  return [
    {
      customer,
      event: id,
      at: event.at,
      channel: event.channel ?? null,
      text,
      inferred: emotion === undefined ? null : { label: emotion.label, confidence: emotion.confidence, why: emotion.why },
    },
  ];
}
