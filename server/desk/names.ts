import type { CustomerName } from '#lib/contract/index.ts';
import type { NameDesk } from '#server/api/names.ts';
import type { Clock } from '#server/platform/clock.ts';
import { addresseeOf } from '#server/projector/addressee.ts';
import type { AddresseeReading } from '#server/projector/addressee.ts';

const NAMES_KEPT = 5000;
/** Somebody may tell their name at any time: names are looked up anew this often, ms. */
const NAMES_FRESH_MS = 60_000;

/** What to call customers on lists: looked up in the store, and kept at hand for a minute. */
export function createNameDesk(reading: AddresseeReading, clock: Clock): NameDesk {
  const names = new Map<string, CustomerName>();
  let since = 0;

  async function lookUp(customer: string): Promise<void> {
    const found = await addresseeOf(reading, customer, clock());
    const number = found?.identifier.kind === 'customerId' ? found.identifier.value : null;
    names.set(customer, { customer, name: found?.name ?? null, number });
  }

  return {
    async of(customers, most) {
      if (names.size > NAMES_KEPT || clock() - since > NAMES_FRESH_MS) {
        names.clear();
        since = clock();
      }
      const wanted = [...new Set(customers)];
      await Promise.all(
        wanted
          .filter((customer) => !names.has(customer))
          .slice(0, most)
          .map(lookUp),
      );
      return wanted.map((customer) => names.get(customer)).filter((known) => known !== undefined);
    },
  };
}
