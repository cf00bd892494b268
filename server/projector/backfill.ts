import type { Contexts } from '#server/definitions/contexts.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { isLaterRevision } from '#server/definitions/definitions.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Command } from '#server/redis/scripts.ts';
import { keys } from '#server/redis/keys.ts';

/** Names read of the waiting customers at once. */
const PAGE = 10_000;
/** Fields beside the cursors: revision everybody is folded under, and the one on the way to. */
const FIELD = { context: 'context', target: 'target' } as const;

/**
 * Which definitions the customers of one partition are folded under. When a publication changes what past events contribute, those it touches
 * are put on a list (`{p}:pending`) in one commit and then folded again piece by piece, each piece in a fenced commit of its own, while events
 * keep coming: whoever is on the list is still under the former definitions, everybody else under the new ones. All of it is in the store, so
 * another process can go on where this one ended.
 */
export class Backfill {
  readonly #contexts: Contexts;
  readonly #partition: number;
  #applied = '';
  #target = '';
  #pending = new Set<string>();

  constructor(contexts: Contexts, partition: number) {
    this.#contexts = contexts;
    this.#partition = partition;
  }

  /** Takes over what the store says. @returns false: written under definitions that this process has not read yet */
  async load(redis: Redis, cursors: ReadonlyMap<string, string>): Promise<boolean> {
    this.#applied = cursors.get(FIELD.context) ?? '';
    this.#target = cursors.get(FIELD.target) ?? '';
    this.#pending = this.#target === '' ? new Set() : await readPending(redis, this.#partition);
    const known = this.#contexts.revision;
    return [this.#applied, this.#target].every((revision) => revision === '' || !isLaterRevision(revision, known));
  }

  /** What a customer is folded under. */
  contextFor(person: string): FoldContext {
    return this.#contexts.at(this.#target === '' || this.#pending.has(person) ? this.#applied : this.#target);
  }

  /** Whether anybody's emotions are read under what is in force, or is coming to be. */
  get readsEmotions(): boolean {
    return this.#contexts.at(this.#target === '' ? this.#applied : this.#target).emotion !== 'off';
  }

  /** What a waiting customer is folded under, and is going to be. */
  get step(): { readonly old: FoldContext; readonly fresh: FoldContext } {
    return { old: this.#contexts.at(this.#applied), fresh: this.#contexts.at(this.#target) };
  }

  /** Customers waiting, at most so many. */
  waiting(most: number): string[] {
    const some: string[] = [];
    for (const person of this.#pending) {
      if (some.length === most) break;
      some.push(person);
    }
    return some;
  }

  get active(): boolean {
    return this.#target !== '';
  }

  /** Whether definitions were published that this partition has not turned to. */
  get outdated(): boolean {
    return this.#target === '' && this.#applied !== this.#contexts.revision;
  }

  /** The commands that turn to what is published now; `reload` afterwards. */
  turn(): Command[] {
    const to = this.#contexts.revision;
    const since = this.#applied === '' ? null : this.#contexts.affectedSince(this.#applied, to);
    const cursors = keys.cursors(this.#partition);
    if (since === null) return [['HSET', cursors, FIELD.context, to]];
    return [
      ['ZRANGESTORE', keys.pending(this.#partition), keys.customers(this.#partition), String(since), '+inf', 'BYSCORE'],
      ['HSET', cursors, FIELD.target, to],
    ];
  }

  /** The commands that take customers off the list; with the last one the new definitions are in force for all. */
  done(people: readonly string[]): Command[] {
    const cursors = keys.cursors(this.#partition);
    const commands: Command[] = people.length > 0 ? [['ZREM', keys.pending(this.#partition), ...people]] : [];
    if (people.length >= this.#pending.size) commands.push(['HSET', cursors, FIELD.context, this.#target], ['HDEL', cursors, FIELD.target]);
    return commands;
  }

  /** Notes that `done` was written. */
  finished(people: readonly string[]): void {
    for (const person of people) this.#pending.delete(person);
    if (this.#pending.size > 0) return;
    this.#applied = this.#target;
    this.#target = '';
  }
}

async function readPending(redis: Redis, partition: number): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; ; from += PAGE) {
    const page = await redis.zRange(keys.pending(partition), from, from + PAGE - 1);
    for (const person of page) found.add(person);
    if (page.length < PAGE) return found;
  }
}
