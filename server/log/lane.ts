import { Fault } from '#lib/contract/index.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { AppendLine, AppendReply } from '#server/redis/scripts.ts';

/** Events of one call, and characters of their JSON: keep the script short and the log's entries easy to read. */
const CALL_EVENTS = 500;
const CALL_CHARACTERS = 65_536;

interface Waiting {
  readonly lines: readonly AppendLine[];
  readonly resolve: (flags: string) => void;
  readonly reject: (fault: unknown) => void;
}

/** A part of what waits that goes into one call: whole requests, or a slice of one that is too large for a call. */
interface Call {
  readonly lines: AppendLine[];
  readonly parts: { readonly of: Flags; readonly count: number }[];
}

/** Collects the flags of one request from the calls it was spread over. */
class Flags {
  readonly #waiting: Waiting;
  #flags = '';

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  add(flags: string): void {
    this.#flags += flags;
    if (this.#flags.length === this.#waiting.lines.length) this.#waiting.resolve(this.#flags);
  }

  fail(fault: unknown): void {
    this.#waiting.reject(fault);
  }
}

/**
 * The way into one partition's log. Everything that arrives in the same turn of the event loop, from whatever request, goes in one call and one
 * entry: a call costs the store as much as ten events, so requests spread thinly over the partitions would spend most of its time on calls.
 */
export class Lane {
  readonly #redis: Redis;
  readonly #target: { readonly log: string; readonly stat: string; readonly limit: number };
  #waiting: Waiting[] = [];

  constructor(redis: Redis, partition: number, lagLimit: number) {
    this.#redis = redis;
    this.#target = { log: keys.log(partition), stat: keys.stat(partition), limit: lagLimit };
  }

  /**
   * Appends events. Resolves once those of all calls they were spread over are durable.
   * @returns one character an event: `1` new, `0` duplicate
   * @throws Fault `too_many` where too much waits already; what the client throws where the store cannot be reached
   */
  append(lines: readonly AppendLine[]): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#send());
      this.#waiting.push({ lines, resolve, reject });
    });
  }

  #send(): void {
    const calls = callsOf(this.#waiting);
    this.#waiting = [];
    for (const call of calls) void this.#call(call);
  }

  async #call({ lines, parts }: Call): Promise<void> {
    try {
      const flags = flagsOf(await this.#redis.appendEvents(this.#target, lines));
      let from = 0;
      for (const { of, count } of parts) of.add(flags.slice(from, (from += count)));
    } catch (fault) {
      for (const { of } of parts) of.fail(fault);
    }
  }
}

/** Calls are answered in the order in which they are made, so a request's flags come in the order of its events. */
function callsOf(waiting: readonly Waiting[]): readonly Call[] {
  const calls: Call[] = [];
  let call: Call | undefined;
  let characters = 0;
  for (const request of waiting) {
    const of = new Flags(request);
    let taken = 0;
    for (const line of request.lines) {
      if (call === undefined || call.lines.length === CALL_EVENTS || characters + line.line.length > CALL_CHARACTERS) {
        if (call !== undefined && taken > 0) call.parts.push({ of, count: taken });
        calls.push((call = { lines: [], parts: [] }));
        characters = 0;
        taken = 0;
      }
      call.lines.push(line);
      characters += line.line.length;
      taken++;
    }
    if (taken > 0) call?.parts.push({ of, count: taken });
  }
  return calls;
}

function flagsOf(reply: AppendReply): string {
  if (reply.accepted) return reply.flags;
  throw new Fault('too_many', `${reply.waiting} batches still wait to be counted. Send more slowly; nothing was lost.`, { retryAfter: 2 });
}
