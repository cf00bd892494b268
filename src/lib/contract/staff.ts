import { z } from 'zod';
import { customerId } from './customer-id.ts';
import { DISPOSITIONS, GESTURES, SPOKEN_PROMISES } from './staff-choices.ts';

const text = (most: number) => z.string().trim().max(most);
/** Id of a case as the customer's page names it. */
const caseId = z.string().min(1).max(300).optional();

/** What somebody here says about a customer. It becomes an event like any other, under the name of whoever says it. */
export const staffWord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('note'), customerId, caseId, text: text(4000).min(1, 'must say something') }),
  z.strictObject({
    kind: z.literal('disposition'),
    customerId,
    caseId,
    outcome: z.enum(DISPOSITIONS),
    topic: text(128).optional(),
    text: text(4000).optional(),
  }),
  z.strictObject({ kind: z.literal('gesture'), customerId, caseId, gesture: z.enum(GESTURES), text: text(500).optional() }),
  z.strictObject({
    kind: z.literal('promise'),
    customerId,
    caseId,
    promise: z.enum(SPOKEN_PROMISES),
    /** ms since 1970 */
    due: z.int().min(0).max(4_102_444_800_000),
    wording: text(500).optional(),
  }),
  z.strictObject({
    kind: z.literal('settle'),
    customerId,
    /** id of a promise to this customer */
    promiseId: z.string().min(1).max(300),
    promise: z.string().min(1).max(128),
    as: z.enum(['kept', 'withdrawn']),
  }),
  z.strictObject({ kind: z.literal('recovery'), customerId, caseId, step: z.enum(['contacted', 'resolved', 'won', 'lost']) }),
]);
export type StaffWord = z.infer<typeof staffWord>;

/** Something said here is taken back: it stays on the timeline, crossed out, and counts no more. */
export const takeBackParams = z.strictObject({
  customerId,
  /** position of the event in the customer's stream */
  event: z.string().regex(/^\d{1,15}-\d{1,20}$/, 'is not an event'),
});
export type TakeBackParams = z.infer<typeof takeBackParams>;

/** Somebody who looks at the same customer now. The name is self-given until accounts exist. */
export interface Present {
  /** of the connection; tells two people of one name apart */
  readonly id: string;
  readonly name: string;
}
