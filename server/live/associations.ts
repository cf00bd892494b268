import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#lib/contract/index.ts';
import type { AssociationAnswer, AssociationListRef, AssociationView, ListRow } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import { associationInSteps } from '#server/domain/view/association.ts';
import { associationRows } from '#server/projector/lists/association.ts';
import type { Passages } from '#server/projector/passages.ts';
import { restOf } from './pace.ts';
import { Readings } from './readings.ts';
import type { Asked, Reading, ReadingsOptions } from './readings.ts';

/** Whoever asks waits so long for a first reading, before being told how far it is. */
const PATIENCE_MS = 1500;

export interface AssociationsOptions extends ReadingsOptions {
  /** whoever asks waits so long for a first reading; default 1500 */
  readonly patienceMs?: number | undefined;
}

/** Tells what goes together, from readings that are made in the background. */
export class Associations {
  readonly #o: AssociationsOptions;
  readonly #readings: Readings;

  constructor(options: AssociationsOptions) {
    this.#o = options;
    this.#readings = new Readings(options);
  }

  /**
   * What goes together, as it was read last; how far the reading is where there is none yet: ask again. A past position is that of its minute.
   * @throws Fault where the reading failed just now
   */
  async at(asked: Asked, stage: string | undefined): Promise<AssociationAnswer> {
    const { there, coming, failed } = this.#readings.find(atItsMinute(asked));
    try {
      if (there !== undefined) return { state: 'read', view: await this.#viewOf(there, stage) };
      if (failed !== undefined) throw faultOf(failed);
      const view = coming === undefined ? undefined : await this.#soon(coming, stage);
      if (view !== undefined) return { state: 'read', view };
    } catch (fault) {
      throw faultOf(fault);
    }
    return { state: 'reading', ...(coming?.progress ?? { done: 0, of: 0 }), name: asked.blueprint.file.name };
  }

  /**
   * The cases behind a number of a view: of the very reading in which it was counted.
   * @throws Fault `not_found` where that is not kept any more: read at the same instant again it could count events that came late
   */
  async *rows(ref: AssociationListRef, blueprint: Blueprint): AsyncGenerator<ListRow> {
    const reading = this.#readings.kept.find(
      (one) =>
        one.blueprint === blueprint &&
        one.window === ref.window &&
        one.position.at === ref.to &&
        one.until === ref.until &&
        one.passages?.from === ref.from,
    );
    if (reading?.passages === undefined)
      throw new Fault(
        'not_found',
        'What this number was counted from is not kept any more. Read the page again and choose the number anew.',
      );
    this.#readings.used(reading);
    yield* associationRows(ref, reading.passages.travellers, blueprint);
  }

  /** Gives up what waits and what is being read. */
  stop(): void {
    this.#readings.stop();
  }

  /** The view, where it is made soon; undefined where it takes longer, or is given up. */
  async #soon(coming: Reading, stage: string | undefined): Promise<AssociationView | undefined> {
    const made = coming.ended.then((isThere) => (isThere ? this.#viewOf(coming, stage) : undefined));
    // Whoever waits no longer is told when he asks again.
    made.catch(() => undefined);
    return Promise.race([made, pause(this.#o.patienceMs ?? PATIENCE_MS, undefined, { ref: false })]);
  }

  #viewOf(reading: Reading, stage: string | undefined): Promise<AssociationView> {
    let view = reading.views.get(stage ?? '');
    if (view === undefined) {
      if (reading.passages === undefined) throw new Error('a view is made of a reading that is there');
      view = makeView(reading, reading.passages, stage);
      reading.views.set(stage ?? '', view);
      // It would fail in the same way again: it stays until the next reading.
      view.catch((fault: unknown) =>
        this.#o.log.error({ err: fault, journey: reading.blueprint.journey }, 'what goes together could not be worked out'),
      );
    }
    return view;
  }
}

function atItsMinute(asked: Asked): Asked {
  const { at, live } = asked.position;
  return live ? asked : { ...asked, position: { at: minuteOf(at) * MINUTE, live } };
}

function faultOf(cause: unknown): Fault {
  return cause instanceof Fault
    ? cause
    : new Fault('internal', 'What goes together could not be read. Try again in a few seconds.', { cause, retryAfter: 10 });
}

/** Made in steps, with a rest after each that is as long: somebody waits for it, but so does everybody else for the process. */
async function makeView(reading: Reading, passages: Passages, stage: string | undefined): Promise<AssociationView> {
  const { blueprint, window, position, until } = reading;
  const steps = associationInSteps({ blueprint, window, position, stage, until, ...passages });
  for (;;) {
    const begun = performance.now();
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause(restOf({ workedMs: performance.now() - begun, lagMs: 0 }));
  }
}
