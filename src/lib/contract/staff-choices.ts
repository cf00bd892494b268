/** How a conversation came out, as the person who led it says. */
export const DISPOSITIONS = ['resolved', 'unresolved', 'passed_on', 'call_again', 'no_answer', 'wrong_person'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Something given that nobody had to give. */
export const GESTURES = ['apology', 'credit', 'voucher', 'upgrade', 'gift', 'other'] as const;
export type Gesture = (typeof GESTURES)[number];

/** Kinds of promises that a person makes in a conversation. A journey may have rules for them, by the same name. */
export const SPOKEN_PROMISES = ['call_back', 'answer', 'delivery', 'appointment', 'repair', 'refund', 'other'] as const;
export type SpokenPromise = (typeof SPOKEN_PROMISES)[number];

/** Who acts without having given a name. */
export const NAMELESS = 'somebody at this machine';
