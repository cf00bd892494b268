import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { thrownWords } from '#lib/contract/index.ts';
import { BATCH, CROWD } from './pool.ts';
import type { Pool } from './pool.ts';

/** One task of the sending process. */
export interface SendOrder {
  readonly pool: string;
  readonly address: string;
  readonly writeKey: string;
  /** sending stops after this time, ms */
  readonly forMs: number;
  /** events a second; null: as many as the door takes */
  readonly rate: number | null;
  /** true: a store that has seen none of the pool; false: goes on behind the last task */
  readonly fresh: boolean;
}

/** What came of it. */
export interface SendResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** answers that asked for patience */
  readonly refused: number;
  /** first request to last answer, ms */
  readonly tookMs: number;
  /** CPU of this process meanwhile, us */
  readonly cpuMicros: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Waiting after 429 or 503: shorter than the door asks for, because what is measured is when it lets more in. */
const PATIENCE_MS = 20;
const CROWDS = 1000;

/** A body in bytes, and where a crowd puts its digits: what a sender does beside sending takes time from what is measured. */
class Template {
  readonly #bytes: Buffer;
  readonly #places: number[] = [];

  constructor(body: string) {
    this.#bytes = Buffer.from(body);
    for (let at = this.#bytes.indexOf(CROWD); at >= 0; at = this.#bytes.indexOf(CROWD, at + CROWD.length)) this.#places.push(at);
  }

  /** The body as one crowd sends it. */
  of(crowd: number): Buffer {
    const digits = Buffer.from(String(crowd).padStart(CROWD.length, '0'));
    const bytes = Buffer.from(this.#bytes);
    for (const place of this.#places) digits.copy(bytes, place);
    return bytes;
  }
}

function post(agent: Agent, order: SendOrder, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${order.writeKey}`,
      'content-type': 'application/json',
      'content-length': body.length,
      'x-source': 'bench',
    };
    const sending = request(`${order.address}/v1/events`, { method: 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

interface Tally {
  accepted: number;
  duplicates: number;
  rejected: number;
  refused: number;
}

async function deliver(agent: Agent, order: SendOrder, body: Buffer, tally: Tally): Promise<void> {
  for (;;) {
    const { status, text } = await post(agent, order, body);
    if (status === 200) {
      const answer = JSON.parse(text) as { accepted: number; duplicates: number; rejected: readonly unknown[] };
      tally.accepted += answer.accepted;
      tally.duplicates += answer.duplicates;
      tally.rejected += answer.rejected.length;
      return;
    }
    if (status !== 429 && status !== 503) throw new Error(`The door answered ${status}: ${text.slice(0, 200)}`);
    tally.refused++;
    await pause(PATIENCE_MS);
  }
}

/** A pool with the place up to which each lane has been sent, counted over all crowds. */
interface Supply {
  readonly lanes: readonly (readonly Template[])[];
  readonly sent: number[];
}

/** Sends the pool through all lanes at once, again and again with another crowd, until the time is over. One request per lane is under way. */
async function send(order: SendOrder, { lanes, sent: places }: Supply): Promise<SendResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes.length });
  const tally: Tally = { accepted: 0, duplicates: 0, rejected: 0, refused: 0 };
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let sent = 0;
  const lane = async (bodies: readonly Template[], index: number): Promise<void> => {
    for (;;) {
      const due = order.rate === null ? 0 : begun + (sent / order.rate) * 1000 - performance.now();
      sent += BATCH;
      if (due > 0) await pause(due);
      if (performance.now() - begun >= order.forMs) return;
      const place = places[index] ?? 0;
      places[index] = place + 1;
      const body = bodies[place % bodies.length]?.of(Math.floor(place / bodies.length) % CROWDS);
      if (body === undefined) return;
      await deliver(agent, order, body, tally);
    }
  };
  await Promise.all(lanes.map(lane));
  const tookMs = performance.now() - begun;
  const used = process.cpuUsage(cpu);
  agent.destroy();
  return { ...tally, tookMs, cpuMicros: used.user + used.system };
}

/** The sending process: does one task after the other, told and answered over IPC, until its parent goes away. */
export function runGenerator(): void {
  const supplies = new Map<string, Supply>();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (order: SendOrder) => {
    let supply = supplies.get(order.pool);
    if (supply === undefined) {
      const pool = JSON.parse(readFileSync(order.pool, 'utf8')) as Pool;
      supplies.set(order.pool, (supply = { lanes: pool.lanes.map((bodies) => bodies.map((body) => new Template(body))), sent: [] }));
    }
    if (order.fresh) supply.sent.length = 0;
    send(order, supply).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: thrownWords(error) }),
    );
  });
  process.send?.({ ready: true });
}
