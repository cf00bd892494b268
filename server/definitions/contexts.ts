import { funnelDefinition } from '#lib/contract/index.ts';
import type { Factor, Published } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints, BlueprintVersion } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { blueprintsOf } from '#server/domain/blueprint/blueprint.ts';
import type { Funnels } from '#server/domain/funnel/compile.ts';
import { countsTheSame, funnelsOf } from '#server/domain/funnel/compile.ts';
import { FACTOR_REACH_MS } from '#server/domain/factor/factor.ts';
import { frictionHistory } from '#server/domain/friction/rules.ts';
import type { FrictionHistory, FrictionVersion } from '#server/domain/friction/rules.ts';
import { parseFriction } from '#server/friction/read.ts';
import { compilePublished } from '#server/journeys/load.ts';
import type { DefinitionSet, Definitions } from './definitions.ts';
import { textOf } from './definitions.ts';
import { emotionPolicy } from './emotion-policy.ts';
import { kappasOf } from './kappa.ts';
import type { DatedKappa } from './kappa.ts';

/** Sets of definitions whose context is kept ready. */
const KEPT = 4;

const NO_HISTORY = frictionHistory([]);

/** What customers are folded under, by revision of the definitions. */
export interface Contexts {
  /** revision in force now */
  readonly revision: string;
  /** The context of a revision. */
  at(revision: string): FoldContext;
  /**
   * From which last event on a customer's numbers may differ between two revisions, ms; null: nobody's do.
   * Customers whose last event lies before keep what they have.
   */
  affectedSince(from: string, to: string): number | null;
}

/** One context for ever: what is folded outside the running product. */
export function fixedContexts(context: FoldContext): Contexts {
  return { revision: '0-0', at: () => context, affectedSince: () => null };
}

/** Whether a saved funnel is only called something else. */
function isRenamed(before: unknown, after: unknown): boolean {
  const [was, is] = [funnelDefinition.safeParse(before), funnelDefinition.safeParse(after)];
  return was.success && is.success && countsTheSame(was.data, is.data);
}

/** From which last event on customers are touched by one publication; null: nobody. */
function touches(entry: Published, before: DefinitionSet): number | null {
  switch (entry.kind) {
    case 'journey': {
      // A journey that is new may have been travelled before it was written down; a further version holds from its publication on.
      const journey = entry.id.slice(0, entry.id.lastIndexOf('@'));
      const known = before.all('journey').some((other) => other.id.slice(0, other.id.lastIndexOf('@')) === journey);
      return known ? entry.at : 0;
    }
    case 'policy':
      // They speak of everything that ever happened.
      return 0;
    case 'funnel':
      // So do these, but a new name alone counts nothing anew.
      return isRenamed(before.get('funnel', entry.id)?.body, entry.body) ? null : 0;
    case 'friction':
      // A visit is judged by what held when it began.
      return parseFriction(entry.id, textOf(entry.body), entry.at).from;
    case 'factor':
      // Both what it said before and what it says now can have touched people, as far back as a factor reaches.
      return reachOf([before.get('factor', entry.id)?.body, entry.body] as readonly (Factor | null | undefined)[]);
    case 'identity':
    case 'references':
    case 'note':
      // Not part of the fold.
      return null;
  }
}

/** Nobody whose last event lies before is touched by any of these; null: there are none. */
function reachOf(factors: readonly (Factor | null | undefined)[]): number | null {
  const from = factors.flatMap((factor) => (factor === null || factor === undefined ? [] : [factor.from - FACTOR_REACH_MS]));
  return from.length === 0 ? null : Math.max(0, Math.min(...from));
}

/** Journeys and versions of the friction configuration compiled once each: what is published never changes. */
class Compiled {
  readonly #known = new Map<string, Blueprint>();
  readonly #frictions = new Map<string, FrictionVersion>();

  of(entry: Published): Blueprint {
    let found = this.#known.get(entry.id);
    if (found === undefined) this.#known.set(entry.id, (found = compilePublished(entry.id, textOf(entry.body))));
    return found;
  }

  friction(entry: Published): FrictionVersion {
    let found = this.#frictions.get(entry.id);
    if (found === undefined) this.#frictions.set(entry.id, (found = parseFriction(entry.id, textOf(entry.body), entry.at)));
    return found;
  }
}

/** Contexts of the running product, following what is published. */
export class PublishedContexts implements Contexts {
  readonly #definitions: Definitions;
  readonly #compiled = new Compiled();
  readonly #contexts = new Map<string, FoldContext>();
  #kappas: { readonly revision: string; readonly of: ReadonlyMap<string, readonly DatedKappa[]> } = { revision: '', of: new Map() };

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get revision(): string {
    return this.#definitions.current.revision;
  }

  get current(): FoldContext {
    return this.at(this.revision);
  }

  at(revision: string): FoldContext {
    let found = this.#contexts.get(revision);
    if (found === undefined) {
      found = this.#make(this.#definitions.current.at(revision));
      const oldest = this.#contexts.size >= KEPT ? this.#contexts.keys().next() : undefined;
      if (oldest?.done === false) this.#contexts.delete(oldest.value);
      this.#contexts.set(revision, found);
    }
    return found;
  }

  affectedSince(from: string, to: string): number | null {
    const target = this.#definitions.current.at(to);
    const before = target.at(from);
    const instants = target.since(from).flatMap((entry) => touches(entry, before) ?? []);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** The blueprints in force, as a view that moves along with what is published. */
  get blueprints(): Blueprints {
    const now = (): Blueprints => this.current.blueprints;
    return {
      get all() {
        return now().all;
      },
      get: (journey, version) => now().get(journey, version),
      inForce: (journey, at) => now().inForce(journey, at),
      versions: (journey) => now().versions(journey),
    };
  }

  /** Factors outside our control, as they are known now. */
  get factors(): readonly Factor[] {
    return this.current.factors ?? [];
  }

  /** What friction is judged by, in all its versions. */
  get friction(): FrictionHistory {
    return this.current.friction ?? NO_HISTORY;
  }

  /** Strength of the pull as estimated last before an instant; null: never by then. */
  estimatedKappa(journey: string, at: number): number | null {
    if (this.#kappas.revision !== this.revision) {
      const of = kappasOf(this.#definitions.current.all('references'));
      this.#kappas = { revision: this.revision, of };
    }
    return this.#kappas.of.get(journey)?.findLast((one) => one.at <= at)?.kappa ?? null;
  }

  /** Saved funnels in force now. */
  get funnels(): Funnels {
    return this.current.funnels ?? funnelsOf([]);
  }

  #make(set: DefinitionSet): FoldContext {
    const versions = set.all('journey').map((entry): BlueprintVersion => ({ blueprint: this.#compiled.of(entry), publishedAt: entry.at }));
    const friction = set.all('friction').map((entry) => this.#compiled.friction(entry));
    const funnels = set.all('funnel').flatMap(({ body }) => funnelDefinition.safeParse(body).data ?? []);
    return {
      blueprints: blueprintsOf(versions),
      factors: set.all('factor').map((entry) => entry.body as Factor),
      ...(friction.length === 0 ? {} : { friction: frictionHistory(friction) }),
      ...(emotionPolicy(set) === 'off' ? { emotion: 'off' as const } : {}),
      ...(funnels.length === 0 ? {} : { funnels: funnelsOf(funnels) }),
    };
  }
}
