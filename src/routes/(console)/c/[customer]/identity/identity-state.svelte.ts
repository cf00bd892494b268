import type { Api } from '#lib/api/client.ts';
import type { IdentityView, MergePreview } from '#lib/contract/identity.ts';
import type { CustomerHit } from '#lib/contract/find.ts';
import { failure } from '#lib/components/failure.ts';
import { failure as sentence } from '#messages/shared.ts';

type IdentityApi = Api['identity'];

/** Who one person is, as the panel holds it, and the decision that is being thought about. */
export class IdentityState {
  readonly #api: IdentityApi;
  readonly #customer: string;
  #view = $state.raw<IdentityView | null>(null);
  #hits = $state.raw<readonly CustomerHit[] | null>(null);
  #preview = $state.raw<MergePreview | null>(null);
  #busy = $state(false);
  #problem = $state<string | null>(null);

  constructor(api: IdentityApi, customer: string) {
    this.#api = api;
    this.#customer = customer;
  }

  get view(): IdentityView | null {
    return this.#view;
  }
  /** People found to merge with; null before anybody was looked for. */
  get hits(): readonly CustomerHit[] | null {
    return this.#hits;
  }
  get preview(): MergePreview | null {
    return this.#preview;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** What went wrong, in words; null while nothing did. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Looks again, also at what a merge would do. Nothing is held up by it: whoever is about to press a button keeps it. */
  async load(): Promise<void> {
    try {
      this.#view = await this.#api.explain.query({ customerId: this.#customer });
      const thought = this.#preview;
      const now =
        thought === null ? null : await this.#api.preview.query({ customerId: this.#customer, other: otherOf(thought, this.#customer) });
      if (thought !== null && this.#preview === thought) this.#preview = now;
    } catch (thrown) {
      this.#problem = failure(thrown);
    }
  }

  /** Looks for people to merge with; one hit is previewed at once. */
  async find(q: string): Promise<void> {
    this.#preview = null;
    await this.#run(async () => {
      const { hits } = await this.#api.find.mutate({ q });
      this.#hits = hits.filter(({ customer }) => customer !== this.#customer);
    });
    const [only] = this.#hits ?? [];
    if (only !== undefined && this.#hits?.length === 1) await this.consider(only.customer);
  }

  async consider(other: string): Promise<void> {
    await this.#run(async () => {
      this.#preview = await this.#api.preview.query({ customerId: this.#customer, other });
    });
  }

  /** Puts the thought of a merge away. */
  forget(): void {
    this.#hits = null;
    this.#preview = null;
    this.#problem = null;
  }

  /** Each answers where to go afterwards; null where it was refused. */
  async merge(other: string, reason: string): Promise<string | null> {
    const shown = this.#preview;
    await this.consider(other);
    if (this.#problem !== null) return null;
    if (shown !== null && this.#preview !== null && whoIn(shown) !== whoIn(this.#preview)) {
      // Nobody is merged unseen: what has become of the two meanwhile is looked at first.
      this.#problem = sentence('conflict');
      return null;
    }
    return this.#decide(() => this.#api.merge.mutate({ customerId: this.#customer, other, reason }));
  }
  takeBack(decision: { readonly source: string; readonly event: string }, reason: string): Promise<string | null> {
    const { source, event } = decision;
    return this.#decide(() => this.#api.unmerge.mutate({ customerId: this.#customer, source, event, reason }));
  }
  split(identifier: string, reason: string): Promise<string | null> {
    return this.#decide(() => this.#api.split.mutate({ customerId: this.#customer, identifier, reason }));
  }

  async #decide(decision: () => Promise<{ readonly customer: string }>): Promise<string | null> {
    let customer: string | null = null;
    await this.#run(async () => {
      ({ customer } = await decision());
    });
    if (customer !== null) {
      this.forget();
      if (customer === this.#customer) await this.load();
    }
    return customer;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
    } catch (thrown) {
      this.#problem = failure(thrown);
    } finally {
      this.#busy = false;
    }
  }
}

/** The other one of two people about whom a merge is thought of. */
export function otherOf({ stays, moves }: MergePreview, customer: string): string {
  return stays.customer === customer ? moves.customer : stays.customer;
}

/** Who the two people of a preview are. */
function whoIn({ stays, moves }: MergePreview): string {
  return JSON.stringify(
    [stays, moves].map(({ customer, identifiers }) => [customer, identifiers.map(({ kind, value }) => `${kind} ${value}`).sort()]),
  );
}
