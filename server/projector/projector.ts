import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Contexts } from '#server/definitions/contexts.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent, TextEmotion } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { nameIn } from '#server/domain/event/key.ts';
import type { IdentityNode, Limits } from '#server/identity/node.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Command } from '#server/redis/scripts.ts';
import type { PersonWork } from './batch.ts';
import type { PersonChange, StoredPerson, Tail } from './people.ts';
import { decodeState } from '#server/domain/customer/state.ts';
import { CHECKPOINT_EVENTS, SAVED_EVERY } from '#server/domain/customer/fold.ts';
import { isCustomersText } from '#server/domain/emotion/annotations.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import { Deltas } from '#server/domain/kernel/counters.ts';
import { decodeNode, newNode } from '#server/identity/node.ts';
import { keepRefused, refusalOf } from '#server/log/quarantine.ts';
import { keys } from '#server/redis/keys.ts';
import { Fence } from '#server/redis/fence.ts';
import { loadAnnotations } from './annotations.ts';
import type { Annotations } from './annotations.ts';
import { Backfill } from './backfill.ts';
import { Batch } from './batch.ts';
import { LogReader, logCursors } from './log-reader.ts';
import type { LogReach, LogTaken } from './log-reader.ts';
import { Recent } from './recent.ts';
import { loadStates } from './saved-states.ts';
import type { Message } from './messages.ts';
import { KeptRows, changePerson, isFast, isResettling, refoldPerson } from './people.ts';
import { decodeMessages, encodeMessages } from './messages.ts';

/** Entries read of each sender, and messages of one taken into a commit, at most. */
const READ_MAIL = 64;
const SENDER_MESSAGES = 512;
/** People whose state and rows are remembered, per partition: some 10 kB each. */
const PEOPLE_KNOWN = 3000;
/** Entries of one page of a customer's stream. */
const PAGE = 500;
/** Customers and events folded again in one commit, at most (one customer with more events is one commit). */
const BACKFILL_CUSTOMERS = 100;
const BACKFILL_EVENTS = 2000;
/** Sync work after which other work of the process gets its turn. */
const BREATH_EVENTS = 150;

/** Whether a text is still to be read. What the source itself says about the feeling wins: then nothing is inferred. */
function isToScore(event: StoredEvent): boolean {
  return event.text !== undefined && event.emotion === undefined && event.score?.kind !== 'valence' && isCustomersText(event);
}

/** Scores a customer's text; null: nothing can be said. */
export type TextScorer = (text: string, lang: string | undefined) => TextEmotion | null;

export interface ProjectorOptions {
  readonly redis: Redis;
  readonly partition: number;
  readonly partitions: number;
  readonly contexts: Contexts;
  /** how identifiers become people; default: the shipped rules */
  readonly rules?: Limits;
  readonly score: TextScorer;
  /** asks for what `score` will say, where that takes time: bounded, and never fails; absent: nothing has to be asked for */
  readonly prepare?: ((texts: readonly { readonly text: string; readonly lang?: string | undefined }[]) => Promise<void>) | undefined;
  readonly log: Logger;
  /** how much a step takes from the log; default: as fits a machine */
  readonly reach?: LogReach | undefined;
  readonly onCommit?: (commit: Commit) => void;
}

/** What is told of a commit that was written. */
export interface Commit {
  /** partitions that were sent messages */
  readonly told: readonly number[];
  /** from the look at what is new until it was written */
  readonly tookMs: number;
}

/** A person as last folded here. */
interface Known {
  readonly state: CustomerState;
  readonly rows: KeptRows;
}

interface Input extends LogTaken {
  readonly messages: readonly Message[];
  /** sender -> last stream id taken in */
  readonly mail: ReadonlyMap<string, string>;
}

/** The identifiers at home here that an input asks about. */
function nodesOf(input: Input): Set<string> {
  const nodes = new Set<string>();
  for (const event of input.links) nodes.add(event.under);
  for (const event of input.events) nodes.add(event.under);
  for (const message of input.messages) {
    if (message.kind === 'link' || message.kind === 'unlink' || message.kind === 'reroot') nodes.add(message.child);
    else if (message.kind === 'returned' || message.kind === 'unlinked') nodes.add(message.node);
  }
  return nodes;
}

/** The partition's cursors once an input is committed; null: it goes. */
const cursorsAfter = (input: Input): readonly (readonly [name: string, id: string | null])[] => [...logCursors(input), ...input.mail];

const NO_FIELDS: Readonly<Record<string, string>> = {};
const after = (id: string): string => `(${id}`;

