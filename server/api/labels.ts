import type { CorrectionParams, LabelQueue } from '#lib/contract/index.ts';

/** What the API can do about emotions that people name. */
export interface LabelDesk {
  /** @throws Fault `not_found`, `forbidden` (not the customer's words, or emotions are not read here), and what the door says */
  correct(params: CorrectionParams, by: string): Promise<void>;
  /** texts to label, the least sure first */
  queue(): Promise<LabelQueue>;
}
