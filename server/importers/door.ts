import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '#lib/contract/index.ts';

/** What the door said of a batch. */
export interface BatchAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly index: number; readonly field: string; readonly message: string }[];
}

/** The public door, `POST /v1/events`, as a sender sees it. */
export interface Door {
  /**
   * Sends events, each as JSON text, until they are durable. Waits as long as it is told to (429, 503), and where nobody answers tries again.
   * @throws Fault `unauthorised` (wrong key), `bad_request` (not this product's door), `store_unavailable` (no success within `patienceMs`)
   */
  send(events: readonly string[]): Promise<BatchAnswer>;
}

/** How to reach the door. */
export interface DoorOptions {
  /** e.g. `http://127.0.0.1:4070` */
  readonly address: string;
  readonly key: string;
  /** the feed's name */
  readonly source: string;
  /** ms without any success after which it gives up; default 5 minutes */
  readonly patienceMs?: number;
  /** waits for ms; replaced in tests */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** hears of every wait, and why it is: whoever looks on would take it for a standstill */
  readonly onWait?: (why: string) => void;
  /** ends all waiting */
  readonly signal?: AbortSignal | undefined;
}

const answerSchema = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.array(z.object({ index: z.number(), field: z.string(), message: z.string() })),
});
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PATIENCE_MS = 300_000;
const REQUEST_LIMIT_MS = 60_000;

type Attempt =
  | { readonly kind: 'answer'; readonly answer: BatchAnswer }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'later'; readonly afterMs: number | null; readonly why: string };

function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS * 2) : null;
}

function refusal(status: number, address: string, body: string): Fault {
  if (status === 401 || status === 403)
    return new Fault('unauthorised', `${address} does not know this write key. Give the one it was started with: --key, or WRITE_KEY.`);
  return new Fault('bad_request', `${address} answered ${status} to a batch of events: ${body.slice(0, 300)}`);
}

async function readAnswer(response: Response, address: string): Promise<Attempt> {
  const body = await response.text();
  if (response.status === 413) return { kind: 'too_large' };
  if (response.status === 429 || response.status >= 500)
    return { kind: 'later', afterMs: retryAfterMs(response.headers.get('retry-after')), why: `it answered ${response.status}` };
  if (!response.ok) throw refusal(response.status, address, body);
  try {
    return { kind: 'answer', answer: answerSchema.parse(JSON.parse(body)) };
  } catch (cause) {
    throw new Fault('bad_request', `${address} does not answer like Throughline: ${body.slice(0, 100)}`, { cause });
  }
}

/** Joins the answers of two halves of a batch. */
function joined(first: BatchAnswer, second: BatchAnswer, offset: number): BatchAnswer {
  return {
    accepted: first.accepted + second.accepted,
    duplicates: first.duplicates + second.duplicates,
    rejected: [...first.rejected, ...second.rejected.map((r) => ({ ...r, index: r.index + offset }))],
  };
}

/** Opens the door for one feed. */
export function openDoor(options: DoorOptions): Door {
  const url = new URL('/v1/events', options.address);
  const headers = { authorization: `Bearer ${options.key}`, 'content-type': 'application/json', 'x-source': options.source };
  const sleep = options.sleep ?? ((ms: number) => wait(ms, undefined, options.signal === undefined ? {} : { signal: options.signal }));
  const patienceMs = options.patienceMs ?? PATIENCE_MS;

  async function attempt(body: string): Promise<Attempt> {
    try {
      const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
      const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
      return await readAnswer(await fetch(url, { method: 'POST', headers, body, signal }), options.address);
    } catch (cause) {
      if (cause instanceof Fault || options.signal?.aborted === true) throw cause;
      return { kind: 'later', afterMs: null, why: 'nobody answers' };
    }
  }

  async function halves(events: readonly string[]): Promise<BatchAnswer> {
    const half = Math.ceil(events.length / 2);
    return joined(await send(events.slice(0, half)), await send(events.slice(half)), half);
  }

  async function send(events: readonly string[]): Promise<BatchAnswer> {
    const body = `[${events.join(',')}]`;
    let pauseMs = FIRST_WAIT_MS;
    for (let waitedMs = 0; ;) {
      const outcome = await attempt(body);
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'too_large') {
        if (events.length > 1) return halves(events);
        return { accepted: 0, duplicates: 0, rejected: [{ index: 0, field: '', message: 'larger than the door takes' }] };
      }
      if (waitedMs >= patienceMs)
        throw new Fault(
          'store_unavailable',
          `${options.address} has taken nothing for ${Math.round(waitedMs / 1000)} s: ${outcome.why}. Is it running?`,
        );
      options.onWait?.(outcome.why);
      const ms = outcome.afterMs ?? pauseMs;
      pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS);
      await sleep(ms);
      // A wait of no time must not turn patience into eternity.
      waitedMs += Math.max(ms, 100);
    }
  }

  return { send };
}