/**
 * Projects one partition: reads what is new, decides whose it is, folds, and commits everything in one fenced write.
 * Any number of projectors may run; the fence lets one win and the others begin again from what it wrote.
 */
export class PartitionProjector {
  readonly #o: ProjectorOptions;
  readonly #nodes = new Recent<string, IdentityNode>(50_000);
  readonly #people = new Recent<string, Known>(PEOPLE_KNOWN);
  readonly #owner = randomBytes(4).toString('hex');
  readonly #fence: Fence;
  readonly #deltas = new Deltas();
  /** texts of the events read in this round: who writes one of them as it is need not make its text again */
  readonly #texts = new Map<StoredEvent, string>();
  readonly #textOf = (event: StoredEvent): string => this.#texts.get(event) ?? JSON.stringify(event);
  readonly #note = (event: StoredEvent, text: string): void => void this.#texts.set(event, text);
  #version: string | null = null;
  #cursors = new Map<string, string>();
  #commits = 0;
  readonly #log: LogReader;
  /** whether this partition keeps annotations */
  #annotated = false;
  readonly #backfill: Backfill;

  constructor(options: ProjectorOptions) {
    this.#o = options;
    const { redis, partition } = options;
    this.#backfill = new Backfill(options.contexts, partition);
    this.#log = new LogReader(options, this.#note);
    this.#fence = new Fence(redis, { versionKey: keys.version(partition), holdKey: keys.hold(partition) });
  }

  get partition(): number {
    return this.#o.partition;
  }

  /** Forgets everything read so far: the next step begins from the store. */
  reset(): void {
    this.#version = null;
    this.#nodes.clear();
    this.#people.clear();
  }

  /** Lets the connection go. */
  close(): Promise<void> {
    return this.#fence.close();
  }

