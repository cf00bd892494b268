import type { StoredEvent } from '../event/event.ts';

/** What a case is worth, as its source says: an amount of money and its currency (ISO 4217). */
export type CaseValue = readonly [amount: number, currency: string];

/** Attributes that carry an amount, the most telling first: the names that the event specifications of Segment and Google Analytics use. */
const AMOUNTS = ['value', 'revenue', 'total'] as const;
/** An amount beyond this is a mistake of its source. */
const MOST = 1e12;
const CURRENCY = /^[A-Z]{3}$/;

/** What an event says its case is worth; null: nothing. An amount without a currency is no value: nobody could add it to another. */
export function valueTold({ attributes }: Pick<StoredEvent, 'attributes'>): CaseValue | null {
  const currency = attributes?.['currency'];
  if (attributes === undefined || typeof currency !== 'string' || !CURRENCY.test(currency)) return null;
  for (const name of AMOUNTS) {
    const amount = attributes[name];
    if (typeof amount === 'number' && amount >= 0 && amount <= MOST) return [amount, currency];
  }
  return null;
}
