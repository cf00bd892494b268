/** Customers whose names one answer looks up. */
export const MOST_NAMES = 60;

/** What to call a customer. */
export interface CustomerName {
  readonly customer: string;
  /** null: not known */
  readonly name: string | null;
  /** the number the company knows them under; null: none, or it is not what they go by */
  readonly number: string | null;
}
