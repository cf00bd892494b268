import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { ASSOCIATION_WINDOWS, Fault } from '#lib/contract/index.ts';
import type { AssociationAnswer, AssociationListRef, AssociationView, AssociationWindow, ListRow, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/fold.ts';
import { DAY, minuteOf } from '#server/domain/kernel/time.ts';
import { associationInSteps } from '#server/domain/view/association.ts';
import { associationRows } from '#server/projector/association-list.ts';
import { gatherPassages } from '#server/projector/passages.ts';
import type { Passages } from '#server/projector/passages.ts';
import type { Redis } from '#server/redis/client.ts';

/** Cases of so long are looked at: opened by when the window began, so that each has had at least that. */
const BACK_MS = 28 * DAY;
/** They are read anew this often, when somebody asks: it costs a fold of everybody's events. */
const AGAIN_MS = 10 * 60_000;
/** Whoever asks waits so long for a first reading, before being told how far it is. */
const PATIENCE_MS = 1500;
/** Readings kept: those asked for last. With its cases one is some 15 MB. */
const MOST_KEPT = 3;

export interface AssociationsOptions {
  readonly redis: Redis;
  readonly partitions: number;
  /** what customers are folded under now */
  readonly context: () => FoldContext;
  /** whoever asks waits so long for a first reading; default 1500 */
  readonly patienceMs?: number | undefined;
}

/** What is read: a version of a journey, for a window, at a position. */
interface Asked {
  readonly blueprint: Blueprint;
  readonly window: AssociationWindow;
  readonly position: Position;
}

interface Reading extends Asked {
  readonly from: number;
  readonly until: number;
  readonly progress: { done: number; of: number };
  readonly passages: Promise<Passages>;
  /** by stage asked for; '' where none is */
  readonly views: Map<string, Promise<AssociationView>>;
  isThere: boolean;
}

/** Reads what goes together in the background, one journey at a time, and keeps the last readings. */
export class Associations {
  readonly #o: AssociationsOptions;
  /** by what is read; the one used last is last */
  readonly #kept = new Map<string, Reading>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AssociationsOptions) {
    this.#o = options;
  }

  /** What goes together, as it was read last; how far the reading is where there is none yet. */
  async at(asked: Asked, stage: string | undefined): Promise<AssociationAnswer> {
    const reading = this.#latest(asked);
    const view = this.#viewOf(reading, stage);
    const first = reading.isThere
      ? await view
      : await Promise.race([view, pause(this.#o.patienceMs ?? PATIENCE_MS, undefined, { ref: false })]);
    if (first !== undefined) return { state: 'read', view: first };
    return { state: 'reading', ...reading.progress, name: asked.blueprint.file.name };
  }

  /** The cases behind a number of a view. */
  async *rows(ref: AssociationListRef, blueprint: Blueprint): AsyncGenerator<ListRow> {
    const isSame = async (reading: Reading): Promise<boolean> =>
      reading.position.at === ref.to && reading.until === ref.until && (await reading.passages).from === ref.from;
    const known = this.#find(blueprint, ref.window).filter(({ isThere }) => isThere);
    let reading: Reading | undefined;
    for (const one of known) if (reading === undefined && (await isSame(one))) reading = one;
    const asked = { blueprint, window: ref.window, position: { at: ref.to, live: false } };
    reading ??= this.#keep(`${nameOf(asked)} ${ref.to} ${ref.from} ${ref.until}`, asked, { from: ref.from, until: ref.until });
    const { travellers } = await reading.passages;
    yield* associationRows(ref, travellers, blueprint);
  }

  #find(blueprint: Blueprint, window: AssociationWindow): Reading[] {
    return [...this.#kept.values()].filter((reading) => reading.blueprint === blueprint && reading.window === window);
  }

  /** The reading to be shown; where it is getting old, the next one begins meanwhile. */
  #latest(asked: Asked): Reading {
    const { position } = asked;
    const span = {
      from: position.at - ASSOCIATION_WINDOWS[asked.window] - BACK_MS,
      until: position.at - ASSOCIATION_WINDOWS[asked.window],
    };
    if (!position.live) return this.#keep(`${nameOf(asked)} ${position.at}`, asked, span);
    const own = this.#find(asked.blueprint, asked.window)
      .filter((reading) => reading.position.live)
      .sort((a, b) => a.position.at - b.position.at);
    const there = own.findLast(({ isThere }) => isThere);
    const newest = own.at(-1);
    const isOld = newest === undefined || position.at - newest.position.at >= AGAIN_MS;
    const next = isOld ? this.#keep(`${nameOf(asked)} live ${position.at}`, asked, span) : newest;
    return this.#used(there ?? next);
  }

  #used(reading: Reading): Reading {
    for (const [name, one] of this.#kept)
      if (one === reading) {
        this.#kept.delete(name);
        this.#kept.set(name, reading);
        break;
      }
    return reading;
  }

  #keep(name: string, asked: Asked, span: { readonly from: number; readonly until: number }): Reading {
    const known = this.#kept.get(name);
    if (known !== undefined) return this.#used(known);
    const progress = { done: 0, of: 0 };
    const passages = this.#turn.then(() => {
      // So many others were asked for meanwhile that nobody would keep it: whoever still waits may ask again.
      if (!this.#kept.has(name))
        throw new Fault('too_many', 'Too many other readings were asked for meanwhile. Try again.', { retryAfter: 5 });
      return gatherPassages(
        {
          redis: this.#o.redis,
          partitions: this.#o.partitions,
          blueprint: asked.blueprint,
          at: minuteOf(asked.position.at),
          position: asked.position.at,
          context: this.#o.context(),
          onProgress: (done, of) => Object.assign(progress, { done, of }),
        },
        span,
      );
    });
    const reading: Reading = { ...asked, ...span, progress, passages, views: new Map(), isThere: false };
    this.#turn = passages.then(
      () => (reading.isThere = true),
      () => this.#kept.delete(name),
    );
    this.#kept.set(name, reading);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_KEPT)) this.#kept.delete(oldest);
    return reading;
  }

  #viewOf(reading: Reading, stage: string | undefined): Promise<AssociationView> {
    let view = reading.views.get(stage ?? '');
    if (view === undefined) {
      view = makeView(reading, stage);
      reading.views.set(stage ?? '', view);
      // Whoever waits is told why it cannot be had; nobody may be waiting any more.
      view.catch(() => reading.views.delete(stage ?? ''));
    }
    return view;
  }
}

async function makeView(reading: Reading, stage: string | undefined): Promise<AssociationView> {
  const { blueprint, window, position, until } = reading;
  const steps = associationInSteps({ blueprint, window, position, stage, until, ...(await reading.passages) });
  let step = steps.next();
  while (step.done !== true) {
    await nextTurn();
    step = steps.next();
  }
  return step.value;
}

function nameOf({ blueprint, window }: Asked): string {
  return `${blueprint.journey}@${blueprint.version} ${window}`;
}
