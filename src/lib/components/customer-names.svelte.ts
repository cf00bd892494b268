import { MOST_NAMES } from '#lib/contract/names.ts';
import type { CustomerName } from '#lib/contract/names.ts';

/** How to ask what customers are called. */
export type FetchNames = (request: { readonly customers: string[] }) => Promise<readonly CustomerName[]>;

/** What the customers on a list are called. Lists hold no names: they are asked for apart, once each. */
export class CustomerNames {
  readonly #fetch: FetchNames;
  #known = $state.raw<ReadonlyMap<string, CustomerName>>(new Map());

  constructor(fetch: FetchNames) {
    this.#fetch = fetch;
  }

  /** What a customer is called; undefined: nobody knows, or it was not asked for yet. */
  of(customer: string): CustomerName | undefined {
    return this.#known.get(customer);
  }

  /** Asks for those that are not known yet. A list is worth reading without names: where they cannot be fetched, it stays without. */
  async ask(customers: readonly string[]): Promise<void> {
    const unknown = [...new Set(customers)].filter((customer) => !this.#known.has(customer));
    for (let from = 0; from < unknown.length; from += MOST_NAMES) {
      try {
        const found = await this.#fetch({ customers: unknown.slice(from, from + MOST_NAMES) });
        this.#known = new Map([...this.#known, ...found.map((one) => [one.customer, one] as const)]);
      } catch {
        return;
      }
    }
  }
}