  /**
   * One round. @returns number of inputs taken in and of customers folded again (0: nothing to do), or `held` while a verifier has the
   * partition or definitions are in force that this process has not read yet
   * @throws what the store threw; call `reset` and try again
   */
  async step(): Promise<number | 'held'> {
    this.#texts.clear();
    if (this.#version === null && !(await this.#load())) return 'held';
    if (this.#backfill.outdated) {
      const begun = await this.#begin();
      if (begun !== 'open') return begun === 'held' ? 'held' : 0;
      if (!(await this.#commit(this.#backfill.turn()))) return 0;
      this.#people.clear();
      if (!(await this.#loadCursors())) return 'held';
    }
    const projected = await this.#project();
    if (projected === 'held' || !this.#backfill.active) return projected;
    const refolded = await this.#foldAgain();
    return refolded === 'held' ? 'held' : projected + refolded;
  }

  /** Takes in what is new. */
  async #project(): Promise<number | 'held'> {
    const begunAt = performance.now();
    const [begun, input] = await Promise.all([this.#begin(), this.#read()]);
    if (begun !== 'open') return begun === 'held' ? 'held' : 0;
    const count = input.events.length + input.messages.length + (input.ahead ? input.links.length : 0);
    if (count === 0) return 0;
    const { partition, partitions } = this.#o;
    const annotations = await this.#loadAnnotations(input);
    await this.#loadNodes(input, annotations.nodes);
    const batch = new Batch(
      { partition, partitions },
      { nodes: (id) => this.#node(id), annotations, limits: this.#o.rules ?? DEFAULT_RULES },
    );
    for (const event of input.links) batch.link(event, input.ahead);
    for (const message of input.messages) batch.receive(message);
    for (const event of input.events) batch.accept(event);
    const commands: Command[] = [];
    const deltas = this.#deltas;
    deltas.clear();
    const changed = await this.#changePeople({ batch, commands, deltas });
    this.#writeBatch(batch, commands);
    commands.push(...annotations.commands());
    this.#writeFeed(commands, { deltas, changed });
    this.#writeCursors(commands, input);
    if (!(await this.#commit(commands))) return 0;
    this.#log.committed(input);
    for (const [name, id] of cursorsAfter(input))
      if (id === null) this.#cursors.delete(name);
      else this.#cursors.set(name, id);
    if (++this.#commits % 64 === 0) await this.#trim();
    this.#o.onCommit?.({ told: [...batch.outbox.keys()], tookMs: performance.now() - begunAt });
    return count;
  }

  /**
   * Begins to watch for others who write. What was read since the last commit holds where nobody did: `moved` says that somebody did, and the
   * next step begins from the store.
   */
  async #begin(): Promise<'open' | 'held' | 'moved'> {
    const { version, held } = await this.#fence.begin();
    if (version !== this.#version) this.reset();
    return held ? 'held' : version === this.#version ? 'open' : 'moved';
  }

  /** Writes everything or, where somebody else has written since `#begin`, nothing: then the next step begins from the store. */
  async #commit(commands: readonly Command[]): Promise<boolean> {
    const next = `${Number((this.#version ?? '').split(':')[0] ?? 0) + 1}:${this.#owner}`;
    if (await this.#fence.commit(next, commands)) {
      this.#version = next;
      return true;
    }
    this.reset();
    return false;
  }

  /** Folds some of the customers again that newer definitions touch. @returns how many */
  async #foldAgain(): Promise<number | 'held'> {
    const begunAt = performance.now();
    const { redis, partition } = this.#o;
    const contexts = this.#backfill.step;
    const deltas = this.#deltas;
    deltas.clear();
    const commands: Command[] = [];
    const people: string[] = [];
    const changed: [string, Known][] = [];
    let events = 0;
    const begun = await this.#begin();
    if (begun !== 'open') return begun === 'held' ? 'held' : 0;
    for (const person of this.#backfill.waiting(BACKFILL_CUSTOMERS)) {
      if (events >= BACKFILL_EVENTS) break;
      people.push(person);
      const stream = await this.#readStream(person, '-');
      if (stream.length === 0) continue;
      events += stream.length;
      const stale = stream.length < CHECKPOINT_EVENTS ? [] : await redis.hKeys(keys.checkpoints(partition, person));
      const stored: StoredPerson = { person, state: null, rows: new KeptRows(false) };
      const change = refoldPerson(
        {
          stored,
          adds: [],
          recalls: new Set(),
          scored: (event) => this.#scored(event),
          textOf: this.#textOf,
          tail: { from: null, events: stream, stale },
        },
        { partition, person, deltas },
        contexts,
      );
      commands.push(...change.commands);
      changed.push([person, { state: change.state, rows: stored.rows }]);
    }
    this.#writeFeed(commands, { deltas, changed: changed.map(([person]) => person) });
    commands.push(...this.#backfill.done(people));
    if (!(await this.#commit(commands))) return 0;
    for (const [person, known] of changed) this.#people.set(person, known);
    this.#backfill.finished(people);
    this.#o.onCommit?.({ told: [], tookMs: performance.now() - begunAt });
    return Math.max(1, people.length);
  }

  async #load(): Promise<boolean> {
    const { redis, partition } = this.#o;
    const [version, annotated] = await Promise.all([redis.get(keys.version(partition)), redis.exists(keys.annotations(partition))]);
    this.#annotated = annotated === 1;
    this.#version = version ?? '';
    return this.#loadCursors();
  }

  /** @returns false: the partition is folded under definitions that this process has not read yet */
  async #loadCursors(): Promise<boolean> {
    const { redis, partition } = this.#o;
    this.#cursors = new Map(Object.entries(await redis.hGetAll(keys.cursors(partition))));
    if (await this.#backfill.load(redis, this.#cursors)) return true;
    this.reset();
    return false;
  }

  async #read(): Promise<Input> {
    const { redis, partition, partitions } = this.#o;
    const senders = Array.from({ length: partitions }, (_, q) => q);
    const [taken, ...found] = await Promise.all([
      this.#log.read(this.#cursors),
      ...senders.map((q) =>
        redis.xRange(keys.outbox(q, partition), after(this.#cursors.get(String(q)) ?? '0-0'), '+', { COUNT: READ_MAIL }),
      ),
    ]);
    const messages: Message[] = [];
    const mail = new Map<string, string>();
    found.forEach((entries, q) => {
      const before = messages.length;
      for (const entry of entries ?? []) {
        if (messages.length - before >= SENDER_MESSAGES) break;
        messages.push(...decodeMessages(entry.message['m'] ?? '[]'));
        mail.set(String(q), entry.id);
      }
    });
    return { ...taken, events: await this.#scoredAll(taken.events), messages, mail };
  }

  /** Texts are scored once, here, and the score is kept with the event. */
  async #scoredAll(events: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
    if (this.#o.prepare !== undefined && this.#backfill.readsEmotions) {
      const texts = events.flatMap((event) =>
        isToScore(event) && event.text !== undefined ? [{ text: event.text, lang: event.lang }] : [],
      );
      if (texts.length > 0) await this.#o.prepare(texts);
    }
    return events.map((event) => this.#scored(event));
  }

  #scored(event: StoredEvent): StoredEvent {
    if (!isToScore(event) || event.text === undefined) return event;
    const emotion = this.#o.score(event.text, event.lang);
    return emotion === null ? event : { ...event, emotion };
  }

  async #loadAnnotations({ events, messages }: Input): Promise<Annotations> {
    const abouts = events.flatMap((event) => event.about ?? []);
    const keysOfEvents = this.#annotated ? events.map((event) => nameIn(event.key)) : [];
    for (const message of messages) {
      if (message.kind !== 'annotation') continue;
      abouts.push(message.about);
      keysOfEvents.push(message.event.key);
    }
    const input = { events: keysOfEvents, abouts, any: this.#annotated };
    if (abouts.length > 0) this.#annotated = true;
    return loadAnnotations(this.#o, input);
  }

  async #loadNodes(input: Input, more: Iterable<string>): Promise<void> {
    const { redis, partition } = this.#o;
    const missing = [...new Set([...nodesOf(input), ...more])].filter((id) => !this.#nodes.has(id));
    const hashes = await Promise.all(missing.map((id) => redis.hGetAll(keys.node(partition, id))));
    missing.forEach((id, i) => this.#nodes.set(id, decodeNode(id, hashes[i] ?? {})));
  }

  #node(id: string): IdentityNode {
    let node = this.#nodes.get(id);
    if (node === undefined) this.#nodes.set(id, (node = newNode(id)));
    return node;
  }

  async #changePeople(at: { readonly batch: Batch; readonly commands: Command[]; readonly deltas: Deltas }): Promise<string[]> {
    const { partition } = this.#o;
    const { batch, commands, deltas } = at;
    const work = [...batch.people.values()];
    const stored = await this.#loadPeople(work);
    const tails = await Promise.all(work.map((w, i) => this.#tailFor(w, stored[i])));
    const changed: string[] = [];
    const setAside: PersonChange['refused'] = [];
    let since = 0;
    for (const [i, one] of work.entries()) {
      const person = stored[i];
      if (person === undefined || (one.adds.length === 0 && (tails[i]?.events.length ?? 0) === 0)) continue;
      one.adds.sort((a, b) => a.at - b.at || (a.sequence ?? 0) - (b.sequence ?? 0) || (a.key < b.key ? -1 : 1));
      const change = changePerson(
        {
          stored: person,
          adds: one.adds,
          recalls: one.recalls,
          tail: tails[i] ?? null,
          scored: (event) => this.#scored(event),
          textOf: this.#textOf,
        },
        { partition, person: one.person, deltas },
        this.#backfill.contextFor(one.person),
      );
      commands.push(...change.commands);
      setAside.push(...change.refused);
      for (const refused of change.refused)
        commands.push(['XADD', keys.refused(partition), '*', 'reason', refused.reason, 'e', JSON.stringify(refused.event)]);
      for (const event of change.unlinked) batch.unlink(event);
      for (const [node, events] of change.returned) batch.giveBack(node, events);
      if (change.state.events > 0) this.#people.set(one.person, { state: change.state, rows: person.rows });
      else this.#people.delete(one.person);
      changed.push(one.person);
      since += one.adds.length + (tails[i]?.events.length ?? 0);
      if (since > BREATH_EVENTS) {
        since = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    // Before the commit, and each once: a crash in between shows it, and shows it once.
    await keepRefused(this.#o.redis, setAside.map(refusalOf));
    return changed;
  }

  async #loadPeople(work: readonly PersonWork[]): Promise<StoredPerson[]> {
    const known = work.map(({ person }) => this.#people.get(person));
    const missing = work.filter((_, i) => known[i] === undefined).map(({ person }) => person);
    const states = await loadStates(this.#o, missing, (person) => this.#backfill.contextFor(person));
    const loaded = new Map(missing.map((person, i) => [person, states[i] ?? null]));
    return work.map(({ person }, i): StoredPerson => {
      const its = known[i];
      if (its !== undefined) return { person, ...its };
      const state = loaded.get(person) ?? null;
      return { person, state, rows: new KeptRows(state === null) };
    });
  }

  /**
   * What the slow path has to read: from the newest saved state before the earliest change, or from the beginning. From there too where all that
   * the person ever contributed is remembered, because then nothing need be folded twice.
   */
  async #tailFor(work: PersonWork, stored: StoredPerson | undefined): Promise<Tail | null> {
    const sorted = [...work.adds].sort((a, b) => a.at - b.at || (a.sequence ?? 0) - (b.sequence ?? 0));
    if (stored === undefined || isFast(stored, sorted, work.recalls)) return null;
    const { redis, partition } = this.#o;
    if (stored.state === null) return { from: null, events: [], stale: [] };
    const first = sorted[0];
    const fromStart = first === undefined || isResettling(stored, sorted, work.recalls);
    const { events } = stored.state;
    const [kept, saved] = await Promise.all([
      events < CHECKPOINT_EVENTS ? NO_FIELDS : redis.hGetAll(keys.checkpoints(partition, work.person)),
      events < SAVED_EVERY || fromStart || stored.rows.bookings !== null ? null : redis.get(keys.savedState(partition, work.person)),
    ]);
    const checkpoints = Object.entries(kept).map(([count, text]) => ({ count: Number(count), text }));
    const places = fromStart ? [] : [...checkpoints.map(({ text }) => text), ...(saved === null ? [] : [saved])];
    const usable = places
      .map((text) => ({ text, state: decodeState(text) }))
      .filter(({ state }) => first !== undefined && isBefore(state, first));
    const from = usable.sort((a, b) => a.state.events - b.state.events).at(-1);
    return {
      from: from?.text ?? null,
      events: await this.#readStream(work.person, from === undefined ? '-' : after(from.state.last)),
      stale: checkpoints.filter(({ count }) => count > (from?.state.events ?? 0)).map(({ count }) => String(count)),
    };
  }

  async #readStream(person: string, start: string): Promise<StoredEvent[]> {
    const { redis, partition } = this.#o;
    const events: StoredEvent[] = [];
    for (let from = start; ;) {
      const page = (await redis.xRange(keys.customer(partition, person), from, '+', { COUNT: PAGE })) ?? [];
      for (const entry of page) {
        const text = entry.message['e'] ?? '{}';
        const event = readEvent(text);
        this.#note(event, text);
        events.push(event);
      }
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) return events;
      from = after(last.id);
    }
  }

  #writeBatch(batch: Batch, commands: Command[]): void {
    const { partition } = this.#o;
    for (const [node, fields] of batch.nodeChanges) {
      const key = keys.node(partition, node);
      const set = [...fields].filter((f): f is [string, string] => f[1] !== null);
      const gone = [...fields].filter((f) => f[1] === null).map((f) => f[0]);
      if (set.length > 0) commands.push(['HSET', key, ...set.flat()]);
      if (gone.length > 0) commands.push(['HDEL', key, ...gone]);
    }
    for (const [to, messages] of batch.outbox)
      for (const entry of encodeMessages(messages)) commands.push(['XADD', keys.outbox(partition, to), '*', 'm', entry]);
  }

  #writeFeed(commands: Command[], feed: { readonly deltas: Deltas; readonly changed: readonly string[] }): void {
    if (feed.deltas.empty && feed.changed.length === 0) return;
    commands.push(['XADD', keys.changes(this.#o.partition), '*', 'd', feed.deltas.encode(), 'c', feed.changed.join(' ')]);
  }

  #writeCursors(commands: Command[], input: Input): void {
    const { partition } = this.#o;
    const after = cursorsAfter(input);
    const ended = after.filter(([name, id]) => id === null && this.#cursors.has(name)).map(([name]) => name);
    commands.push(['HSET', keys.cursors(partition), ...after.flatMap(([name, id]) => (id === null ? [] : [name, id]))]);
    if (ended.length > 0) commands.push(['HDEL', keys.cursors(partition), ...ended]);
    const [ms = '0', sequence = '0'] = input.delivered.split('-');
    if (input.events.length > 0) commands.push(['XTRIM', keys.log(partition), 'MINID', `${ms}-${Number(sequence) + 1}`]);
    if (input.events.length > 0) commands.push(['HINCRBY', keys.stat(partition), 'projected', String(input.events.length)]);
    const newest = input.events.reduce((max, e) => Math.max(max, e.received), 0);
    if (newest > 0) commands.push(['HSET', keys.stat(partition), 'lastReceived', String(newest)]);
  }

  /** Messages that every receiver has taken in make room. */
  async #trim(): Promise<void> {
    const { redis, partition, partitions } = this.#o;
    for (let q = 0; q < partitions; q++) {
      const cursor = await redis.hGet(keys.cursors(q), String(partition));
      if (cursor !== null && cursor !== undefined) await redis.xTrim(keys.outbox(partition, q), 'MINID', cursor);
    }
  }
}

function isBefore(state: CustomerState, event: StoredEvent): boolean {
  return state.lastAt < event.at || (state.lastAt === event.at && state.lastSequence < (event.sequence ?? 0));
}
