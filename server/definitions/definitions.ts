import { createHash } from 'node:crypto';
import { definitionEntry, Fault, funnelDefinition, inputProblemsOf, inputWords } from '#lib/contract/index.ts';
import type { DefinitionEntry, DefinitionKind, Published } from '#lib/contract/index.ts';
import { compareStreamIds } from '#server/domain/kernel/stream-id.ts';
import { frictionId, parseFriction } from '#server/friction/read.ts';
import { parseJourney } from '#server/journeys/load.ts';
import { storeFault } from '#server/redis/faults.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

/** Publications are looked for this often. */
const LOOK_MS = 200;
const PAGE = 500;
/** Before anything was published. */
export const NO_REVISION = '0-0';

/** The text of a journey as it was published. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '';
}

function checkFunnel(entry: DefinitionEntry): void {
  const parsed = funnelDefinition.safeParse(entry.body);
  if (!parsed.success)
    throw new Fault('bad_request', `The funnel ${entry.id} cannot be saved: ${inputWords(inputProblemsOf(parsed.error).slice(0, 1))}.`);
  if (parsed.data.id !== entry.id) throw new Fault('bad_request', `This is the funnel ${parsed.data.id}, not ${entry.id}.`);
}

function checkFriction(entry: DefinitionEntry): void {
  const { file } = parseFriction(entry.id, textOf(entry.body), entry.at);
  if (frictionId(file.version) !== entry.id)
    throw new Fault('bad_request', `This is version ${file.version} of the friction configuration, not ${entry.id}.`);
}

/** What cannot be folded under is never published: every process would stumble over it. */
function check(entry: DefinitionEntry): void {
  if (entry.body === null) return;
  if (entry.kind === 'funnel') return checkFunnel(entry);
  if (entry.kind === 'friction') return checkFriction(entry);
  if (entry.kind !== 'journey') return;
  const { journey, version } = parseJourney(entry.id, textOf(entry.body));
  const id = `${journey}@${version}`;
  if (id !== entry.id) throw new Fault('bad_request', `This is the journey ${id}, not ${entry.id}.`);
}

/** Publishes a definition. @throws Fault `bad_config` naming line, field and reason; `conflict`; what the store says @returns the new revision; null: the very same was in force already */
async function publish(redis: Redis, entry: DefinitionEntry): Promise<string | null> {
  check(entry);
  const { kind, id } = entry;
  const write = {
    name: `${kind} ${id}`,
    digest: createHash('sha256').update(JSON.stringify(entry.body)).digest('base64url'),
    once: kind === 'journey' || kind === 'friction',
    json: JSON.stringify(entry),
  };
  let reply;
  try {
    reply = await redis.publishDefinition({ stream: keys.definitions(), digests: keys.definitionDigests() }, write);
  } catch (error) {
    throw storeFault(error);
  }
  if (reply.published) return reply.revision;
  if (!reply.taken) return null;
  throw new Fault(
    'conflict',
    `The ${kind} ${id} is already published with other content. What is published never changes: raise its version.`,
  );
}

/** Whether revision `a` comes after `b`. */
export function isLaterRevision(a: string, b: string): boolean {
  return compareStreamIds(a, b) > 0;
}

/** Everything published up to a revision. Immutable. */
export class DefinitionSet {
  readonly revision: string;
  readonly #history: readonly Published[];

  constructor(history: readonly Published[]) {
    this.#history = history;
    this.revision = history.at(-1)?.revision ?? NO_REVISION;
  }

  /** What is in force of one kind, in the order of first publication; taken back ones are left out. */
  all(kind: DefinitionKind): readonly Published[] {
    const found = new Map<string, Published>();
    for (const entry of this.#history) if (entry.kind === kind) found.set(entry.id, entry);
    return [...found.values()].filter((entry) => entry.body !== null);
  }

  get(kind: DefinitionKind, id: string): Published | undefined {
    return this.all(kind).find((entry) => entry.id === id);
  }

  /** What was last said under a name, also where it has been taken back since. */
  lastSaid(kind: DefinitionKind, id: string): Published | undefined {
    return this.#history.findLast((entry) => entry.kind === kind && entry.id === id && entry.body !== null);
  }

  /** Revision of the newest publication of one kind. */
  newestOf(kind: DefinitionKind): string {
    return this.#history.findLast((entry) => entry.kind === kind)?.revision ?? NO_REVISION;
  }

  /** What was published after another revision. */
  since(revision: string): readonly Published[] {
    return this.#history.filter((entry) => isLaterRevision(entry.revision, revision));
  }

  /** The set as it was at a revision. */
  at(revision: string): DefinitionSet {
    return new DefinitionSet(this.#history.filter((entry) => !isLaterRevision(entry.revision, revision)));
  }

  /** The set with further publications. */
  with(entries: readonly Published[]): DefinitionSet {
    return new DefinitionSet([...this.#history, ...entries]);
  }
}

/** Reads everything published after a revision. */
async function readDefinitions(redis: Redis, after: string): Promise<readonly Published[]> {
  const found: Published[] = [];
  for (let from = `(${after}`; ;) {
    const page = (await redis.xRange(keys.definitions(), from, '+', { COUNT: PAGE })) ?? [];
    for (const { id, message } of page) {
      const entry = definitionEntry.safeParse(JSON.parse(message['d'] ?? 'null'));
      // Written by a newer program: it knows what to do with it, this one does not.
      if (entry.success) found.push({ ...entry.data, revision: id });
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return found;
    from = `(${last.id}`;
  }
}

/** Follows what is published. Every process and thread has one of its own. */
export class Definitions {
  readonly #redis: Redis;
  readonly #listeners = new Set<(set: DefinitionSet) => void>();
  #set = new DefinitionSet([]);
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get current(): DefinitionSet {
    return this.#set;
  }

  /** Told after every change. @returns takes the listener off again */
  onChange(listener: (set: DefinitionSet) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what there is, then keeps looking. */
  async start(): Promise<void> {
    await this.look();
    const again = (): void => {
      this.#timer = setTimeout(() => {
        // The store is away: what is known stays in force.
        void this.look()
          .catch(() => undefined)
          .finally(() => this.#timer !== undefined && again());
      }, LOOK_MS);
      this.#timer.unref();
    };
    again();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks now. */
  async look(): Promise<DefinitionSet> {
    const entries = await readDefinitions(this.#redis, this.#set.revision);
    // Two looks at once read the same: what the other has taken in is left out.
    const fresh = entries.filter((entry) => isLaterRevision(entry.revision, this.#set.revision));
    if (fresh.length > 0) {
      this.#set = this.#set.with(fresh);
      for (const listener of this.#listeners) listener(this.#set);
    }
    return this.#set;
  }

  /** Publishes, and knows of it at once. @throws Fault `conflict`, or what the store says */
  async publish(entry: DefinitionEntry): Promise<string | null> {
    const revision = await publish(this.#redis, entry);
    if (revision !== null) await this.look();
    return revision;
  }
}
