import { z } from 'zod';
import { customerId } from './customer-id.ts';
import type { Channel, EmotionOrUnknown } from './words.ts';
import { EMOTIONS } from './words.ts';

/** A person says what a text felt like. */
export const correctionParams = z.strictObject({
  customerId,
  /** position of the event in the customer's stream */
  event: z.string().regex(/^\d{1,15}-\d{1,20}$/, 'is not an event'),
  emotion: z.enum([...EMOTIONS, 'unknown']),
});
export type CorrectionParams = z.infer<typeof correctionParams>;

/** A customer's text that a person may label. */
export interface LabelTask {
  readonly customer: string;
  readonly event: string;
  readonly at: number;
  readonly channel: Channel | null;
  readonly text: string;
  /** what was inferred; null: unknown */
  readonly inferred: { readonly label: EmotionOrUnknown; readonly confidence: number; readonly why: readonly string[] } | null;
}

/** Texts to label, the ones the model is least sure of first. */
export interface LabelQueue {
  readonly tasks: readonly LabelTask[];
  /** `off`: emotions are not read in this installation */
  readonly emotion: 'on' | 'off';
}
